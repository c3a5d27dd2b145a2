import type { MetricName, TaskType } from "../../../tasks/competition.ts";
import { seeded } from "../../tasks/made-competition.ts";
import { ANSWERS, type Answers } from "./answers.ts";
import type { Combination } from "./combinations.ts";
import { PLACINGS } from "./dates.ts";
import { FILE_FORMS } from "./files.ts";
import { COMPOSED_OF, composedParts, ID_FORMS } from "./ids.ts";
import { NAMES, targetNames } from "./names.ts";

/** A competition as a person would have it, and what must come of it. */
export type Generated = {
  files: Record<string, string | Uint8Array>;
  /** Names that a script is told. */
  names: { id: string; parts: string[]; x: string; targets: string[]; predictions: string[] };
  expected: {
    type: TaskType;
    metric: MetricName;
    strategy: string;
    /** The text of a submission that predicts every row rightly. */
    submission: string;
  };
};

/** One row with what is known of it. */
type Row = { id: string; level: number; features: string[] };

/** Makes the competition of a combination: `x` tells the answer of every row to whoever looks. */
export function generate(combination: Combination): Generated {
  const answers: Answers = ANSWERS[combination.answers];
  const names = NAMES[combination.names];
  const composed = combination.ids === "composed";
  const placing = PLACINGS[combination.placing];
  const targets = targetNames(names, answers.train(0).length);
  const predictions = answers.classes ?? targets;
  const features = [names.x, names.noise, names.town, ...placing.columns];
  const idColumns = composed ? COMPOSED_OF : [names.id];
  const { train, test } = rowsOf(combination, answers);
  const idCells = ({ id }: Row) => (composed ? composedParts(id) : [id]);
  const write = FILE_FORMS[combination.files];
  const submission = (cells: (row: Row) => string[]) => [
    [names.id, ...predictions],
    ...test.map((row) => [row.id, ...cells(row)]),
  ];
  const answered = train.map((row, place) => [
    ...[...idCells(row), ...row.features],
    ...answerCells(answers, row, place),
  ]);
  const perfect = submission(({ level }) => answers.submission(level));
  return {
    files: {
      "train.csv": write([[...idColumns, ...features, ...targets], ...answered]),
      "test.csv": write([
        [...idColumns, ...features],
        ...test.map((row) => [...idCells(row), ...row.features]),
      ]),
      "sample_submission.csv": write(submission(() => answers.sample)),
      "description.md": description(answers),
    },
    names: { id: names.id, parts: idColumns, x: names.x, targets, predictions: [...predictions] },
    expected: {
      type: answers.type,
      metric: answers.metric,
      strategy: placing.strategy ?? "stratified",
      submission: FILE_FORMS.commas(perfect),
    },
  };
}

/** Rows of train have each answer eight times or more; test has as many rows as a quarter of them. */
function rowsOf(combination: Combination, answers: Answers): { train: Row[]; test: Row[] } {
  const next = seeded(11);
  const placing = PLACINGS[combination.placing];
  const trainRows = Math.max(240, answers.levels * 8);
  const testRows = 60;
  const order = permutation(trainRows + testRows, next);
  const id = (row: number) => ID_FORMS[combination.ids](order[row] ?? 0);
  const row = (number: number, level: number, placed: string[]): Row => ({
    id: id(number),
    level,
    features: [
      (10 * level + 4 * next() - 2).toFixed(3),
      (next() * 100).toFixed(2),
      ["north", "south", "west"][Math.floor(next() * 3)] ?? "",
      ...placed,
    ],
  });
  const levels = permutation(trainRows, next).map((place) => place % answers.levels);
  return {
    train: levels.map((level, i) => row(i, level, placing.train(i, trainRows))),
    test: Array.from({ length: testRows }, (_, i) =>
      row(trainRows + i, (i * 7) % answers.levels, placing.test(i, testRows)),
    ),
  };
}

function answerCells(answers: Answers, { level }: Row, place: number): string[] {
  const missing = answers.missing?.(place) ?? null;
  return missing === null ? answers.train(level) : [missing];
}

function description({ described }: Answers): string {
  const how =
    described === null ? "" : `\n## Evaluation\n\nSubmissions are scored by ${described}.\n`;
  return `# Made\n\nPredict the answer of every row.\n${how}`;
}

function permutation(length: number, next: () => number): number[] {
  return Array.from({ length }, (_, place) => ({ place, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ place }) => place);
}
