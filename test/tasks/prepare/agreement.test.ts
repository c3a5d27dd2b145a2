import { join } from "node:path";
import { expect, test } from "vitest";
import { inferTask } from "../../../tasks/infer/infer.ts";
import { prepareFolder } from "../../../tasks/prepare/prepare.ts";
import { type Row, readCsv, scratch, toCsv } from "../made-competition.ts";
import { folderOf, plainFiles, prepared, preparerIn, shop } from "./shop.ts";

const made = shop(5);
const files = plainFiles(made);

/** A table with another first line. */
function headed(rows: readonly Row[], line: string): string {
  return toCsv(rows).replace(/^.*\n/u, `${line}\n`);
}

const headers: [string, Record<string, string>][] = [
  ["blanks", { "train.csv": headed(made.train, "id, spent, visits , town,back ") }],
  [
    "blanks and quotes",
    { "train.csv": headed(made.train, `id, "spent", "visits", "town", "back"`) },
  ],
  ["quotes", { "test.csv": headed(made.test, "'id','spent','visits','town'") }],
  [
    "case",
    {
      "train.csv": headed(made.train, "ID,Spent,VISITS,Town,Back"),
      "test.csv": headed(made.test, "Id,Spent,VISITS,Town"),
    },
  ],
  [
    "letters put together in two ways",
    {
      "train.csv": headed(made.train, "id,spent,visits,to\u0301wn,back"),
      "test.csv": headed(made.test, "id,spent,visits,t\u00f3wn"),
    },
  ],
  ["a zero-width blank", { "test.csv": headed(made.test, "\u200bid,spent,visits,town") }],
];

test.each(headers)(
  "%s in headers: the tables share their columns, said in one line a table",
  async (_name, changed) => {
    const { folder: copy, notes } = await prepared(folderOf({ ...files, ...changed }));
    const [train, test_, sample] = ["train", "test", "sample_submission"].map((name) =>
      Object.keys(readCsv(join(copy, `${name}.csv`))[0] ?? {}),
    );
    expect(sample).toEqual(["id", "back"]);
    expect(train?.slice(0, 4)).toEqual(test_);
    expect(train?.[0]).toBe("id");
    expect(train?.at(-1)).toBe("back");
    expect(notes.length).toBeGreaterThan(0);
    expect(notes.length).toBeLessThanOrEqual(2);
  },
);

test("the header of the sample stays as it is, and the tables follow it", async () => {
  const folder = folderOf({ ...files, "sample_submission.csv": headed(made.sample, "Id, BACK") });
  const { folder: copy, renamed } = await prepared(folder);
  expect(readCsv(join(copy, "sample_submission.csv"))[0]).toMatchObject({
    Id: "10112",
    " BACK": "0.5",
  });
  expect(Object.keys(readCsv(join(copy, "train.csv"))[0] ?? {})).toEqual([
    "Id",
    "spent",
    "visits",
    "town",
    " BACK",
  ]);
  expect(Object.keys(readCsv(join(copy, "test.csv"))[0] ?? {})).toEqual([
    "Id",
    "spent",
    "visits",
    "town",
  ]);
  expect(renamed).toMatchObject({ id: "Id", back: " BACK" });
});

test("columns that differ in case alone stay apart", async () => {
  const both = made.train.map((row) => ({ ...row, Town: "x" }));
  const { folder } = await prepared(folderOf({ ...files, "train.csv": toCsv(both) }));
  expect(Object.keys(readCsv(join(folder, "train.csv"))[0] ?? {})).toEqual([
    "id",
    "spent",
    "visits",
    "town",
    "back",
    "Town",
  ]);
});

