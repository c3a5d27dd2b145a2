import { seeded } from "../../tasks/made-competition.ts";
import { FILE_FORMS } from "./files.ts";

/** A small competition of a kind that people have, with the hidden answers of its test rows. */
export type Case = {
  /** What there is to read; a value of `link` is the path, within the folder, that a symbolic link leads to. */
  files: Record<string, string | { link: string }>;
  answers: string;
  metric: "rmse" | "roc_auc" | "average_precision" | "accuracy" | "map_at_k";
};

type Row = { id: string; cells: string[]; signal: number; answer: string };
type Table = string[][];

const FEATURES = ["hours", "weight", "distance", "price", "color", "brand"];
const csv = (table: Table) => FILE_FORMS.commas(table);

/** A row of bicycles: `signal` is what they tell, about normal. */
function bicycle(next: () => number): Pick<Row, "cells" | "signal"> {
  const [hours, weight, distance, price] = [next(), next(), next(), next()];
  const color = ["red", "blue", "green", "black"][Math.floor(next() * 4)] ?? "";
  const brand = ["Alp", "Brook", "Cape"][Math.floor(next() * 3)] ?? "";
  const of = (color === "red" ? 0.9 : 0) - (brand === "Cape" ? 0.7 : 0);
  const signal = 3 * hours - 2 * weight + 2 * distance * distance + of + 0.8 * normal(next) - 1;
  const numbers = [(hours * 40).toFixed(1), (8 + weight * 9).toFixed(2)];
  const amounts = [(distance * 120).toFixed(1), (200 + price * 900).toFixed(2)];
  return { cells: [...numbers, ...amounts, color, brand], signal };
}

