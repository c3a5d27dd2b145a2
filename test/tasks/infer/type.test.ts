import { describe, expect, test } from "vitest";
import { inferTask } from "../../../tasks/infer/infer.ts";
import { NO_PARAMETERS } from "../../../tasks/metric-kinds.ts";
import { madeFolder } from "../made-folder.ts";
import { type Cell, competition, infer, x } from "./made-tables.ts";

/** A competition of one target, with a description when there is one. */
function one(target: (row: number) => Cell, shown: Cell, description = ""): Record<string, string> {
  const made = competition({
    features: x,
    targets: { y: target },
    predictions: { y: () => shown },
  });
  return description === "" ? made : { ...made, "description.md": description };
}

const evaluated = (metric: string) =>
  `# Made\n\n## Evaluation\n\nSubmissions are scored by ${metric}.\n`;

describe("the type is decided from everything known", () => {
  test.each<[string, (row: number) => Cell, Cell, string, string, string]>([
    [
      "many numbers, accuracy",
      (row) => 1000 + (row % 40) * 7,
      1000,
      "accuracy",
      "multiclass",
      "accuracy",
    ],
    ["many numbers, MAP@5", (row) => row % 50, 0, "MAP@5", "multiclass", "map_at_k"],
    ["few numbers, RMSE", (row) => row % 4, 0, "RMSE", "regression", "rmse"],
    ["as many numbers as rows, accuracy", (row) => row * 3, 0, "accuracy", "regression", "rmse"],
    ["as many texts as rows", (row) => `word-${row}`, "word-1", "accuracy", "other", "accuracy"],
  ])("%s", async (_title, target, shown, metric, type, name) => {
    const { task } = await infer(one(target, shown, evaluated(metric)));
    expect([task.type, task.metric.name]).toEqual([type, name]);
  });

  test.each<[string, (row: number) => Cell, Cell, string, string]>([
    ["percent behind a blank", (row) => `${row / 2 + 0.5} %`, "0 %", "regression", "rmse"],
    ["a currency before a blank", (row) => `USD ${row * 3}`, "USD 0", "regression", "rmse"],
    [
      "blanks between thousands",
      (row) => `${1 + (row % 90)} ${100 + row}`,
      "1 234",
      "regression",
      "rmse",
    ],
    [
      "labels of two words",
      (row) => `New ${["York", "Jersey"][row % 2]}`,
      "New York",
      "binary",
      "accuracy",
    ],
    ["names that stand once", (row) => `name ${row}`, "name 0", "other", "accuracy"],
    ["guesses at codes", (row) => `c${row % 40}`, "c0 c1 c2", "multiclass", "map_at_k"],
    ["guesses at numbers", (row) => row % 40, "0 1 2", "multiclass", "map_at_k"],
    [
      "several right answers",
      (row) => `a${row % 9} b${row % 7} c${row % 5}`,
      "a0 b0 c1",
      "multiclass",
      "map_at_k",
    ],
  ])(
    "a blank in the sample is no list of guesses by itself: %s",
    async (_title, target, shown, type, name) => {
      const { task } = await infer(one(target, shown));
      expect([task.type, task.metric.name]).toEqual([type, name]);
    },
  );

  test("an infinite answer is none", async () => {
    const { task, notes } = await infer(one((row) => (row % 50 === 0 ? "inf" : row / 4), 0));
    expect(task).toMatchObject({ type: "regression", answer_form: { missing: ["inf"] } });
    expect(notes).toContain("4 of 200 rows have no answer (inf): they are left out");
  });

  test("and texts that hardly repeat are asked about", async () => {
    const { doubts, notes } = await infer(one((row) => `word-${row}`, "word-1"));
    expect(doubts.map(({ field, guess }) => [field, guess])).toContainEqual(["type", "other"]);
    expect(notes).toContain(
      "type: other (texts that hardly repeat: 200 different values in 200 rows)",
    );
  });
});

describe("numbers of which nearly every row has its own", () => {
  const codes = one((row) => 1000 + row * 7, 1000, evaluated("accuracy"));

  test("stay numbers where the description speaks of classes, which is asked about", async () => {
    const { task, doubts, notes } = await infer(codes);
    expect(task.type).toBe("regression");
    expect(notes.join("\n")).toContain("accuracy, which the description names, does not fit it");
    expect(doubts.find(({ field }) => field === "type")).toEqual({
      field: "type",
      question:
        "y has 200 different numbers in 200 rows, and accuracy compares classes. What are they?",
      choices: ["regression", "multiclass"],
      guess: "regression",
    });
  });

  test("are classes when the user says so, by type or by metric, and it is said", async () => {
    await using folder = await madeFolder(codes);
    const named = { ...NO_PARAMETERS, name: "accuracy" } as const;
    for (const given of [
      { target: null, metric: named },
      { target: null, metric: null, type: "multiclass" as const },
    ]) {
      const { task, notes } = await inferTask(folder.path, given);
      expect(task).toMatchObject({ type: "multiclass", metric: { name: "accuracy" } });
      expect(notes.join("\n")).toContain("few of which repeat");
    }
  });
});

