import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { profileCompetition } from "../../../../tasks/profile/profile.ts";
import { python } from "../../interpreter.ts";
import {
  AUC,
  binary,
  fromRows,
  type Row,
  readCsv,
  readTree,
  scratch,
  toCsv,
} from "../../made-competition.ts";
import { referee, viewsOf } from "../opened.ts";

test("a dropped column is in no view and in no profile, the final view included", async () => {
  const rows = binary(240, (i) => ({ leak: `planted-${i}-`, kept: `kept-${i}-` }));
  const competition = fromRows(rows, { ...AUC, drop_columns: ["leak"] });
  const made = await referee(competition);
  await made.unseal([]);
  for (const view of [...viewsOf(made), "final" as const]) {
    const input = await made.input(view);
    const text = [...readTree(input).values()].map(String).join("\n");
    expect(text).not.toContain("planted-");
    expect(text).not.toContain("leak");
    const columns = ["id", "x", "mark", "kept"];
    expect(Object.keys(readCsv(join(input, "test.csv"))[0] ?? {})).toEqual(columns);
    expect(Object.keys(readCsv(join(input, "train.csv"))[0] ?? {})).toEqual([...columns, "y"]);
  }
  const profile = await profileCompetition(competition, python);
  expect(profile.columns.map(({ name }) => name)).toEqual(["id", "x", "mark", "kept", "y"]);
});

test("copies of a row stand on one side of every view, and it is said", async () => {
  const rows = binary(500, () => ({}));
  const copied = rows.map((row, i) =>
    i % 10 === 9 && i < 480 ? { ...rows[i - 9], id: row.id ?? "" } : row,
  );
  const made = await referee(fromRows(copied as typeof rows, AUC));
  expect(made.split.notes?.[0]).toMatch(/^96 training rows in 48 sets are copies up to their id/u);
  await made.unseal([]);
  for (const view of viewsOf(made)) {
    const input = await made.input(view);
    const marks = (file: string) => readCsv(join(input, file)).map((row) => row.mark ?? "");
    const train = new Set(marks("train.csv"));
    expect(marks("test.csv").filter((mark) => train.has(mark))).toEqual([]);
  }
});

test("copies may stand on both sides where test rows are copies of training rows as well", async () => {
  const rows = binary(500, () => ({}));
  const copied = rows.map((row, i) =>
    i % 10 === 9 ? { ...rows[i < 480 ? i - 9 : i - 200], id: row.id ?? "" } : row,
  );
  const tested = copied.slice(480).map((row, i) => {
    const source = i % 5 === 0 ? rows[i] : row;
    return { ...source, id: row.id ?? "" };
  });
  const made = await referee(fromRows([...copied.slice(0, 480), ...tested] as typeof rows, AUC));
  expect(made.split.notes).toEqual([
    "96 training rows are copies up to their id, and test rows are copies of training rows as often: they may stand on both sides",
  ]);
});

test("rows of few columns that repeat by nature are no copies", async () => {
  const rows = binary(500).map(({ id, y }, i) => ({ id: id ?? "", a: String(i % 4), y: y ?? "" }));
  const made = await referee(fromRows(rows, AUC));
  expect(made.split.notes?.[0]).toMatch(/so many are no copies/u);
});

test("rows that are sorted by their answer stand in another order in every view, and their ids tell nothing", async () => {
  const rows: Row[] = binary(620)
    .slice(0, 600)
    .sort((a, b) => Number(a.y) - Number(b.y))
    .map((row, i) => ({ ...row, id: String(1000 + i) }));
  const test_ = binary(620).slice(600);
  const made = await referee(fromRows([...rows, ...test_], AUC));
  expect(made.split.notes).toHaveLength(2);
  expect(made.split.notes?.[0]).toContain(
    "the order of the training rows predicts the answer (AUC 0.99",
  );
  expect(made.split.notes?.[1]).toContain("validation rows swap theirs");
  const answer = new Map(rows.map((row) => [row.mark, row.y]));
  const place = new Map(rows.map((row) => [row.mark, row.id]));
  await made.unseal([]);
  for (const view of viewsOf(made)) {
    const input = await made.input(view);
    const valid = readCsv(join(input, "test.csv"));
    const sample = readCsv(join(input, "sample_submission.csv"));
    expect(sample.map((row) => row.id)).toEqual(valid.map((row) => row.id));
    const labels = valid.map((row) => Number(answer.get(row.mark)));
    const half = Math.floor(labels.length / 2);
    const mean = (some: number[]) => some.reduce((a, b) => a + b, 0) / some.length;
    expect(Math.abs(mean(labels.slice(0, half)) - mean(labels.slice(half)))).toBeLessThan(0.4);
    const byId = valid.toSorted((a, b) => Number(a.id) - Number(b.id));
    const sorted = byId.map((row) => Number(answer.get(row.mark)));
    expect(Math.abs(mean(sorted.slice(0, half)) - mean(sorted.slice(half)))).toBeLessThan(0.4);
    // The ids are those of the validation rows, dealt anew; training rows keep theirs.
    expect(new Set(valid.map((row) => row.id))).toEqual(
      new Set(valid.map((row) => place.get(row.mark))),
    );
    for (const row of readCsv(join(input, "train.csv"))) expect(row.id).toBe(place.get(row.mark));
  }
});

test("a submission is scored against the row that its id stands for, also where ids changed places", async () => {
  const rows: Row[] = binary(620)
    .slice(0, 600)
    .sort((a, b) => Number(a.y) - Number(b.y))
    .map((row, i) => ({ ...row, id: String(1000 + i) }));
  const made = await referee(fromRows([...rows, ...binary(620).slice(600)], AUC));
  const answer = new Map(rows.map((row) => [row.mark, row.y ?? ""]));
  const valid = readCsv(join(await made.input("fold-0"), "test.csv"));
  const file = join(scratch(), "submission.csv");
  const truth = valid.map((row) => ({ id: row.id ?? "", y: answer.get(row.mark) ?? "" }));
  writeFileSync(file, toCsv(truth));
  expect(await made.judge("s", "fold-0", file)).toMatchObject({ status: "scored", score: 1 });
});
