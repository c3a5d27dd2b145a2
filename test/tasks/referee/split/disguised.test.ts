import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openReferee } from "../../../../tasks/referee/open.ts";
import type { View } from "../../../../tasks/referee/referee.ts";
import { madeSales } from "../../../zoo/sales.ts";
import { python } from "../../interpreter.ts";
import { scratch } from "../../made-competition.ts";

const { competition, answers } = madeSales();
const folder = scratch();
const referee = await openReferee({
  competition,
  python,
  folder: join(folder, "referee"),
  seed: 1,
  subsample: null,
});
afterAll(() => referee.close());

const VIEWS: readonly View[] = ["rekeyed-0", "perturbed-0", "fresh-0"];
const truth = new Map(
  answers
    .trim()
    .split("\n")
    .map((line): [string, string] => {
      const [id = "", sold = ""] = line.split(",");
      return [id, sold];
    }),
);

type Record = { id: string; size: string; age: string; line: string };

async function shown(view: View, table: string): Promise<Record[]> {
  const [head = "", ...lines] = (await readFile(join(await referee.input(view), table), "utf8"))
    .trim()
    .split("\n");
  const names = head.split(",");
  const cell = (line: string, name: string) => line.split(",")[names.indexOf(name)] ?? "";
  return lines.map((line) => ({
    id: cell(line, "id"),
    size: cell(line, "size"),
    age: cell(line, "age"),
    line,
  }));
}

/** Banks what a script would predict for each row of a view. */
async function submit(id: string, view: View, predict: (row: Record) => number) {
  const rows = await shown(view, "test.csv");
  const file = join(folder, `${id}-${view}.csv`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `id,sold\n${rows.map((row) => `${row.id},${predict(row)}\n`).join("")}`);
  expect(await referee.judge(id, view, file)).toMatchObject({ status: "scored", reason: null });
}

const model = ({ size, age }: Record) =>
  1 / (1 + Math.exp(-(5 * Number(size) - 4 * Number(age) - 0.5)));
const sure = (sold: string | undefined) => (sold === undefined ? 0.5 : sold === "1" ? 0.99 : 0.01);
const byId = (row: Record) => sure(truth.get(row.id));

test("plain tables can be disguised in every way", async () => {
  expect(await referee.disguises()).toEqual(VIEWS);
});

test.each(VIEWS)("a model keeps its score on %s", async (view) => {
  await submit("model", "fold-0", model);
  await submit("model", view, model);
  expect(await referee.repeated("model", "model", view, "fold-0")).toMatchObject({ isLost: false });
});

test("a cautious model may lose what fewer training rows cost it", async () => {
  for (const view of ["fold-0", "fresh-0"] as const) {
    const rows = (await shown(view, "train.csv")).length;
    const weight = rows / (rows + 100_000);
    await submit("cautious", view, (row) => 0.5 + weight * (model(row) - 0.5));
  }
  expect(await referee.repeated("cautious", "cautious", "fresh-0", "fold-0")).toMatchObject({
    isLost: false,
  });
});

test.each(VIEWS)("who knows ids loses it on %s", async (view) => {
  await submit("ids", "fold-0", byId);
  await submit("ids", view, byId);
  expect(await referee.repeated("ids", "ids", view, "fold-0")).toMatchObject({ isLost: true });
});

test.each(VIEWS)("who knows cells loses it on %s", async (view) => {
  const known = new Map(
    (await shown("fold-0", "test.csv")).map((row) => [row.size, truth.get(row.id)]),
  );
  const byCell = (row: Record) => sure(known.get(row.size));
  await submit("cells", "fold-0", byCell);
  await submit("cells", view, byCell);
  expect(await referee.repeated("cells", "cells", view, "fold-0")).toMatchObject({ isLost: true });
});

test("who knows how many rows there are loses it among other rows", async () => {
  const count = (await shown("fold-0", "test.csv")).length;
  await submit("count", "fold-0", model);
  const rows = await shown("fresh-0", "test.csv");
  expect(rows.length).toBeGreaterThan(count);
  const counting = (row: Record) => (rows.length === count ? model(row) : 0.5);
  await submit("count", "fresh-0", counting);
  expect(await referee.repeated("count", "count", "fresh-0", "fold-0")).toMatchObject({
    isLost: true,
  });
});

test("renamed ids sort as before, and are the same in all tables", async () => {
  const old = await shown("fold-0", "train.csv");
  const now = await shown("rekeyed-0", "train.csv");
  const byName = (rows: readonly Record[]) => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  // Codes stay as they are: by them a row is known again, and numbers are nearly the same.
  const codes = ({ line }: Record) =>
    line.split(",").filter((cell) => /^[a-z]+(?: \d+)?$/u.test(cell));
  expect(byName(now).map(codes)).toEqual(byName(old).map(codes));
  expect(now.map(codes)).not.toEqual(old.map(codes));
  const before = byName(old);
  for (const [place, { id, size }] of byName(now).entries()) {
    expect(id).not.toBe(before[place]?.id);
    expect(Math.abs(Number(size) - Number(before[place]?.size))).toBeLessThan(0.01);
  }
  const sample = await shown("rekeyed-0", "sample_submission.csv");
  expect(sample.map(({ id }) => id)).toEqual(
    (await shown("rekeyed-0", "test.csv")).map(({ id }) => id),
  );
});

test("all views are dated alike", async () => {
  const times = await Promise.all(
    (["fold-0", ...VIEWS] as const).map(
      async (view) => (await stat(join(await referee.input(view), "train.csv"))).mtimeMs,
    ),
  );
  expect(new Set(times).size).toBe(1);
});
