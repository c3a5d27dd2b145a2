import type { MetricName } from "../../../tasks/competition.ts";
import {
  ABSOLUTE_METRICS,
  CLASS_METRICS,
  PROBABILITY_METRICS,
  RANKING_METRICS,
} from "../../../tasks/metric-kinds.ts";
import type { ColumnProfile } from "../../../tasks/profile/profile.ts";
import type { Brief } from "../../brief.ts";
import type { Section } from "./section.ts";

type Value = string | number | boolean | null | readonly Value[] | { [key: string]: Value };

/** A value as Python writes it. */
function pythonLiteral(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, item]) => [key, item] as const);
  return `{${pairs.map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item)}`).join(", ")}}`;
}

/** Metrics for which classes are learned, whatever the task is called. */
const classMetrics: readonly MetricName[] = [
  ...CLASS_METRICS,
  ...RANKING_METRICS,
  "quadratic_kappa",
];

/** Targets with more different texts than this are no classes of a table, nor of pictures. */
const MAX_TEXT_CLASSES = { multiclass: 100, other: 60 };

/**
 * What stands in a cell of the target: one answer to learn (null), a set of labels, or a text that hardly two rows
 * share, such as a part of another column or what stands for it.
 */
export function cellsOf(brief: Brief): "sets" | "texts" | null {
  const { type, metric, target_columns, prediction_columns, label_separator } = brief.competition;
  if ((label_separator ?? null) !== null) return "sets";
  if (type !== "multiclass" && type !== "other") return null;
  const isOne = target_columns.length === 1 && prediction_columns.length === 1;
  if (!isOne || (metric.name !== "custom" && metric.name !== "accuracy")) return null;
  if (type === "multiclass" && brief.profile.media !== null) return null;
  const target = brief.profile.columns.find(({ isTarget }) => isTarget);
  const isText = target !== undefined && !isNumeric(target);
  return isText && target.unique > MAX_TEXT_CLASSES[type] ? "texts" : null;
}

/** Whether the cells of a column are numbers, or say yes and no. */
function isNumeric({ kind, mean }: ColumnProfile): boolean {
  return ["numeric", "boolean", "constant"].includes(kind) || mean !== null;
}

/** What is learned: numbers, one class of two, or one of several. */
export function learningKind(brief: Brief): "regression" | "binary" | "multiclass" {
  const { type, metric } = brief.competition;
  const cells = cellsOf(brief);
  if (cells !== null) return cells === "sets" ? "binary" : "multiclass";
  const target = brief.profile.columns.find(({ isTarget }) => isTarget);
  if (type === "other" && target !== undefined && !isNumeric(target)) return "multiclass";
  if (type === "binary" || type === "multilabel") return "binary";
  if (type === "multiclass") return "multiclass";
  if (type === "regression" && !classMetrics.includes(metric.name)) return "regression";
  if (type === "multi-target") return "regression";
  const classes = brief.profile.classes;
  if (classes === null) return classMetrics.includes(metric.name) ? "multiclass" : "regression";
  return classes.length <= 2 ? "binary" : "multiclass";
}

/** Whether the submission holds several guesses a row, best first. */
function wantsRanking({ competition: { metric, prediction_columns } }: Brief): boolean {
  return RANKING_METRICS.includes(metric.name) && prediction_columns.length === 1;
}

/** Whether the submission holds probabilities of classes rather than labels. */
function wantsProbabilities(brief: Brief): boolean {
  const { name } = brief.competition.metric;
  return PROBABILITY_METRICS.includes(name) || (name === "top_k_accuracy" && !wantsRanking(brief));
}

/** Names of the columns a solution may learn from, of the given kinds. */
function featureColumns(brief: Brief, kinds: readonly ColumnProfile["kind"][]): string[] {
  return brief.profile.columns
    .filter((column) => column.inTest && !column.isTarget && kinds.includes(column.kind))
    .map((column) => column.name)
    .filter((name) => name !== brief.competition.id_column);
}

/** Columns of dates; the id may be one. */
function dateColumns(brief: Brief): string[] {
  const { id_column, dates } = brief.competition;
  const columns = featureColumns(brief, ["datetime"]);
  const isDated = id_column !== null && Object.keys(dates ?? {}).includes(id_column);
  const inTest = brief.profile.columns.some(({ name, inTest }) => name === id_column && inTest);
  return isDated && inTest ? [id_column, ...columns] : columns;
}

/** How columns write amounts, by name. */
function amountForms({ profile }: Brief): Record<string, Value> {
  const columns = profile.columns.filter(({ inTest, isTarget }) => inTest && !isTarget);
  return Object.fromEntries(
    columns.flatMap(({ name, amounts }) => (amounts ? [[name, amounts]] : [])),
  );
}

/** Whether a column of any table holds amounts that pandas reads as text. */
export function hasAmounts(brief: Brief): boolean {
  const inOther = brief.profile.other.some((file) => amountsOf(file).amounts !== undefined);
  return inOther || Object.keys(amountForms(brief)).length > 0;
}

function strategyOf(brief: Brief): "random" | "stratified" | "group" | "time" {
  const { strategy } = brief.split;
  if (strategy !== "none") return strategy;
  if (brief.competition.time_column !== null && brief.profile.testIsLater) return "time";
  if (brief.competition.group_column !== null) return "group";
  return learningKind(brief) === "regression" ? "random" : "stratified";
}

/** Training rows a search view has. */
export function searchRows(brief: Brief): number {
  const rows = Math.max(brief.split.trainRows, 1);
  return brief.split.subsample === null ? rows : Math.min(rows, brief.split.subsample);
}

/** Executions are meant to take seconds rather than minutes. */
function isFast(brief: Brief): boolean {
  return brief.limits.seconds < 150;
}

/**
 * How many times the seconds of a search view a script takes at most on all the data: what the harness gives there at
 * least is 1.5 times as many, and what a script takes on its first run tells it how many more (`agent/run/budget.ts`).
 */
const MAX_TIMES = 2;

function foldCount(brief: Brief): number {
  const outputs = Math.max(
    brief.profile.classes?.length ?? 1,
    brief.competition.target_columns.length,
  );
  const cells = searchRows(brief) * outputs * brief.profile.columns.length;
  if (cells > 4_000_000) return 3;
  return isFast(brief) ? 4 : 5;
}

function sideTables(brief: Brief): Value[] {
  return brief.profile.other
    .filter((file) => file.kind === "table")
    .map((file) => ({
      name: file.name,
      columns: file.columns,
      keys: file.keys.map((key) => ({ column: key.column, train: key.trainColumn })),
      unique: file.uniqueKey,
      ...amountsOf(file),
    }));
}

/** How a further table writes amounts, keys apart; nothing where it writes none. */
function amountsOf({ details = [], keys }: Brief["profile"]["other"][number]): { amounts?: Value } {
  const isKey = new Set(keys.map(({ column }) => column));
  const forms = details.flatMap(({ name, amounts }) =>
    amounts === undefined || isKey.has(name) ? [] : [[name, amounts] as const],
  );
  return forms.length === 0 ? {} : { amounts: Object.fromEntries(forms) };
}

/** The settings of a script: everything that is said of the competition, once. */
export function settingsSection(brief: Brief, seed: number): Section {
  const { competition, profile, limits } = brief;
  const seconds = Math.max(8, Math.min(150, Math.floor(limits.seconds * 0.4)));
  const values: Record<string, Value> = {
    SEED: seed,
    FOLDS: foldCount(brief),
    THREADS: Math.max(1, Math.floor(limits.cpus)),
    SECONDS: seconds,
    SEARCH_ROWS: searchRows(brief),
    MAX_TIMES: MAX_TIMES,
    TRAIN_FILE: competition.files.train,
    TEST_FILE: competition.files.test,
    SAMPLE_FILE: competition.files.sample_submission,
    ID: competition.id_column,
    TARGETS: competition.target_columns,
    PREDICTIONS: competition.prediction_columns,
    TASK: competition.type,
    KIND: learningKind(brief),
    METRIC: competition.metric.name,
    MAXIMIZE: competition.metric.direction === "maximize",
    TOP: competition.metric.k ?? 5,
    BETA: competition.metric.beta ?? 1,
    QUANTILE: competition.metric.quantile ?? 0.5,
    ABSOLUTE: ABSOLUTE_METRICS.includes(competition.metric.name),
    WANTS_PROBABILITIES: wantsProbabilities(brief),
    WANTS_RANKING: wantsRanking(brief),
    CLASSES: profile.classes,
    NUMERIC: featureColumns(brief, ["numeric", "boolean"]),
    CATEGORICAL: featureColumns(brief, ["categorical", "id"]),
    TEXT: featureColumns(brief, ["text"]),
    DATES: dateColumns(brief),
    DATE_FORMS: competition.dates ?? {},
    PATHS: featureColumns(brief, ["path"]),
    TIME: typeof competition.time_column === "string" ? competition.time_column : null,
    TIME_PARTS: typeof competition.time_column === "string" ? {} : (competition.time_column ?? {}),
    GROUP: competition.group_column,
    TRAIN_ONLY: profile.trainOnly,
    OTHER: sideTables(brief),
    STRATEGY: strategyOf(brief),
    TEST_IS_LATER: profile.testIsLater,
    FAST: isFast(brief),
  };
  Object.assign(values, unitSettings(brief));
  if (hasAmounts(brief)) Object.assign(values, { AMOUNTS: amountForms(brief) });
  const lines = Object.entries(values).map(([name, value]) => `${name} = ${pythonLiteral(value)}`);
  const code = `${head(brief)}\n\nSTARTED = time.time()\n${lines.join("\n")}`;
  return { kind: "settings", title: "settings", code };
}

/** Where answers stand in a table of their own or several in a cell, or ids are made of columns. */
function unitSettings({ competition }: Brief): Record<string, Value> {
  const {
    labels_file = null,
    submission_id = null,
    id_column,
    label_separator = null,
  } = competition;
  const sets: Record<string, Value> =
    label_separator === null ? {} : { LABEL_SEPARATOR: label_separator };
  if (labels_file === null && submission_id === null) return sets;
  return {
    ...sets,
    LABELS_FILE: labels_file,
    PARTS: submission_id?.columns ?? (id_column === null ? [] : [id_column]),
    SEPARATOR: submission_id?.separator ?? "",
  };
}

/** Imports. Threads are counted, and wait asleep, so that scripts side by side do not starve each other. */
function head(brief: Brief): string {
  const threads = Math.max(1, Math.floor(brief.limits.cpus));
  return `import os
import time
import warnings

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[pool] = "${threads}"

import numpy as np
import pandas as pd`;
}
