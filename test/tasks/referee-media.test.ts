import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AUC, binary, fromRows, readCsv, readTree, scratch } from "./made-competition.ts";
import { referee } from "./opened.ts";

test("media follow their rows: files of hidden rows are absent, validation files stand where test files do", async () => {
  const rows = binary(120, (i) => ({ picture: `p${i}.png` }));
  const files: Record<string, string> = { "media/readme.txt": "read me" };
  rows.forEach((row, i) => {
    files[`media/${i < 100 ? "train" : "test"}/${row.picture}`] = `picture ${i}`;
  });
  const made = await referee(
    fromRows(rows, { ...AUC, media_columns: ["picture"], files: { other: ["media"] } }, { files }),
  );
  const input = await made.input("fold-0");
  const pictures = (file: string) => readCsv(join(input, file)).map((row) => row.picture ?? "");
  const expected = [
    "media/readme.txt",
    ...pictures("train.csv").map((name) => `media/train/${name}`),
    ...pictures("test.csv").map((name) => `media/test/${name}`),
  ].sort();
  expect([...readTree(join(input)).keys()].filter((name) => name.startsWith("media"))).toEqual(
    expected,
  );
  const final = await made.input("final");
  expect([...readTree(join(final, "media")).keys()]).toHaveLength(121);
});

test("folder names that are the classes make the competition self-reported", async () => {
  const rows = binary(120).map((row, i) => ({
    ...row,
    picture: `${row.y === "1" ? "cat" : "dog"}/${i}.png`,
  }));
  const made = await referee(fromRows(rows, { ...AUC, media_columns: ["picture"] }));
  expect(made.split.kind).toBe("self-reported");
  expect(made.split.why).toContain("column picture give the answer away");
});

test("files named after ids follow their rows, also where there is no test table at all", async () => {
  const rows = binary(120).map(({ id, y }) => ({ id: id ?? "", y: y ?? "" }));
  const files: Record<string, string> = {};
  rows.forEach(({ id }, i) => {
    files[`images/${i < 100 ? "train" : "test"}/${id}.png`] = `image ${i}`;
  });
  const competition = fromRows(rows, { ...AUC, files: { other: ["images"] } }, { files });
  rmSync(join(competition.folder, "test.csv"));
  const made = await referee(competition);
  expect(made.split.testRows).toBe(20);
  const input = await made.input("fold-0");
  const ids = (file: string) => readCsv(join(input, file)).map((row) => row.id ?? "");
  expect([...readTree(join(input, "images")).keys()]).toEqual(
    [
      ...ids("train.csv").map((id) => `train/${id}.png`),
      ...ids("sample_submission.csv").map((id) => `test/${id}.png`),
    ].sort(),
  );
  const submission = join(scratch(), "submission.csv");
  const said = ids("sample_submission.csv").map((id, i) => `${id},${i}`);
  writeFileSync(submission, ["id,y", ...said, ""].join("\n"));
  expect(await made.judge("s", "fold-0", submission)).toMatchObject({ status: "scored" });
});

test("validation files move to the folder of test files also when the two folders stand side by side", async () => {
  const rows = binary(120).map(({ id, y }) => ({ id: id ?? "", y: y ?? "" }));
  const files: Record<string, string> = {};
  rows.forEach(({ id }, i) => {
    files[`${i < 100 ? "train" : "test"}_images/${id}.png`] = `image ${i}`;
  });
  const other = ["test_images", "train_images"];
  const made = await referee(fromRows(rows, { ...AUC, files: { other } }, { files }));
  const input = await made.input("fold-0");
  const ids = (file: string) => readCsv(join(input, file)).map((row) => row.id ?? "");
  const found = [...readTree(input).keys()].filter((name) => name.endsWith(".png"));
  expect(found).toEqual(
    [
      ...ids("test.csv").map((id) => `test_images/${id}.png`),
      ...ids("train.csv").map((id) => `train_images/${id}.png`),
    ].sort(),
  );
});