describe("answers that are no plain numbers", () => {
  const amount = (row: number) => 1000 + row * 1.5;
  const grouped = (row: number) =>
    amount(row)
      .toFixed(2)
      .replace(/^(\d)(\d{3})/u, "$1,$2");
  test.each<[string, (row: number) => Cell, object]>([
    ["NA", (row) => (row % 9 === 0 ? "NA" : amount(row)), { missing: ["NA"] }],
    ["null and blanks", (row) => ["null", " "][row % 9] ?? amount(row), { missing: ["null", " "] }],
    ["dollars", (row) => `$${amount(row)}`, { prefix: "$", thousands: "", decimal: "." }],
    ["euros behind", (row) => `${amount(row)} €`, { suffix: " €" }],
    ["percent", (row) => `${(row % 90) + 0.5}%`, { suffix: "%" }],
    ["thousands", (row) => `"$${grouped(row)}"`, { prefix: "$", thousands: ",", decimal: "." }],
    ["blanks", (row) => `${grouped(row).replace(",", " ")} kr`, { suffix: " kr", thousands: " " }],
    [
      "blanks that do not break",
      (row) => `"${grouped(row).replace(",", "\u202f").replace(".", ",")}\u00a0€"`,
      { suffix: "\u00a0€", thousands: "\u202f", decimal: "," },
    ],
    [
      "points and a comma",
      (row) => `"${grouped(row).replace(/[.,]/gu, (mark) => (mark === "." ? "," : "."))}"`,
      { thousands: ".", decimal: "," },
    ],
    [
      "parentheses below zero",
      (row) => `"${row % 3 === 0 ? `($${grouped(row)})` : `$${grouped(row)}`}"`,
      { prefix: "$", thousands: ",", negative: "parentheses" },
    ],
    [
      "the sign before parentheses",
      (row) => (row % 3 === 0 ? `€(${amount(row)})` : `€${amount(row)}`),
      { prefix: "€", negative: "parentheses" },
    ],
    [
      "a minus behind",
      (row) => (row % 3 === 0 ? `${amount(row)}-` : amount(row)),
      { negative: "minus-after" },
    ],
    ["a long minus", (row) => (row % 3 === 0 ? `−${amount(row)}` : amount(row)), {}],
    ["a decimal comma", (row) => `"${String(row + 0.25).replace(".", ",")}"`, { decimal: "," }],
  ])("with %s make a regression", async (_title, target, form) => {
    const { task } = await infer(one(target, 0));
    expect(task).toMatchObject({ type: "regression", metric: { name: "rmse" }, answer_form: form });
  });

  test("and rows without one are counted", async () => {
    const { notes } = await infer(one((row) => (row % 10 === 0 ? "NA" : amount(row)), 0));
    expect(notes).toContain("20 of 200 rows have no answer (NA): they are left out");
  });

  test("a word for a missing answer leaves two classes two", async () => {
    const { task } = await infer(one((row) => (row % 10 === 0 ? "NA" : row % 2), 0));
    expect(task).toMatchObject({ type: "binary", answer_form: { missing: ["NA"] } });
  });

  test("a class called None stays a class", async () => {
    const { task } = await infer(
      one((row) => ["None", "Apnea", "Insomnia"][row % 3] ?? "", "None"),
    );
    expect(task).toMatchObject({ type: "multiclass", answer_form: null });
  });
});

test.each<[string, string[], string | null]>([
  [
    "in case only",
    ["Yes", "yes", "No"],
    'y has labels that differ in case or blanks only ("Yes", "yes"): ',
  ],
  ["as numbers and words", ["1", "Yes", "No"], "y has numbers and words as labels (1, Yes): "],
  ["plainly", ["Yes", "No", "Maybe"], null],
])(
  "labels that differ %s are kept apart, and it is said where they may be one",
  async (_title, labels, note) => {
    const { task, notes } = await infer(one((row) => labels[row % 3] ?? "", "No"));
    expect(task.type).toBe("multiclass");
    const said = notes.filter((each) => each.includes("kept apart"));
    expect(said).toEqual(note === null ? [] : [expect.stringContaining(note)]);
  },
);

test("a column without a name that counts the rows is left out, and said", async () => {
  const counted = (header: string) => {
    const files = competition({
      features: { [header]: (row) => row, ...x },
      targets: { y: (row) => row % 2 },
      predictions: { y: () => 0 },
    });
    return infer(files);
  };
  const { task, notes } = await counted("Unnamed: 0");
  expect(task.drop_columns).toEqual(["Unnamed: 0"]);
  expect(notes).toContain("Unnamed: 0 counts the rows and is left out (drop_columns)");
  expect((await counted("place")).task.drop_columns).toEqual([]);
});
