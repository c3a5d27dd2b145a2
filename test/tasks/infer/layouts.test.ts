import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inferTask } from "../../../tasks/infer/infer.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { checkTables } from "../../../tasks/tables/check-tables.ts";
import { makeCompetition, type Row, readCsv, scratch, seeded, toCsv } from "../made-competition.ts";
import { madeFolder } from "../made-folder.ts";
import { referee, viewsOf } from "../referee/opened.ts";
import { sequences, tokens } from "./made-tables.ts";

/** Loads a folder without a task.yaml and opens it. */
async function opened(files: Record<string, string>) {
  const folder = join(scratch(), "made");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const competition = await loadCompetition(folder);
  return { competition, made: await referee(competition) };
}

test("answers in a table of their own: ids are divided, all their rows follow, and so do their answers", async () => {
  const { competition, made } = await opened(sequences());
  expect(competition).toMatchObject({
    labels_file: "train_labels.csv",
    id_column: "sequence",
    target_columns: ["state"],
    type: "binary",
    files: { train: "train.csv", other: [] },
  });
  expect(made.split).toMatchObject({ kind: "k-fold", trainRows: 120, testRows: 30 });
  await made.unseal([]);
  for (const view of viewsOf(made)) {
    const input = await made.input(view);
    const ids = (file: string) => readCsv(join(input, file)).map((row) => row.sequence ?? "");
    const [train, valid, labels] = [ids("train.csv"), ids("test.csv"), ids("train_labels.csv")];
    expect(new Set(labels)).toEqual(new Set(train));
    expect(train).toHaveLength(3 * labels.length);
    expect(valid.filter((id) => train.includes(id))).toEqual([]);
    expect(Object.keys(readCsv(join(input, "test.csv"))[0] ?? {})).toEqual([
      "sequence",
      "step",
      "v",
    ]);
    const asked = ids("sample_submission.csv");
    expect(valid).toEqual(asked.flatMap((id) => [id, id, id]));
  }
  const final = await made.input("final");
  expect(readCsv(join(final, "train_labels.csv"))).toHaveLength(120);
});

test("the table of labels is not taken for the training table", async () => {
  const files = sequences();
  const renamed = {
    "train_labels.csv": files["train_labels.csv"] ?? "",
    "train_series.csv": files["train.csv"] ?? "",
  };
  const { "train.csv": _, "test.csv": test_ = "", ...rest } = files;
  await using folder = await madeFolder({ ...rest, ...renamed, "test_series.csv": test_ });
  const { task } = await inferTask(folder.path);
  expect(task.files).toMatchObject({ train: "train_series.csv", test: "test_series.csv" });
  expect(task.labels_file).toBe("train_labels.csv");
});

test("long format: one row for each id and target is scored, and all rows of an id judge together", async () => {
  const next = seeded(6);
  const targets = ["height", "width", "depth"];
  const row = (i: number): Row => ({
    piece: `p${i}`,
    v: next().toFixed(4),
    ...Object.fromEntries(targets.map((target) => [target, next().toFixed(5)])),
  });
  const rows = Array.from({ length: 150 }, (_, i) => row(i));
  const test_ = rows.slice(120);
  const { competition, made } = await opened({
    "train.csv": toCsv(rows.slice(0, 120)),
    "test.csv": toCsv(test_, ["piece", "v"]),
    "sample_submission.csv": toCsv(
      test_.flatMap(({ piece }) =>
        targets.map((target) => ({ row_id: `${piece}_${target}`, value: "0" })),
      ),
    ),
  });
  expect(competition).toMatchObject({
    id_column: "row_id",
    submission_id: { columns: ["piece"], separator: "_", target: true },
    target_columns: targets,
    prediction_columns: ["value"],
  });
  const input = await made.input("fold-0");
  const asked = readCsv(join(input, "sample_submission.csv"));
  const valid = readCsv(join(input, "test.csv"));
  expect(asked).toHaveLength(3 * valid.length);
  const answers = new Map(
    rows.flatMap((each) =>
      targets.map((target) => [`${each.piece}_${target}`, each[target] ?? ""]),
    ),
  );
  const file = join(scratch(), "submission.csv");
  writeFileSync(
    file,
    toCsv(asked.map(({ row_id = "" }) => ({ row_id, value: answers.get(row_id) ?? "" }))),
  );
  expect(await made.judge("s", "fold-0", file)).toMatchObject({
    status: "scored",
    score: 0,
    rows: asked.length,
  });
  writeFileSync(file, toCsv(asked.slice(1)));
  expect((await made.judge("t", "fold-0", file)).reason).toContain("is missing");
});

