import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Metric } from "../../../tasks/competition.ts";
import { type OpenReferee, openReferee } from "../../../tasks/referee/open.ts";
import { python } from "../interpreter.ts";
import { AUC, binary, fromRows, type Row, readCsv, scratch, toCsv } from "../made-competition.ts";

const folder = scratch();
const path = join(folder, "submission.csv");
const opened = new Map<string, OpenReferee>();
const ids = new Map<string, string[]>();

const metric = (name: string, direction = "minimize") => ({
  metric: { name, direction } as Metric,
});
const three = (rows: Row[]) =>
  rows.map((row, i) => ({ ...row, y: ["lo", "mid", "hi"][i % 3] ?? "" }));
const tasks = {
  auc: () => fromRows(binary(120), AUC),
  "log loss": () => fromRows(binary(120), { ...AUC, ...metric("log_loss") }),
  classes: () =>
    fromRows(three(binary(120)), {
      ...AUC,
      type: "multiclass",
      ...metric("log_loss"),
      prediction_columns: ["hi", "lo", "mid"],
    }),
  accuracy: () => fromRows(three(binary(120)), { ...AUC, ...metric("accuracy", "maximize") }),
  kappa: () => fromRows(binary(120), { ...AUC, ...metric("quadratic_kappa", "maximize") }),
  rmsle: () => fromRows(binary(120), { ...AUC, type: "regression", ...metric("rmsle") }),
  ranking: () =>
    fromRows(three(binary(120)), { ...AUC, type: "ranking", ...metric("map_at_k", "maximize") }),
  "no ids": () =>
    fromRows(
      binary(120).map(({ x, y }) => ({ x: x ?? "", y: y ?? "" })),
      { ...AUC, id_column: null },
    ),
};
type Name = keyof typeof tasks;

beforeAll(async () => {
  for (const [name, make] of Object.entries(tasks)) {
    const made = await openReferee({
      competition: make(),
      python,
      folder: scratch(),
      seed: 1,
      subsample: null,
    });
    opened.set(name, made);
    const sample = readCsv(join(await made.input("fold-0"), "sample_submission.csv"));
    ids.set(
      name,
      sample.map((row) => row.id ?? ""),
    );
  }
});
afterAll(async () => {
  for (const made of opened.values()) await made.close();
});

const judge = (name: Name) => {
  const made = opened.get(name);
  if (made === undefined) throw new Error(`${name} was not opened`);
  return made.judge("candidate", "fold-0", path);
};
const idsOf = (name: Name): string[] => ids.get(name) ?? [];

/** Rows of a valid submission, with one of them changed. */
function rowsOf(name: Name, cells: Row, at = -1, changed: Row = {}): Row[] {
  return idsOf(name).map((id, i) => ({
    ...(name === "no ids" ? {} : { id }),
    ...cells,
    ...(i === at ? changed : {}),
  }));
}

const good: Record<Name, Row> = {
  auc: { y: "-3.5" },
  "log loss": { y: "0.5" },
  classes: { hi: "2e-1", lo: "0.2", mid: "0.1" },
  accuracy: { y: "mid" },
  kappa: { y: "1.0" },
  rmsle: { y: "0" },
  ranking: { y: "lo hi" },
  "no ids": { y: "7" },
};

describe("a valid submission is scored", () => {
  test.each(Object.keys(tasks) as Name[])("%s", async (name) => {
    writeFileSync(path, toCsv(rowsOf(name, good[name])));
    const judged = await judge(name);
    expect(judged).toMatchObject({ status: "scored", reason: null, rows: idsOf(name).length });
    expect(judged.score).not.toBeNull();
  });

  test("in any order of rows and columns, with a byte order mark, CRLF and blank lines", async () => {
    const rows = rowsOf("auc", {}).map((row, i) => ({ ...row, y: String(i) }));
    writeFileSync(path, toCsv(rows));
    const plain = await judge("auc");
    const turned = toCsv([...rows].reverse(), ["y", "id"]).replaceAll("\n", "\r\n");
    writeFileSync(path, `\uFEFF${turned}\r\n`);
    expect((await judge("auc")).score).toBe(plain.score);
  });
});