test("a name that stands twice or is empty gets one of its own", async () => {
  const folder = folderOf({
    "train.csv": `id,a,a,,y\n${Array.from({ length: 30 }, (_, i) => `${i},1,2,3,${i % 2}`).join("\n")}\n`,
    "test.csv": "id,a,a,\n100,1,2,3\n",
    "sample_submission.csv": "id,y\n100,0\n",
  });
  const { folder: copy, notes } = await prepared(folder);
  expect(Object.keys(readCsv(join(copy, "train.csv"))[0] ?? {})).toEqual([
    "id",
    "a",
    "a.1",
    "Unnamed: 3",
    "y",
  ]);
  expect(readCsv(join(copy, "test.csv"))).toEqual([
    { id: "100", a: "1", "a.1": "2", "Unnamed: 3": "3" },
  ]);
  expect(notes).toHaveLength(2);
});

test("an empty target in test is left out", async () => {
  const empty = made.test.map((row) => ({ ...row, back: "" }));
  const { folder: copy, notes } = await prepared(folderOf({ ...files, "test.csv": toCsv(empty) }));
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test);
  expect(notes).toEqual([
    "test.csv: back is empty in every row and left out, since it is to be predicted",
  ]);
});

test("answers that test has are kept from everybody", async () => {
  const told = made.test.map((row, i) => ({ ...row, back: String(i % 2) }));
  const { folder: copy, notes } = await prepared(folderOf({ ...files, "test.csv": toCsv(told) }));
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test);
  expect(notes).toEqual([
    "test.csv: back has values there, which are left out, since it is to be predicted",
  ]);
});

test("a feature that test lacks the values of stays", async () => {
  const empty = made.test.map((row) => ({ ...row, visits: "" }));
  const { folder, notes } = await prepared(folderOf({ ...files, "test.csv": toCsv(empty) }));
  expect(readCsv(join(folder, "test.csv"))).toEqual(empty);
  expect(notes).toEqual([]);
});

test.each([
  ["with its id column", made.sample.slice(0, 5)],
  [
    "with ids of no row",
    [
      { id: "1", back: "0.5" },
      { id: "2", back: "0.5" },
    ],
  ],
])("a short sample %s gets a row for each of test", async (_name, rows) => {
  const folder = folderOf({ ...files, "sample_submission.csv": toCsv(rows) });
  const { folder: copy, notes } = await prepared(folder);
  expect(readCsv(join(copy, "sample_submission.csv"))).toEqual(made.sample);
  expect(notes).toEqual([
    `sample_submission.csv shows ${rows.length} of 48 rows: a submission has one for each id of test.csv`,
  ]);
});

test("ids without a name are called as pandas reads them, in the sample, too", async () => {
  const bare = (text: string) => text.replace(/^id,/u, ",");
  const unnamed = Object.entries(files).map(([name, text]) => [name, bare(String(text))]);
  const { folder: copy, notes } = await prepared(folderOf(Object.fromEntries(unnamed)));
  const [train, test_, sample] = ["train", "test", "sample_submission"].map((name) =>
    Object.keys(readCsv(join(copy, `${name}.csv`))[0] ?? {}).at(0),
  );
  expect([train, test_, sample]).toEqual(["Unnamed: 0", "Unnamed: 0", "Unnamed: 0"]);
  expect(notes).toHaveLength(3);
});

test.each([
  ["a whole sample", made.sample.length],
  ["a short one", 5],
])("ids that the sample writes as floats are written so everywhere: %s", async (_name, count) => {
  const floats = made.sample.map((row) => ({ ...row, id: `${row.id}.0` }));
  const side = { "visits.csv": "id,note\n10112,first\n99,none\n" };
  const folder = folderOf({
    ...files,
    ...side,
    "sample_submission.csv": toCsv(floats.slice(0, count)),
  });
  const { folder: copy, notes } = await prepared(folder);
  expect(readCsv(join(copy, "sample_submission.csv"))).toEqual(floats);
  expect(readCsv(join(copy, "test.csv")).map(({ id }) => id)).toEqual(floats.map(({ id }) => id));
  expect(readCsv(join(copy, "train.csv"))[0]?.id).toBe("10000.0");
  expect(readCsv(join(copy, "visits.csv")).map(({ id }) => id)).toEqual(["10112.0", "99.0"]);
  expect(notes[0]).toBe(
    "sample_submission.csv: id is written '10112.0' here and '10112' in test.csv: it is read, and submitted, as the sample has it",
  );
});

