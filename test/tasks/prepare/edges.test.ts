import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCsv } from "../made-competition.ts";
import { everyFile, folderOf, plainFiles, prepared, shop } from "./shop.ts";

const made = shop(11);
const files = plainFiles(made);
const train = String(files["train.csv"]);
const sum = made.train.reduce((total, { spent }) => total + Number(spent), 0);

/** The training table with something around it, and what is said of that. */
const around: [string, string, RegExp][] = [
  [
    "a title",
    `Visitors of 2023\n\n${train}`,
    /^train\.csv: 2 lines are left out before the header$/u,
  ],
  [
    "a title as a spreadsheet writes it",
    `Visitors of 2023,,,,\n,,,,\n${train}`,
    /^train\.csv: 2 lines are left out before the header$/u,
  ],
  [
    "a remark at the end",
    `${train}\nExported from the till: 2024-01-01\n`,
    /^train\.csv: 1 line is left out behind the last row \('Exported from the till: 2024-01-01'\)$/u,
  ],
  [
    "the number of rows",
    `${train}(112 rows affected)\n`,
    /^train\.csv: 1 line is left out behind the last row \('\(112 rows affected\)'\)$/u,
  ],
  [
    "empty rows and remarks",
    `${train},,,,\n,,,,\nSource: the shop,,,,\nall rights reserved,,,,\n`,
    /^train\.csv: 2 lines are left out behind the last row \('Source: the shop'\)$/u,
  ],
  [
    "a sum",
    `${train}Total,${sum.toFixed(2)},,,\n`,
    /^train\.csv: line 114 \('Total'\) sums the rows above it up and is left out$/u,
  ],
  [
    "a sum under a column of texts",
    `${train},${sum.toFixed(2)},,Grand total:,\n`,
    /^train\.csv: line 114 \('.*'\) sums the rows above it up and is left out$/u,
  ],
];

describe("what stands around the rows of a table is left out", () => {
  test.each(around)("%s", async (_, text, said) => {
    const { folder, notes } = await prepared(folderOf({ ...files, "train.csv": text }));
    expect(notes).toContainEqual(expect.stringMatching(said));
    expect(readCsv(join(folder, "train.csv"))).toEqual(made.train);
  });

  test("and a row of which one text is called so is not", async () => {
    const town = `${train}99999,12.50,3,Total,1\n`;
    const { folder } = await prepared(folderOf({ ...files, "train.csv": town }));
    expect(readCsv(join(folder, "train.csv"))).toHaveLength(113);
  });
});

test("blanks between columns are read, and sentences are not taken for such", async () => {
  const oneWord = (rows: typeof made.train) =>
    rows.map((row) => ({ ...row, town: (row["town"] ?? "").replaceAll(" ", "-") }));
  const plain = { ...made, train: oneWord(made.train), test: oneWord(made.test) };
  for (const name of ["csv", "txt"]) {
    const spread = everyFile(
      plain,
      (text) => text.replaceAll(",", "   ").replaceAll(/^/gmu, " "),
      (file) => file.replace("csv", name),
    );
    const { folder, notes } = await prepared(folderOf(spread));
    expect(notes.join("\n")).toContain("columns are separated by blanks");
    expect(readCsv(join(folder, "train.csv"))).toEqual(plain.train);
    expect(readCsv(join(folder, "sample_submission.csv"))).toEqual(plain.sample);
  }
  const sentences = Array.from({ length: 40 }, (_, row) => `${row} of ${row + 3} things\n`);
  const { notes } = await prepared(
    folderOf({
      ...files,
      "notes.csv": `what they said\n${sentences.join("")}a last one of them\n`,
    }),
  );
  expect(notes.join("\n")).not.toContain("blanks");
});

