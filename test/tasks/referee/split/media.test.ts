import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  AUC,
  binary,
  fromRows,
  type Row,
  readCsv,
  readTree,
  scratch,
} from "../../made-competition.ts";
import { referee, viewsOf } from "../opened.ts";

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

test("where names of files tell the class, those of validation rows are numbers in the folder of test", async () => {
  for (const named of [
    (kind: string, i: number) => `${kind}/${i}.png`,
    (kind: string, i: number) => `${kind}.${i}.png`,
  ]) {
    const files: Record<string, string> = {};
    const rows: Row[] = binary(120).map((row, i) => {
      const kind = row.y === "1" ? "cat" : "dog";
      const picture = i < 100 ? `train/${named(kind, i)}` : `test/${i}.png`;
      files[picture] = `picture of ${row.mark}`;
      return { ...row, picture };
    });
    const task = { ...AUC, media_columns: ["picture"], files: { other: ["train", "test"] } };
    const made = await referee(fromRows(rows, task, { files }));
    expect(made.split.notes?.join("\n")).toContain("the paths in column picture name the answer");
    const marks = new Map(rows.map((row) => [row.mark, row]));
    await made.unseal([]);
    for (const view of viewsOf(made)) {
      const input = await made.input(view);
      const valid = readCsv(join(input, "test.csv"));
      for (const row of valid) {
        expect(row.picture).toMatch(/^test\/row-\d+\.png$/u);
        expect(readFileSync(join(input, row.picture ?? ""), "utf8")).toBe(`picture of ${row.mark}`);
        expect(existsSync(join(input, marks.get(row.mark)?.picture ?? ""))).toBe(false);
      }
      const shown = [...valid, ...readCsv(join(input, "train.csv"))].length;
      expect([...readTree(input).keys()].filter((name) => name.endsWith(".png"))).toHaveLength(
        shown,
      );
    }
  }
});

test("views share the files of rows: one copy serves all of them, and never the original", async () => {
  const rows = binary(120, (i) => ({ picture: `p${i}.png` }));
  const files = Object.fromEntries(
    rows.map((row, i) => [`media/${i < 100 ? "train" : "test"}/${row.picture}`, `picture ${i}`]),
  );
  const competition = fromRows(
    rows,
    { ...AUC, media_columns: ["picture"], files: { other: ["media"] } },
    { files },
  );
  const made = await referee(competition);
  await made.unseal([]);
  const [first] = readCsv(join(await made.input("fold-0"), "train.csv"));
  const picture = first?.picture ?? "";
  const states = await Promise.all(
    viewsOf(made).map(async (view) => {
      const input = await made.input(view);
      const shown = [...readTree(input).keys()].find((name) => name.endsWith(`/${picture}`));
      return shown === undefined ? null : statSync(join(input, shown));
    }),
  );
  const found = states.filter((state) => state !== null);
  expect(found.length).toBeGreaterThan(2);
  expect(new Set(found.map(({ ino }) => ino)).size).toBe(1);
  expect(new Set(found.map(({ mtimeMs, mode }) => `${mtimeMs} ${mode & 0o222}`)).size).toBe(1);
  const original = statSync(join(competition.folder, "media/train", picture));
  expect(original.nlink).toBe(1);
  expect(original.ino).not.toBe(found[0]?.ino);
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