test("leading zeros of the sample are those of the submission", async () => {
  const padded = made.sample.map((row) => ({ ...row, id: `000${row.id}` }));
  const { folder: copy } = await prepared(
    folderOf({ ...files, "sample_submission.csv": toCsv(padded) }),
  );
  expect(readCsv(join(copy, "test.csv")).map(({ id }) => id)).toEqual(padded.map(({ id }) => id));
});

test("a sample that lacks few rows of test is no form to be filled in, but says which are asked for", async () => {
  const asked = made.sample.filter((_, place) => place !== 3);
  const folder = folderOf({ ...files, "sample_submission.csv": toCsv(asked) });
  const { folder: copy, notes } = await prepared(folder);
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test.filter((_, place) => place !== 3));
  expect(notes).toEqual([
    "sample_submission.csv asks for 47 of the 48 rows of test.csv: the others are left out",
  ]);
});

test("columns of the sample that have the cells of test name rows, and stay in test", async () => {
  const sample = made.test.map(({ id = "", spent = "" }) => ({ id, spent, back: "0.5" }));
  const folder = folderOf({ ...files, "sample_submission.csv": toCsv(sample) });
  const { folder: copy } = await prepared(folder);
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test);
});

test("train alone: rows are kept back, asked for in a sample, and their answers lie outside", async () => {
  const folder = folderOf({ "train.csv": toCsv(made.train) });
  const { folder: copy, notes, targets } = await prepared(folder, ["back"]);
  const [train, test_, sample] = ["train", "test", "sample_submission"].map((name) =>
    readCsv(join(copy, `${name}.csv`)),
  );
  expect(train?.length).toBe(90);
  expect(test_?.length).toBe(22);
  expect(Object.keys(test_?.[0] ?? {})).toEqual(["id", "spent", "visits", "town"]);
  expect(sample?.map(({ id }) => id)).toEqual(test_?.map(({ id }) => id));
  const answers = /the answers are in (.*)$/u.exec(notes[0] ?? "")?.[1] ?? "";
  expect(answers.startsWith(copy)).toBe(false);
  const known = new Map(made.train.map(({ id, back }) => [id, back]));
  expect(readCsv(answers).map(({ id, back }) => [id, back])).toEqual(
    test_?.map(({ id }) => [id, known.get(id)]),
  );
  expect(targets).toEqual(["back"]);
  const ids = [...(train ?? []), ...(test_ ?? [])].map(({ id }) => id ?? "");
  expect(ids.sort()).toEqual(made.train.map(({ id }) => id ?? "").sort());
});

test("train alone without ids: the sample counts the rows of train", async () => {
  const rows = made.train.map(({ id: _, ...row }) => row);
  const { folder: copy } = await prepared(folderOf({ "train.csv": toCsv(rows) }), ["back"]);
  const test_ = readCsv(join(copy, "test.csv"));
  const sample = readCsv(join(copy, "sample_submission.csv"));
  expect(Object.keys(sample[0] ?? {})).toEqual(["row", "back"]);
  expect(sample.map(({ row }) => rows[Number(row) - 1])).toEqual(
    test_.map((row) => expect.objectContaining(row)),
  );
});

test("train alone, several rows for an id: all of an id are on one side", async () => {
  const rows = made.train.map((row, i) => ({ ...row, id: String(i % 30) }));
  const { folder: copy } = await prepared(folderOf({ "train.csv": toCsv(rows) }), ["back"]);
  const [train, test_] = ["train", "test"].map((name) =>
    readCsv(join(copy, `${name}.csv`)).map(({ id }) => id),
  );
  expect(test_?.length).toBeGreaterThan(10);
  expect(test_?.filter((id) => train?.includes(id))).toEqual([]);
});