/** Points around as many centers as there are classes. */
function clusters(count: number, label: (cluster: number) => string) {
  const next = seeded(31);
  const centers = Array.from({ length: count }, () => [0, 1, 2, 3].map(() => 12 * next()));
  return (row: number): Row => {
    const cluster = Math.floor(next() * count);
    const cells = (centers[cluster] ?? []).map((at) => (at + 0.6 * normal(next)).toFixed(3));
    return { id: String(row), cells, signal: 0, answer: label(cluster) };
  };
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Rows of bicycles with an answer by their signal. */
function bicycles(count: number, answer: (signal: number, row: number) => string): Row[] {
  const next = seeded(17);
  return Array.from({ length: count }, (_, row) => {
    const made = bicycle(next);
    return { ...made, id: String(row), answer: answer(made.signal, row) };
  });
}

/** The tables of rows, the later of them for the test; parts of them may be other than usual. */
function tables(
  rows: readonly Row[],
  trained: number,
  { fill, columns = FEATURES }: { fill: string; columns?: string[] },
): { train: Table; test: Table; sample: Table; answers: string } {
  const [train, test] = [rows.slice(0, trained), rows.slice(trained)];
  return {
    train: [
      ["id", ...columns, "y"],
      ...train.map(({ id, cells, answer }) => [id, ...cells, answer]),
    ],
    test: [["id", ...columns], ...test.map(({ id, cells }) => [id, ...cells])],
    sample: [["id", "y"], ...test.map(({ id }) => [id, fill])],
    answers: csv([["id", "y"], ...test.map(({ id, answer }) => [id, answer])]),
  };
}

function made(
  metric: Case["metric"],
  words: string | null,
  { train, test, sample, answers }: ReturnType<typeof tables>,
): Case {
  const text = `# Bicycles\n\n## Evaluation\n\nSubmissions are evaluated ${words}.\n`;
  const files: Case["files"] = {
    "train.csv": csv(train),
    "test.csv": csv(test),
    "sample_submission.csv": csv(sample),
  };
  if (words !== null) files["description.md"] = text;
  return { files, answers, metric };
}

const isSold = (signal: number) => (signal > 0.4 ? "1" : "0");
const sold = (fill = "0.5") => tables(bicycles(420, isSold), 300, { fill });

/** Later days, sixty rows a day, the day written first: the first days could be months, too. */
function sales(): ReturnType<typeof tables> {
  const next = seeded(23);
  const rows = Array.from({ length: 30 * 60 }, (_, row): Row => {
    const day = Math.floor(row / 60);
    const date = new Date(Date.UTC(2022, 4, 1 + day)).toISOString().slice(0, 10);
    const [shop, warmth] = [row % 12, 10 + 12 * next()];
    const week = [0, 2, 4, 6, 9, 14, 12][day % 7] ?? 0;
    const amount = 60 + 3 * shop + week + 0.9 * warmth + 3 * normal(next);
    const cells = [date.split("-").reverse().join("/"), `shop ${shop}`, warmth.toFixed(1)];
    return { id: String(row), cells, signal: 0, answer: amount.toFixed(2) };
  });
  return tables(rows, 24 * 60, { fill: "0.0", columns: ["date", "shop", "warmth"] });
}

function linked(whole: Case): Case {
  const files = Object.entries(whole.files).flatMap(([name, content], place) =>
    name.endsWith(".csv")
      ? [[name, { link: `../store/${place}` }] as const, [`../store/${place}`, content] as const]
      : [[name, content] as const],
  );
  return { ...whole, files: Object.fromEntries(files) };
}

/** A case of each kind, by what is special about it. */
export const CASES = {
  "a number target with NA in some rows": () =>
    made(
      "rmse",
      null,
      tables(
        bicycles(450, (signal, row) =>
          row < 330 && row % 11 === 0 ? "NA" : (40 + 6 * signal).toFixed(2),
        ),
        330,
        { fill: "0.0" },
      ),
    ),
  "ids with zeros before": () => {
    const rows = bicycles(420, isSold).map((row, i) => ({
      ...row,
      id: String(i * 3).padStart(6, "0"),
    }));
    return made("roc_auc", "on the area under the ROC curve", tables(rows, 300, { fill: "0.5" }));
  },
  "many rows a day, the day first": () => made("rmse", "on RMSE", sales()),
  "an empty target column in test": () => {
    const { test, ...rest } = sold();
    return made("roc_auc", null, {
      ...rest,
      test: test.map((cells, row) => [...cells, row === 0 ? "y" : ""]),
    });
  },
  "a sample of five rows": () => {
    const { sample, ...rest } = sold();
    return made("roc_auc", null, { ...rest, sample: sample.slice(0, 6) });
  },
  "blanks in the header of train": () => {
    const { train, ...rest } = sold();
    const [header = [], ...rows] = train;
    const named = header.map((name, place) => (place === 0 ? name : ` ${name}`));
    return made("roc_auc", "on ROC AUC", { ...rest, train: [named, ...rows] });
  },
  "links to files elsewhere": () => linked(made("roc_auc", null, sold())),
  "PR AUC of rare cases": () =>
    made(
      "average_precision",
      "on the area under the precision-recall curve (PR AUC)",
      tables(
        bicycles(1400, (signal) => (signal > 2.2 ? "1" : "0")),
        700,
        { fill: "0.5" },
      ),
    ),
  "200 numbers as classes": () => {
    const row = clusters(200, (cluster) => String(3000 + 11 * cluster));
    const rows = Array.from({ length: 2800 }, (_, i) => row(i));
    const columns = ["p", "q", "r", "s"];
    return made(
      "accuracy",
      "on classification accuracy",
      tables(rows, 2300, { fill: "3000", columns }),
    );
  },
  "a hundred clusters, MAP@5": () => {
    const row = clusters(100, String);
    const rows = Array.from({ length: 2200 }, (_, i) => row(i));
    const columns = ["p", "q", "r", "s"];
    const sample = { fill: "0 1 2 3 4", columns };
    return made("map_at_k", "by Mean Average Precision @ 5 (MAP@5)", tables(rows, 1700, sample));
  },
  "class codes with zeros before": () =>
    made(
      "accuracy",
      "on classification accuracy",
      tables(
        bicycles(420, (signal) => (signal < 0 ? "021" : signal < 1.2 ? "011" : "012")),
        300,
        { fill: "011" },
      ),
    ),
  "TRUE and FALSE": () =>
    made(
      "accuracy",
      "on classification accuracy",
      tables(
        bicycles(420, (signal) => (signal > 0.4 ? "TRUE" : "FALSE")),
        300,
        { fill: "FALSE" },
      ),
    ),
} satisfies Record<string, () => Case>;
export type CaseName = keyof typeof CASES;