test("ids that only the sample submission has are made of columns of test, and groups that test does not share stay whole", async () => {
  const { competition, made } = await opened(tokens());
  expect(competition).toMatchObject({
    submission_id: { columns: ["sentence_id", "token_id"], separator: "_", target: false },
    group_column: "sentence_id",
  });
  expect(made.split.strategy).toBe("group");
  const input = await made.input("fold-0");
  const valid = readCsv(join(input, "test.csv"));
  expect(readCsv(join(input, "sample_submission.csv")).map((row) => row.id)).toEqual(
    valid.map((row) => `${row.sentence_id}_${row.token_id}`),
  );
});

test("several right answers of one query stand on one side, and the query is asked once", async () => {
  const rows = Array.from({ length: 400 }, (_, i) => ({
    query: `q${Math.floor(i / 2)}`,
    words: `w${Math.floor(i / 2) % 9}`,
    item: `i${i % 50}`,
  }));
  const test_ = Array.from({ length: 20 }, (_, i) => ({ query: `t${i}`, words: `w${i % 9}` }));
  const competition = makeCompetition(
    {
      type: "ranking",
      metric: { name: "map_at_k", direction: "maximize", k: 2 },
      id_column: "query",
      target_columns: ["item"],
      prediction_columns: ["items"],
    },
    {
      "train.csv": toCsv(rows),
      "test.csv": toCsv(test_),
      "sample_submission.csv": toCsv(test_.map(({ query }) => ({ query, items: "i1 i2" }))),
    },
  );
  await checkTables(competition);
  const made = await referee(competition);
  expect(made.split).toMatchObject({ kind: "k-fold", trainRows: 200 });
  const input = await made.input("fold-0");
  const train = new Set(readCsv(join(input, "train.csv")).map((row) => row.query));
  const valid = readCsv(join(input, "test.csv")).map((row) => row.query ?? "");
  expect(valid.filter((query) => train.has(query))).toEqual([]);
  expect(new Set(valid).size).toBe(valid.length);
  const right = (query: string) =>
    rows
      .filter((row) => row.query === query)
      .map((row) => row.item)
      .join(" ");
  const file = join(scratch(), "submission.csv");
  writeFileSync(file, toCsv(valid.map((query) => ({ query, items: right(query) }))));
  expect(await made.judge("s", "fold-0", file)).toMatchObject({ status: "scored", score: 1 });
});

test("the task overrules the choice of split and of the folds that judge; what cannot be done is refused", async () => {
  const files = tokens();
  const { competition, made } = await opened(files);
  const asked = async (split: object) =>
    (await referee({ ...competition, split: { strategy: null, folds: null, ...split } })).split;
  expect(made.split.searchFolds).toBe(5);
  expect(await asked({ folds: 2 })).toMatchObject({ strategy: "group", searchFolds: 2 });
  expect(await asked({ strategy: "random" })).toMatchObject({ strategy: "random" });
  expect((await asked({ strategy: "random" })).why).toContain("task.yaml asks for it");
  await expect(asked({ strategy: "time" })).rejects.toThrow(
    /a split by time, which needs a time_column/u,
  );
});

test("what makes a layout of these kinds impossible is said, and never split wrongly", async () => {
  const { competition } = await opened(sequences());
  const lost = { ...competition, labels_file: "train_labels.csv", id_column: "step" };
  expect((await referee(lost)).split).toMatchObject({ kind: "self-reported" });
  writeFileSync(join(competition.folder, "test.csv"), "v\n1\n");
  const { split } = await referee(competition);
  expect(split.why).toContain("the test table has no column 'sequence'");
});
