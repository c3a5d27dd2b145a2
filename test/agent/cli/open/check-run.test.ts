import { existsSync } from "node:fs";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkRun } from "../../../../agent/cli/open/check-run.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import { hashFolder } from "../../../../tasks/data-hash.ts";
import { execution, freshFolder, handClock } from "../../../runs/journal-fixture.ts";

/** A run whose scripts were given two views, of a table and a picture each that both share. */
async function twoViews() {
  const folder = await freshFolder();
  const [views, pool] = ["views", "pool"].map((name) => join(folder, "referee", name));
  if (views === undefined || pool === undefined) throw new Error("unreachable");
  await mkdir(pool, { recursive: true });
  await writeFile(join(pool, "a.png"), "a picture");
  const journal = await openJournal(join(folder, "journal.jsonl"), { clock: handClock() });
  for (const view of ["fold-0", "fold-1"] as const) {
    const path = join(views, view);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "train.csv"), `id,x\n1,${view}\n`);
    await link(join(pool, "a.png"), join(path, "a.png"));
    const inputHash = await hashFolder(path);
    await journal.append("executed", `one/${view}/run`, {
      ...execution("one", { codeHash: "0" }),
      view,
      submission: null,
      inputHash,
    });
  }
  await journal.close();
  const lines: string[] = [];
  const check = () => checkRun(folder, journal, (line) => lines.push(line));
  return { folder, pool, at: (view: string) => join(views, view), lines, check };
}

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
  // In place: a picture has several names.
  await writeFile(file, bytes);
}

test("views that show what scripts were given stay", async () => {
  const { at, pool, lines, check } = await twoViews();
  await check();
  expect(lines).toEqual([]);
  expect([at("fold-0"), at("fold-1"), pool].map(existsSync)).toEqual([true, true, true]);
});

test("a turned bit of a table takes its view away, and names it", async () => {
  const { at, lines, check } = await twoViews();
  await flip(join(at("fold-1"), "train.csv"));
  await check();
  expect(lines).toEqual([
    "referee/views/fold-1: not the files that scripts were given; they are made again from the data",
  ]);
  expect([at("fold-0"), at("fold-1")].map(existsSync)).toEqual([true, false]);
});

test("a turned bit of a picture takes away the views that show it, and the copy that they share", async () => {
  const { at, pool, lines, check } = await twoViews();
  await flip(join(at("fold-0"), "a.png"));
  await check();
  expect(lines).toEqual([
    expect.stringMatching(/^referee\/views\/fold-0, referee\/views\/fold-1:/u),
  ]);
  expect([at("fold-0"), at("fold-1"), pool].map(existsSync)).toEqual([false, false, false]);
});

test("a view that is gone is nobody's damage", async () => {
  const { at, lines, check } = await twoViews();
  await rm(at("fold-0"), { recursive: true });
  await check();
  expect(lines).toEqual([]);
});
