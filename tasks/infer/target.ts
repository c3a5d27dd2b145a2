import type { TaskFile, TaskType } from "../competition.ts";
import { classesOfColumns } from "../tables/class-columns.ts";
import type { Sketch, TableSketch, Tables } from "../tables/sketch.ts";

/** What is predicted, and how sure that is. */
export type TargetGuess = Pick<TaskFile, "id_column" | "target_columns" | "prediction_columns"> & {
  /** Columns of train that could be the target too; empty when there is no doubt. */
  alternatives: string[];
};

/** Names that people give to a target. */
const TARGET_NAME = /^(target|label|labels|y|class|outcome|response)$/iu;

/** Names that people give to a column that names a row. */
const ROW_NAME = /^(row)?[_ .-]?(id|index|key|no|nr)$|[_ .-](id|index|key)$/iu;

/** The column of the sample submission that names a row, or null when rows have no name. */
function inferId({ train, test, sample }: Tables): string | null {
  const shared = sample.header.filter((column) => test.header.includes(column));
  const first = shared[0];
  if (first !== undefined) return first;
  const counter = sample.header[0];
  if (counter === undefined || sample.header.length < 2) return null;
  const sketch = sample.columns.get(counter);
  if (sketch === undefined || !isUnique(sketch)) return null;
  if (!train.header.includes(counter)) return counter;
  // Train has ids, test has none: its rows are counted, where the rest of the sample is to be predicted.
  const hasTarget = sample.header.slice(1).some((column) => train.header.includes(column));
  return hasTarget && ROW_NAME.test(counter) ? counter : null;
}

/** Finds the target in the columns that only train has, led by the sample submission. */
export function inferTarget(
  tables: Tables,
  chosen: string[] | null,
  composed: string | null = null,
): TargetGuess | null {
  const { train, test, sample } = tables;
  const id_column = composed ?? inferId(tables);
  const prediction_columns = sample.header.filter((column) => column !== id_column);
  const trainOnly = train.header.filter(
    (column) => column !== id_column && (!test.header.includes(column) || chosen?.includes(column)),
  );
  const guess = (target_columns: string[], alternatives: string[] = []): TargetGuess => ({
    id_column,
    target_columns,
    prediction_columns,
    alternatives,
  });
  if (chosen !== null) return guess(chosen);
  const named = prediction_columns.filter((column) => trainOnly.includes(column));
  if (named.length > 0 && named.length === prediction_columns.length) return guess(named);
  const perClass = columnOfClasses(train, trainOnly, prediction_columns);
  if (perClass !== null) return guess([perClass]);
  if (prediction_columns.length !== 1) return null;
  const usual = trainOnly.find((column) => TARGET_NAME.test(column)) ?? trainOnly.at(-1);
  if (usual === undefined) return null;
  return guess([usual], trainOnly.length > 1 ? trainOnly : []);
}

/** For a submission with a column for each class: the column of train whose values are those classes. */
function columnOfClasses(
  train: TableSketch,
  trainOnly: readonly string[],
  prediction_columns: readonly string[],
): string | null {
  if (prediction_columns.length < 2) return null;
  const found = trainOnly.find((column) => {
    const sketch = train.columns.get(column);
    if (sketch === undefined || sketch.many || sketch.values.size > prediction_columns.length) {
      return false;
    }
    return classesOfColumns(prediction_columns, [...sketch.values.keys()]) !== null;
  });
  return found ?? null;
}

/** The kind of problem, from the values of the target and of the sample submission. */
export function inferType(tables: Tables, guess: TargetGuess): TaskType {
  const { target_columns, prediction_columns } = guess;
  const targets = target_columns.map((column) => tables.train.columns.get(column));
  if (targets.length > 1) return targets.every(isYesOrNo) ? "multilabel" : "multi-target";
  const target = targets[0];
  if (target === undefined) return "other";
  const classes = target.values.size;
  if (prediction_columns.length > 1) return "multiclass";
  if (classes === 2 && !target.many) return "binary";
  const shown = tables.sample.columns.get(prediction_columns[0] ?? "");
  if (shown !== undefined && isRanked(shown, target)) return "multiclass";
  if (!target.numeric) return hasManyClasses(target) ? "other" : "multiclass";
  return looksLikeClasses(target, shown) ? "multiclass" : "regression";
}

/** Whether there are nearly as many classes as rows, so that they can hardly be learned as classes. */
export function hasManyClasses({ values, many, rows, missing }: Sketch): boolean {
  return many || values.size > (rows - missing) / 2;
}

/** Few integers from 0 or 1 on without a gap, and a sample submission that holds some of them. */
function looksLikeClasses(target: Sketch, sample: Sketch | undefined): boolean {
  const classes = target.values.size;
  if (!target.integer || target.many || classes > 30 || target.rows < classes * 20) return false;
  const dense = (target.low === 0 || target.low === 1) && target.high - target.low + 1 === classes;
  if (!dense) return false;
  return (
    sample === undefined || [...sample.values.keys()].every((value) => target.values.has(value))
  );
}

/** Whether a sample submission holds several guesses in one cell, as MAP@k wants them. */
export function isRanked(sample: Sketch, target: Sketch | undefined): boolean {
  const cells = [...sample.values.keys()].slice(0, 20);
  if (cells.length === 0 || !cells.every((cell) => /^\S+( \S+)+$/u.test(cell))) return false;
  return target === undefined || cells.every((cell) => holdsGuesses(cell, target));
}

/** Whether the words of a cell are guesses, rather than a label of several words, `12 %` or `1 234`. */
function holdsGuesses(cell: string, { values, numeric, integer, many }: Sketch): boolean {
  const words = cell.split(" ");
  if (words.every((word) => values.has(word))) return true;
  if (numeric) return integer && words.length > 2 && words.every((word) => /^-?\d+$/u.test(word));
  const labels = [...values.keys()];
  if (!labels.some((label) => /\S \S/u.test(label))) return true;
  // Labels of several words, or several right answers a row: those are made of few words again and again.
  const known = new Set(labels.flatMap((label) => label.split(" ")));
  const areSets = many || known.size < labels.length / 2;
  return areSets && words.every((word) => known.has(word));
}

/** How a yes and its no are written. */
const YES_OR_NO = [
  ["0", "1", "0.0", "1.0"],
  ["false", "true"],
  ["no", "yes"],
  ["n", "y"],
] as const;

function isYesOrNo(sketch: Sketch | undefined): boolean {
  if (sketch === undefined || sketch.many) return false;
  const values = [...sketch.values.keys()].map((value) => value.trim().toLowerCase());
  return YES_OR_NO.some((words) => values.every((value) => words.some((word) => word === value)));
}

function isUnique(sketch: Sketch): boolean {
  return sketch.many || sketch.values.size === sketch.rows;
}