describe("tables without a header", () => {
  const bare = (text: string) => text.slice(text.indexOf("\n") + 1);

  test("are told by their first line, and called as the sample calls its columns", async () => {
    const without = {
      ...everyFile(made, bare),
      "sample_submission.csv": files["sample_submission.csv"] ?? "",
    };
    const { folder, notes } = await prepared(folderOf(without));
    expect(notes[0]).toMatch(/^test\.csv, train\.csv: the first line is a row, no header/u);
    const named = (rows: typeof made.train) =>
      rows.map(({ id, spent, visits, town, back }) => ({
        id,
        column_2: spent,
        column_3: visits,
        column_4: town,
        ...(back === undefined ? {} : { back }),
      }));
    expect(readCsv(join(folder, "train.csv"))).toEqual(named(made.train));
    expect(readCsv(join(folder, "test.csv"))).toEqual(named(made.test));
  });

  test("may have the target first, and no sample", async () => {
    const first = made.train.map(({ id: _, back, ...rest }) =>
      [back, ...Object.values(rest)].join(","),
    );
    const rest = made.test.map(({ id: _, ...row }) => Object.values(row).join(","));
    const { folder } = await prepared(
      folderOf({ "train.csv": `${first.join("\n")}\n`, "test.csv": `${rest.join("\n")}\n` }),
    );
    const [row] = readCsv(join(folder, "train.csv"));
    expect(Object.keys(row ?? {})).toEqual(["target", "column_2", "column_3", "column_4"]);
    expect(Object.keys(readCsv(join(folder, "test.csv"))[0] ?? {})).toEqual([
      "column_2",
      "column_3",
      "column_4",
    ]);
    expect(readCsv(join(folder, "train.csv"))).toHaveLength(made.train.length);
  });

  test("are not those whose columns are called by numbers", async () => {
    for (const header of ["id,0.5,1", "1.0,2.0,3.0", '"row\r\nid",x,z']) {
      const numbers = (text: string) => text.replace(/^id,spent,visits/u, header);
      const { notes } = await prepared(folderOf(everyFile(made, numbers)));
      expect(notes.join("\n")).not.toMatch(/no header|before the header/u);
    }
  });
});

const LABELS: [string, Record<string, string>][] = [
  ["named X and y", { x: "X_train.csv", y: "y_train.csv", test: "X_test.csv" }],
  ["in folders", { x: "features/train.csv", y: "labels/train.csv", test: "features/test.csv" }],
  ["beside train", { x: "train.csv", y: "train_labels.csv", test: "test.csv" }],
  ["of values", { x: "train_values.csv", y: "train_labels.csv", test: "test_values.csv" }],
];

describe("answers in a file of their own", () => {
  const table = (rows: object[], names: readonly string[]) =>
    [
      names.join(","),
      ...rows.map((row) => names.map((name) => Reflect.get(row, name)).join(",")),
    ].join("\n");
  const features = ["spent", "visits", "town"];

  test.each(LABELS)(
    "%s are joined by the order of rows",
    async (_, { x = "", y = "", test: t = "" }) => {
      const { folder, notes } = await prepared(
        folderOf({
          [x]: table(made.train, features),
          [y]: table(made.train, ["back"]),
          [t]: table(made.test, features),
        }),
      );
      expect(notes).toContain(
        `${y} has the answers of ${x}, row by row (112 in both): they are read as one table`,
      );
      const joined = readCsv(join(folder, x));
      expect(joined).toEqual(made.train.map(({ id: __, ...row }) => row));
      expect(readCsv(join(folder, "sample_submission.csv"))).toHaveLength(made.test.length);
    },
  );

  test("that name their rows are joined by the names", async () => {
    const turned = [...made.train].reverse();
    const { folder, notes } = await prepared(
      folderOf({
        "train.csv": table(made.train, ["id", ...features]),
        "train_labels.csv": table(turned, ["id", "back"]),
        "test.csv": table(made.test, ["id", ...features]),
      }),
    );
    expect(notes[0]).toMatch(/^train_labels\.csv has the answers of train\.csv, by id/u);
    expect(readCsv(join(folder, "train.csv"))).toEqual(made.train);
  });

  test("of test rows are left out", async () => {
    const { folder, notes } = await prepared(
      folderOf({
        "train.csv": table(made.train, [...features, "back"]).replace("back", "label"),
        "test.csv": table(made.train.slice(20), [...features, "back"]).replace("back", "label"),
      }),
    );
    expect(notes).toContain(
      "test.csv: label has values there, which are left out, since it is to be predicted",
    );
    expect(readCsv(join(folder, "sample_submission.csv"))).toHaveLength(92);
  });

  test("that are fewer than the rows are not", async () => {
    const { notes } = await prepared(
      folderOf({
        "X_train.csv": table(made.train, features),
        "y_train.csv": table(made.train.slice(1), ["back"]),
        "X_test.csv": table(made.test, features),
      }),
    );
    expect(notes.join("\n")).not.toContain("answers of");
  });
});
