import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCsv, toCsv } from "../made-competition.ts";
import { type Content, folderOf, plainFiles, prepared, runPython, shop } from "./shop.ts";

const made = shop(9);
const sample = { "sample_submission.csv": toCsv(made.sample) };

/** The rows of a table in files of 30 rows. */
function inParts(rows: typeof made.train, name: (place: number) => string): [string, Content][] {
  const count = Math.ceil(rows.length / 30);
  return Array.from({ length: count }, (_, place) => [
    name(place),
    toCsv(rows.slice(place * 30, (place + 1) * 30)),
  ]);
}

const layouts: [string, (role: string) => (place: number) => string][] = [
  ["numbers", (role) => (place) => `${role}_${place + 8}.csv`],
  ["numbers of how many", (role) => (place) => `data/${role}-0000${place}-of-00004.csv`],
  ["folders", (role) => (place) => `${role}/part-0000${place}-1f0c.csv`],
];

test.each(layouts)("a table in several files with %s is read as one", async (_name, named) => {
  const train = inParts(made.train, named("train"));
  const folder = folderOf({
    ...Object.fromEntries([...train, ...inParts(made.test, named("test"))]),
    ...sample,
  });
  const { folder: copy, notes, names } = await prepared(folder);
  const whole = Object.values(names).find((name) => name.endsWith("train.csv")) ?? "";
  expect(readCsv(join(copy, whole))).toEqual(made.train);
  expect(readCsv(join(copy, whole.replace("train", "test")))).toEqual(made.test);
  expect(notes).toContain(
    `${whole} is made of 4 files with the same columns: ${train.map(([name]) => name).join(", ")}`,
  );
  expect(train.map(([name]) => existsSync(join(copy, name)))).toEqual([false, false, false, false]);
});

test("folders that are named after a column and its value give their rows that column", async () => {
  const partitioned = (rows: typeof made.train, role: string) =>
    Object.fromEntries(
      [...new Set(rows.map(({ town }) => town ?? ""))].map((name) => [
        `${role}/town=${encodeURIComponent(name)}/part-0.csv`,
        toCsv(rows.filter(({ town }) => town === name).map(({ town: _, ...row }) => row)),
      ]),
    );
  const folder = folderOf({
    ...partitioned(made.train, "train"),
    ...partitioned(made.test, "test"),
    ...sample,
  });
  const { folder: copy, notes } = await prepared(folder);
  const byId = (rows: typeof made.train) =>
    [...rows].sort((a, b) => Number(a["id"]) - Number(b["id"]));
  expect(byId(readCsv(join(copy, "train.csv")))).toEqual(made.train);
  expect(byId(readCsv(join(copy, "test.csv")))).toEqual(made.test);
  expect(notes[0]).toBe("test/, train/: the names of its folders are columns (town)");
});

test("folders of Parquet files as Spark leaves them are read as tables", async () => {
  const folder = folderOf(plainFiles(made));
  runPython(
    folder,
    `import os, pandas
for n in ("train", "test"):
    whole = pandas.read_csv(n + ".csv", dtype=str)
    os.remove(n + ".csv"); os.mkdir(n + ".parquet")
    open(n + ".parquet/_SUCCESS", "w").close()
    for i in range(11):
        whole.iloc[i * 11:(i + 1) * 11].to_parquet(f"{n}.parquet/part-{i}.parquet")`,
  );
  const { folder: copy } = await prepared(folder);
  expect(readCsv(join(copy, "train.csv"))).toEqual(made.train);
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test);
  expect(existsSync(join(copy, "train.parquet"))).toBe(false);
});

test("numbered tables with other columns, and those of each row, are left alone", async () => {
  const signal = (place: number) => `time,volt\n0,${place}\n1,${place}\n`;
  const rows = Array.from({ length: 6 }, (_, place) => place);
  const signals = rows.flatMap((place): [string, string][] => [
    [`train/${place}.csv`, signal(place)],
    [`test/${place}.csv`, signal(place)],
  ]);
  const other = { "train_2.csv": "id,more\n1,2\n", "train_1.csv": "id,less\n1,2\n" };
  const files = { "labels.csv": toCsv(made.train), ...Object.fromEntries(signals), ...sample };
  for (const each of [{ ...plainFiles(made), ...other }, files]) {
    const { names } = await prepared(folderOf(each));
    expect(names).toEqual({});
  }
});

test.each(["beside a table of train", "without a folder for train"])(
  "a folder of test with a file for each row is left alone, %s",
  async (kind) => {
    const signal = (place: number) => `time,volt\n0,${place}\n1,${place}\n`;
    const names = (table: typeof made.train) => table.map((row) => `${row.id}`);
    const files = (role: string, table: typeof made.train) =>
      names(table).map((name, place): [string, string] => [`${role}/${name}.csv`, signal(place)]);
    const train = kind === "beside a table of train" ? files("train", made.train) : [];
    const folder = folderOf({
      ...Object.fromEntries([...train, ...files("test", made.test)]),
      "train.csv": toCsv(made.train),
      ...sample,
    });
    const { notes, names: renamed } = await prepared(folder);
    expect(notes.filter((note) => note.includes("is made of"))).toEqual([]);
    expect(Object.values(renamed).filter((name) => name.endsWith("test.csv"))).toEqual([]);
  },
);