const first = (name: Name) => idsOf(name)[0] ?? "";
const at = (name: Name, changed: Row) => () => toCsv(rowsOf(name, good[name], 2, changed));
const rejections: [string, Name, () => string | Buffer, RegExp][] = [
  ["nothing in it", "auc", () => " \n", /submission.csv is empty/u],
  [
    "bytes that are no text",
    "auc",
    () => Buffer.from([105, 100, 0xff, 10]),
    /not UTF-8 text \(byte 2\)/u,
  ],
  ["a NUL byte", "auc", () => "id,y\nr1,\0\n", /NUL byte/u],
  [
    "a header alone",
    "auc",
    () => "id,y\n",
    /id 'r\d+' of sample_submission.csv is missing \(0 rows/u,
  ],
  ["a ragged row", "auc", () => "id,y\nr1,1,2\n", /line 2 has 3 fields, the header has 2/u],
  ["a missing column", "auc", () => "id\nr1\n", /missing \['y'\]/u],
  [
    "an index column",
    "auc",
    () => ",id,y\n0,r1,1\n",
    /not expected \[''\] \(write with index=False\)/u,
  ],
  ["a column twice", "auc", () => "id,y,y\nr1,1,1\n", /'y' twice/u],
  [
    "an id twice",
    "auc",
    () => toCsv([...rowsOf("auc", good.auc), { id: first("auc"), y: "1" }]),
    /stands twice \(records 1 and/u,
  ],
  [
    "an id too few",
    "auc",
    () => toCsv(rowsOf("auc", good.auc).slice(1)),
    /is missing \(\d+ rows, \d+ expected\)/u,
  ],
  [
    "an id too many",
    "auc",
    () => toCsv([...rowsOf("auc", good.auc), { id: "zz", y: "1" }]),
    /id 'zz' is not in sample_submission.csv/u,
  ],
  [
    "rows too few without ids",
    "no ids",
    () => toCsv(rowsOf("no ids", good["no ids"]).slice(1)),
    /rows, \d+ expected \(one for each row of test.csv\)/u,
  ],
  ["an empty cell", "auc", at("auc", { y: "" }), /y is empty in the row with id 'r\d+'/u],
  ["a NaN", "auc", at("auc", { y: "nan" }), /y is 'nan' in the row with id/u],
  ["an infinity", "auc", at("auc", { y: "-inf" }), /expected a finite number/u],
  ["a word for a number", "auc", at("auc", { y: "high" }), /y is 'high'/u],
  ["a number Python alone reads", "auc", at("auc", { y: "1_0" }), /y is '1_0'/u],
  ["a NaN without ids", "no ids", at("no ids", { y: "nan" }), /in the record 3/u],
  [
    "a probability over 1",
    "log loss",
    at("log loss", { y: "1.5" }),
    /y is 1.5 .* between 0 and 1/u,
  ],
  ["a negative probability", "classes", at("classes", { lo: "-0.1" }), /lo is -0.1/u],
  [
    "a row of zeros",
    "classes",
    at("classes", { hi: "0", lo: "0", mid: "0" }),
    /all probabilities are 0/u,
  ],
  [
    "an unknown class",
    "accuracy",
    at("accuracy", { y: "huge" }),
    /'huge' .* known classes \(hi, lo, mid\)/u,
  ],
  ["half a rating", "kappa", at("kappa", { y: "0.5" }), /expected an integer from 0 to 1/u],
  ["a rating out of range", "kappa", at("kappa", { y: "9" }), /y is 9/u],
  ["a negative amount", "rmsle", at("rmsle", { y: "-1" }), /rmsle needs values of 0 or more/u],
  ["an empty ranking", "ranking", at("ranking", { y: " " }), /y is empty/u],
];

describe("a submission is rejected with the exact reason for", () => {
  test.each(rejections)("%s", async (_, name, content, reason) => {
    writeFileSync(path, content());
    const judged = await judge(name);
    expect(judged).toMatchObject({ status: "invalid-submission", score: null });
    expect(judged.reason).toMatch(reason);
  });
});