test("one table of train and test: a column that says which, or the answers that lack at its end, divide it", async () => {
  const all = [...made.train, ...made.test];
  const marked = all.map((row, i): Row => ({ ...row, split: i % 4 === 1 ? "Test" : "train" }));
  const open = all.map((row): Row => ({ ...row, back: row["back"] ?? "" }));
  for (const [rows, isTest, why] of [
    [marked, (i: number) => i % 4 === 1, "whose split is 'Test' are"],
    [open, (i: number) => i >= made.train.length, "have no back and are"],
  ] as const) {
    const folder = folderOf({ "Customers 2020.csv": toCsv(rows) });
    const { folder: copy, notes, names } = await prepared(folder, ["back"]);
    const tested = rows.filter((_, i) => isTest(i));
    expect(notes[0]).toContain(
      `there is only Customers 2020.csv: ${tested.length} of its ${rows.length} rows ${why} the test rows`,
    );
    const test_ = readCsv(join(copy, "test.csv"));
    expect(test_).toEqual(
      tested.map(({ id, spent, visits, town }) => ({ id, spent, visits, town })),
    );
    expect(readCsv(join(copy, "train.csv"))).toHaveLength(rows.length - tested.length);
    expect(names).toEqual({ "Customers 2020.csv": "train.csv" });
  }
});

test("one table of any name is read again by the task that was written for it", async () => {
  const folder = folderOf({ "Customers 2020.csv": toCsv(made.train) });
  const first = await prepared(folder, ["back"]);
  const { task } = await inferTask(first.folder, { target: ["back"], metric: null });
  expect(task.files.train).toBe("train.csv");
  // With a cache that has no copy yet.
  const wanted = { task, targets: task.target_columns };
  const again = await prepareFolder(folder, wanted, preparerIn(scratch()));
  expect(readCsv(join(again.folder, "train.csv"))).toEqual(
    readCsv(join(first.folder, "train.csv")),
  );
});

test("train alone: a usual name is taken, a person is asked, and else it is refused with the way out", async () => {
  const rows = made.train.map(({ back = "", ...row }) => ({ ...row, label: back }));
  for (const name of ["train.csv", "Customers of 2020.csv"]) {
    const usual = await prepared(folderOf({ [name]: toCsv(rows) }));
    expect(usual.targets).toEqual(["label"]);
  }
  const folder = folderOf({ "train.csv": toCsv(made.train) });
  const preparer = preparerIn(scratch());
  await expect(prepareFolder(folder, { task: null, targets: null }, preparer)).rejects.toThrow(
    `train.csv: the only table, and nothing says which column is to be predicted; name it with --target <column> (columns: id, spent, visits, town, back)`,
  );
  const ask = (doubt: { choices: string[] }) => Promise.resolve(doubt.choices[4] ?? "");
  const asked = await prepareFolder(folder, { task: null, targets: null }, { ...preparer, ask });
  expect(asked.targets).toEqual(["back"]);
  const other = () => Promise.resolve("visits");
  const wanted = { task: null, targets: null };
  const again = await prepareFolder(folder, wanted, { ...preparer, ask: other });
  expect(again.targets).toEqual(["visits"]);
  expect(again.folder).not.toBe(asked.folder);
});

test("train and test without a sample: one is made where the target is plain", async () => {
  const { "sample_submission.csv": _, ...rest } = files;
  const { folder: copy, notes } = await prepared(folderOf(rest));
  expect(readCsv(join(copy, "sample_submission.csv")).map(({ id }) => id)).toEqual(
    made.test.map(({ id }) => id),
  );
  expect(notes).toEqual(["there is no sample submission: one is made of id and back"]);
});
