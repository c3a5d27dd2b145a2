import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AUC, binary, fromRows, type Row, readCsv, scratch, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

test("an id that only the sample submission has counts the rows of test, and views count from where it starts", async () => {
  const plain = binary(220);
  const competition = fromRows(plain, { ...AUC, id_column: "RowId" });
  const put = (file: string, table: Row[], columns?: string[]) =>
    writeFileSync(join(competition.folder, file), toCsv(table, columns));
  const counted = Array.from({ length: 20 }, (_, i) => ({ RowId: String(i + 1), y: "0" }));
  put("train.csv", plain.slice(0, 200), ["x", "mark", "y"]);
  put("test.csv", plain.slice(200), ["x", "mark"]);
  put("sample_submission.csv", counted);
  const made = await referee(competition);
  expect(made.split).toMatchObject({ kind: "k-fold", testRows: 20 });
  expect(made.split.why).toContain("only the sample submission has RowId");
  const input = await made.input("fold-0");
  const valid = readCsv(join(input, "test.csv"));
  expect(Object.keys(valid[0] ?? {})).toEqual(["x", "mark"]);
  const sample = readCsv(join(input, "sample_submission.csv"));
  expect(sample.map((row) => row.RowId)).toEqual(valid.map((_, i) => String(i + 1)));
  const file = join(scratch(), "submission.csv");
  writeFileSync(file, toCsv(valid.map((row, i) => ({ RowId: String(i + 1), y: row.x ?? "" }))));
  const judged = await made.judge("s", "fold-0", file);
  expect(judged).toMatchObject({ status: "scored", rows: valid.length });
  expect(judged.score).toBeGreaterThan(0.7);

  put("sample_submission.csv", counted.slice(1));
  expect((await referee(competition)).split.why).toContain("has no column 'RowId'");
  // The same ids under another name say which row is which: their order must be that of the sample.
  put("sample_submission.csv", counted);
  const named = plain.slice(200).map((row, i) => ({ ...row, row_id: String(20 - i) }));
  put("test.csv", named, ["row_id", "x", "mark"]);
  expect((await referee(competition)).split.why).toContain("'row_id'");
});
