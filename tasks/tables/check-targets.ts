import { CompetitionInvalid } from "../../runs/errors.ts";
import type { Competition } from "../competition.ts";
import { shown } from "../message-text.ts";
import { CLASS_METRICS, LOGARITHMIC_METRICS, NUMBER_METRICS } from "../metric-kinds.ts";
import { classesOfColumns } from "./class-columns.ts";
import { plainAnswer } from "./plain-answer.ts";

/** More classes than this are counted no further. */
const MANY_CLASSES = 1000;

/** Looks at the answers of the training rows as they pass by. */
export class TargetWatch {
  /** Rows in which every target is filled. */
  filled = 0;
  /** The first value that is no number, with its place. */
  text: { column: string; value: string; line: number } | null = null;
  /** The first number below zero. */
  negative: { column: string; value: string; line: number } | null = null;
  readonly classes = new Set<string>();
  private readonly places: { column: string; at: number }[];
  private readonly form: Competition["answer_form"];

  constructor(competition: Competition, header: readonly string[]) {
    this.form = competition.answer_form;
    this.places = competition.target_columns.map((column) => ({
      column,
      at: header.indexOf(column),
    }));
  }

  take(values: readonly string[], line: number): void {
    let full = true;
    for (const { column, at } of this.places) {
      const written = values[at] ?? "";
      const value = this.form === null ? written : plainAnswer(written, this.form);
      if (value === "") full = false;
      else this.look(column, value, line);
    }
    if (full) this.filled++;
  }

  private look(column: string, value: string, line: number): void {
    if (this.classes.size <= MANY_CLASSES) this.classes.add(value);
    const number = Number(value);
    if (this.text === null && !Number.isFinite(number)) this.text = { column, value, line };
    if (this.negative === null && number < 0) this.negative = { column, value, line };
  }
}

/** Refuses answers that the metric cannot score. */
export function checkTargets(
  competition: Competition,
  path: string,
  seen: TargetWatch,
  complete: boolean,
): void {
  const { metric, target_columns, prediction_columns } = competition;
  if (seen.filled === 0) {
    throw new CompetitionInvalid(
      `${shown(path)}: the target ${target_columns.join(", ")} is empty in every row`,
    );
  }
  if (NUMBER_METRICS.includes(metric.name) && seen.text !== null) {
    const { column, value, line } = seen.text;
    throw new CompetitionInvalid(
      `${shown(path)}:${line}: ${metric.name} needs numbers, but ${column} is "${value}": mend the cell, or name another metric (--metric, or metric in task.yaml)`,
    );
  }
  if (LOGARITHMIC_METRICS.includes(metric.name) && seen.negative !== null) {
    const { column, value, line } = seen.negative;
    throw new CompetitionInvalid(
      `${shown(path)}:${line}: ${metric.name} needs values of 0 or more, but ${column} is ${value}`,
    );
  }
  if (competition.submission_id?.target === true) return;
  if (target_columns.length === 1) checkClasses(competition, path, seen.classes, complete);
  else if (prediction_columns.length !== target_columns.length) {
    throw new CompetitionInvalid(
      `${competition.id}: ${target_columns.length} target columns, but ${prediction_columns.length} prediction columns`,
    );
  }
}

function checkClasses(
  competition: Competition,
  path: string,
  classes: ReadonlySet<string>,
  complete: boolean,
): void {
  const { type, target_columns, prediction_columns } = competition;
  const column = target_columns[0] ?? "";
  if (type !== "regression" && type !== "other" && type !== "ranking" && complete) {
    const only = classes.size === 1 ? [...classes][0] : undefined;
    if (only !== undefined) {
      throw new CompetitionInvalid(`${shown(path)}: ${column} is "${only}" in every row`);
    }
  }
  if (type === "binary" && classes.size > 2) {
    const some = [...classes].slice(0, 3).join(", ");
    throw new CompetitionInvalid(
      `${shown(path)}: type binary, but ${column} has more than two values (${some} …)`,
    );
  }
  if (prediction_columns.length === 1 || classes.size > MANY_CLASSES) return;
  if (!CLASS_METRICS.includes(competition.metric.name)) return;
  if (classesOfColumns(prediction_columns, [...classes]) !== null) return;
  const absent = [...classes].find((label) => !prediction_columns.includes(label)) ?? "";
  throw new CompetitionInvalid(
    `${shown(path)}: ${column} has the class "${absent}", which is not among the prediction columns ${prediction_columns.join(", ")}`,
  );
}
