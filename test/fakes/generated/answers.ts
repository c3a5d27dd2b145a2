import type { MetricName, TaskType } from "../../../tasks/competition.ts";

/** How answers are written, and what follows from it. */
export type Answers = {
  /** What the description says of the metric; null: nothing. */
  described: string | null;
  type: TaskType;
  metric: MetricName;
  /** Different answers; rows take them in turn. */
  levels: number;
  /** Cells of the target columns in train for a level. */
  train: (level: number) => string[];
  /** Whether a row of train has no answer, and how that is written. */
  missing?: (row: number) => string | null;
  /** Names of the columns of a submission where they are classes; else they are named as the targets. */
  classes?: string[];
  /** Cells of the sample submission, the same in every row. */
  sample: string[];
  /** Exact text of what a submission must hold for a level. */
  submission: (level: number) => string[];
};

export type AnswerKind = keyof typeof ANSWERS;

/** One target column, whose text is what a submission holds. */
function labels(
  texts: readonly string[],
  task: Pick<Answers, "described" | "type" | "metric"> & Partial<Answers>,
): Answers {
  const cell = (level: number) => [texts[level] ?? ""];
  const rest = { levels: texts.length, train: cell, sample: cell(0), submission: cell };
  return { ...rest, ...task };
}

/** Numbers, written in a form; the sample shows it. */
function numbers(
  written: (value: number) => string,
  task: Partial<Answers> & { value?: (level: number) => number } = {},
): Answers {
  const { value = (level) => 1000 + level * 731.5, ...over } = task;
  const cell = (level: number) => [written(value(level))];
  return {
    described: "RMSE",
    type: "regression",
    metric: "rmse",
    levels: 12,
    train: cell,
    sample: cell(0),
    submission: cell,
    ...over,
  };
}

/** A column for each class, which holds 1.0 or 0.0. */
function perClass(classes: string[]): Answers {
  return {
    ...labels(classes, { described: "log loss", type: "multiclass", metric: "log_loss" }),
    classes,
    sample: classes.map(() => String(1 / classes.length)),
    submission: (level) => classes.map((_, place) => (place === level ? "1.0" : "0.0")),
  };
}

/** Two classes, and the probability of the second. */
function probability(texts: [string, string], described: string | null): Answers {
  return {
    ...labels(texts, { described, type: "binary", metric: "roc_auc" }),
    sample: ["0.5"],
    submission: (level) => [level === 1 ? "1.0" : "0.0"],
  };
}

const accuracy = { described: "accuracy", type: "multiclass", metric: "accuracy" } as const;
const codes = (count: number, text: (level: number) => string) =>
  Array.from({ length: count }, (_, level) => text(level));
const dollars = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1 });

/** As book-keepers write amounts below zero. */
function accounting(value: number, sign = ""): string {
  const text = `${sign}${dollars.format(Math.abs(value))}`;
  return value < 0 ? `(${text})` : text;
}

export const ANSWERS = {
  "TRUE and FALSE": labels(["FALSE", "TRUE"], { ...accuracy, type: "binary" }),
  "yes and no": labels(["no", "yes"], { ...accuracy, described: null, type: "binary" }),
  "0 and 1": probability(["0", "1"], null),
  "probability of TRUE": probability(["FALSE", "TRUE"], "area under the ROC curve"),
  "codes with zeros before": labels(["011", "012", "021"], accuracy),
  "classes as floats": labels(["1.0", "2.0", "3.0"], accuracy),
  "quotes, commas and blanks": labels(['say "a"', "b, c", " it's  ", "d"], accuracy),
  "a class called NA": labels(["NA", "EU", "US", "AS"], accuracy),
  "a class called None": labels(["None", "Apnea", "Insomnia"], accuracy),
  thousands: numbers((value) => dollars.format(value)),
  percent: numbers((value) => `${value}%`, { value: (level) => level + 0.5 }),
  currency: numbers((value) => `$${value.toFixed(1)}`),
  "accounting negatives": numbers((value) => accounting(value), {
    value: (level) => (level % 2 === 0 ? 1 : -1) * (1000 + level * 731.5),
  }),
  "currency in parentheses": numbers((value) => accounting(value, "$"), {
    value: (level) => (level % 3 === 0 ? -1 : 1) * (level * 20 + 10.5),
    sample: ["$0.0"],
  }),
  "missing answers": numbers((value) => value.toFixed(1), {
    missing: (row) => (row % 10 === 3 ? "NA" : row % 10 === 7 ? "" : null),
  }),
  "a hundred classes": labels(
    codes(120, (level) => String(1000 + 7 * level)),
    accuracy,
  ),
  "many codes, ranked": labels(
    codes(110, (level) => String(level).padStart(3, "0")),
    { described: "MAP@5", type: "multiclass", metric: "map_at_k", sample: ["001 002 003 004 005"] },
  ),
  "several numbers": numbers((value) => value.toFixed(1), {
    type: "multi-target",
    train: (level) => [`${level}.5`, `${3 * level}.25`, `${level % 5}.0`],
    sample: ["0.0", "0.0", "0.0"],
    submission: (level) => [`${level}.5`, `${3 * level}.25`, `${level % 5}.0`],
  }),
  "several yes or no": {
    described: null,
    type: "multilabel",
    metric: "roc_auc_columns",
    levels: 8,
    train: (level) => bits(level).map((bit) => (bit === 1 ? "yes" : "no")),
    sample: ["0.5", "0.5", "0.5"],
    submission: (level) => bits(level).map((bit) => `${bit}.0`),
  },
  "a column for each float": perClass(["1.0", "2.0", "3.0"]),
  "a column for each of FALSE and TRUE": perClass(["FALSE", "TRUE"]),
  "a column for None": perClass(["Apnea", "Insomnia", "None"]),
} satisfies Record<string, Answers>;

function bits(level: number): number[] {
  return [0, 1, 2].map((place) => (level >> place) & 1);
}
