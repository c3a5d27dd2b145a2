import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { type TaskFile, type TaskType, timeColumns } from "../competition.ts";
import { didYouMean, shown } from "../message-text.ts";
import { readHeader } from "../tables/csv.ts";
import { type DateForms, decideDateForms } from "../tables/date-forms.ts";
import { scanDates } from "../tables/find-dates.ts";
import { mediaColumns } from "../tables/media-files.ts";
import { namedColumns } from "../tables/named-columns.ts";
import {
  dateEvidence,
  sketchTable,
  type TableSketch,
  type Tables,
  withDates,
} from "../tables/sketch.ts";
import { withPlainAnswers } from "./answer-form.ts";
import { groupColumn, rowCounters, timeColumn } from "./columns.ts";
import { dateNotes } from "./date-notes.ts";
import { findLabels, type Labeled } from "./labels.ts";
import { findLayout, type Layout, type MainTables } from "./layout.ts";
import { givenMetric, inferMetric, type MetricGuess } from "./metric.ts";
import type { NamedMetric } from "./metric-words.ts";
import { refuseMoments } from "./moments.ts";
import { noTarget } from "./no-target.ts";
import { repeatedId } from "./repeated-id.ts";
import { findSubmissionId, type SubmissionId } from "./submission-id.ts";
import { inferTarget, inferType, type TargetGuess } from "./target.ts";
import { timeParts } from "./time-parts.ts";
import { typeDoubts, typeNotes } from "./type-notes.ts";

/** A question worth asking a person; `guess` is what is taken when nobody is asked. */
export type Doubt = {
  field: "target" | "type" | "metric";
  question: string;
  choices: string[];
  guess: string;
};

/** What was taken without asking, what it could be as well, and how to say so. */
export function guessLine({
  field,
  guess,
  choices,
}: Pick<Doubt, "field" | "guess" | "choices">): string {
  const others = choices.filter((choice) => choice !== guess).join(", ");
  return `guessed: ${field} ${guess} (could be ${others}; set it with --${field})`;
}

/** What the user has given already. */
export type Given = {
  target: string[] | null;
  metric: NamedMetric | null;
  type?: TaskType | null;
};

/** A task made from the tables alone: `notes` say why each part is as it is. */
export type Inferred = { task: TaskFile; notes: string[]; doubts: Doubt[] };

/**
 * Makes the task of a folder that has only the tables of a competition. `parts` names the main tables where they are
 * known; else their names tell. Nothing is written.
 */
export async function inferTask(
  folder: string,
  given: Given = { target: null, metric: null },
  parts: MainTables | null = null,
): Promise<Inferred> {
  const { layout, tables: found, labels_file } = await readLayout(folder, parts);
  const form = await findSubmissionId(join(folder, layout.test), found);
  const target = await targetOf(folder, layout, found, given, form);
  const plain = withPlainAnswers(found, target);
  const { form: answer_form, missing } = plain;
  const { tables, dates } = await readDates(folder, layout, plain.tables, target);
  const description =
    layout.description === null ? null : await readFile(join(folder, layout.description), "utf8");
  const metric = metricFor(tables, target, description, given);
  const guessed = given.type == null ? metric.type : null;
  refuseMoments(folder, layout.train, tables, target.target_columns, guessed);
  const media = await mediaColumns(folder, tables, layout.other, target.id_column);
  const { kept, notes } = await keepOther(folder, layout.other, tables, target);
  const time_column = await timeOf(folder, layout, tables, target);
  const repeated = labels_file === null ? repeatedId(tables, target, metric.metric) : null;
  const group_column =
    time_column === null ? (repeated?.group ?? groupColumn(tables, target)) : null;
  const task: TaskFile = {
    id: folderId(folder),
    title: titleOf(folder, description),
    aliases: [],
    type: metric.type,
    metric: metric.metric,
    id_column: target.id_column,
    target_columns: target.target_columns,
    prediction_columns: target.prediction_columns,
    positive_class: null,
    group_column,
    time_column,
    dates: Object.fromEntries(dates.forms),
    media_columns: media,
    drop_columns: rowCounters(tables, target),
    labels_file,
    submission_id: form?.form ?? null,
    answer_form,
    label_separator: null,
    split: { strategy: null, folds: null },
    tables: {},
    files: {
      train: layout.train,
      test: layout.test,
      sample_submission: layout.sampleSubmission,
      description: layout.description ?? "description.md",
      other: kept,
    },
    metric_file: null,
    thresholds: {},
    license: null,
    source: null,
  };
  return {
    task,
    notes: [
      ...explain(task, metric, tables, missing),
      ...dateNotes(tables, dates),
      ...(repeated === null ? [] : [repeated.note]),
      ...notes,
    ],
    doubts: [...doubtsOf(target, metric, given), ...typeDoubts(tables, target, metric, given)],
  };
}

/** The tables in outline, with the answers joined where a table of their own has them. */
async function readLayout(folder: string, parts: MainTables | null): Promise<Labeled> {
  const layout = await findLayout(folder, parts);
  const [train, test, sample] = await Promise.all(
    [layout.train, layout.test, layout.sampleSubmission].map((file) =>
      sketchTable(join(folder, file)),
    ),
  );
  if (train === undefined || test === undefined || sample === undefined) {
    throw new CompetitionInvalid(`${shown(folder)}: the tables cannot be read`);
  }
  return await findLabels(folder, layout, { train, test, sample });
}

/** The tables with their dates read, by what all files together show of day and month. */
async function readDates(
  folder: string,
  { other }: Layout,
  { train, test, sample }: Tables,
  { target_columns }: TargetGuess,
): Promise<{ tables: Tables; dates: DateForms }> {
  const further = await scanDates(folder, other);
  const evidence = [...[train, test, sample].map(dateEvidence), ...further];
  const dates = decideDateForms(evidence, target_columns);
  const read = (table: TableSketch) => withDates(table, dates.forms);
  return { tables: { train: read(train), test: read(test), sample: read(sample) }, dates };
}

async function targetOf(
  folder: string,
  layout: Layout,
  tables: Tables,
  given: Given,
  form: SubmissionId | null,
): Promise<TargetGuess> {
  const { train, test, sample } = tables;
  for (const [file, table] of [
    [layout.train, train],
    [layout.test, test],
    [layout.sampleSubmission, sample],
  ] as const) {
    if (table.rows === 0) {
      throw new CompetitionInvalid(`${shown(join(folder, file))}: only a header, no rows`);
    }
  }
  const named = given.target === null ? null : namedColumns(given.target, train.header);
  const absent = named?.find((column) => !train.header.includes(column));
  if (absent !== undefined) {
    throw new CompetitionInvalid(
      `${shown(join(folder, layout.train))}:1: no target column "${absent}"; ${didYouMean(absent, train.header)}`,
    );
  }
  const guess = inferTarget(tables, named ?? form?.targets ?? null, form?.id_column ?? null);
  if (guess !== null && guess.prediction_columns.length > 0) return guess;
  throw await noTarget(folder, layout, tables);
}

/** One column, or several that together say when a row is: those are finer than one of them alone. */
async function timeOf(
  folder: string,
  { train, test }: Layout,
  tables: Tables,
  target: TargetGuess,
): Promise<TaskFile["time_column"]> {
  const one = timeColumn(tables, target);
  if (one !== null && tables.train.columns.get(one)?.form !== null) return one;
  const parts = await timeParts([join(folder, train), join(folder, test)], tables, target);
  return parts !== null && (one === null || Object.values(parts).includes(one)) ? parts : one;
}

function metricFor(
  tables: Tables,
  target: TargetGuess,
  description: string | null,
  given: Given,
): MetricGuess {
  const type = given.type ?? inferType(tables, target);
  if (given.metric === null) return inferMetric(tables, target, type, description);
  const guess = givenMetric(tables, target, type, given.metric, description);
  return { ...guess, type: given.type ?? guess.type };
}

function idNote({ id_column, submission_id }: TaskFile, { test }: Tables): string {
  if (id_column === null) return "rows have no id column";
  if (submission_id !== null) {
    const { columns, separator, target } = submission_id;
    const parts = [...columns, ...(target ? ["the name of the target"] : [])];
    return `id column: ${id_column}, made of ${parts.join(" and ")} with ${JSON.stringify(separator)} between`;
  }
  if (test.header.includes(id_column)) return `id column: ${id_column}`;
  return `id column: ${id_column} (only in the sample submission: it counts the test rows in order)`;
}

function explain(task: TaskFile, metric: MetricGuess, tables: Tables, missing: number): string[] {
  const where = task.labels_file === null ? "" : `, in ${task.labels_file}`;
  const notes = [
    `target: ${task.target_columns.join(", ")}${where} (${task.type})`,
    ...typeNotes(task, tables, missing),
    `metric: ${task.metric.name}, ${task.metric.direction} (${metric.why})`,
    idNote(task, tables),
  ];
  if (task.time_column !== null) {
    const named = timeColumns(task);
    const [are, together] = named.length > 1 ? ["columns", " together"] : ["column", ""];
    notes.push(`time ${are}: ${named.join(", ")}${together} (all test rows lie later)`);
  }
  if (task.group_column !== null) {
    notes.push(`group column: ${task.group_column} (no value of it stands in both train and test)`);
  }
  if (task.time_column === null && task.group_column === null) {
    notes.push(
      "split: random, stratified by class or target quantile (split: in task.yaml overrides it)",
    );
  }
  if (task.drop_columns.length > 0)
    notes.push(`${task.drop_columns.join(", ")} counts the rows and is left out (drop_columns)`);
  if (task.media_columns.length > 0)
    notes.push(`media files named in: ${task.media_columns.join(", ")}`);
  if (task.files.other.length > 0) notes.push(`further files: ${task.files.other.join(", ")}`);
  return notes;
}

function doubtsOf(target: TargetGuess, metric: MetricGuess, given: Given): Doubt[] {
  const doubts: Doubt[] = [];
  const guess = target.target_columns[0] ?? "";
  if (given.target === null && target.alternatives.length > 1) {
    const question = "Which column is to be predicted?";
    doubts.push({ field: "target", question, choices: target.alternatives, guess });
  }
  if (given.metric === null && metric.others.length > 0) {
    const { name } = metric.metric;
    const question = "How are submissions scored?";
    doubts.push({ field: "metric", question, choices: [name, ...metric.others], guess: name });
  }
  return doubts;
}

/** A further table that has the target for test rows is an answer sheet and stays out. */
async function keepOther(
  folder: string,
  files: readonly string[],
  tables: Tables,
  target: TargetGuess,
): Promise<{ kept: string[]; notes: string[] }> {
  const kept: string[] = [];
  const notes: string[] = [];
  for (const file of files) {
    if (await looksLikeAnswers(join(folder, file), tables, target)) {
      notes.push(`${file} is left out: it has the columns of a submission, so it may hold answers`);
    } else kept.push(file);
  }
  return { kept, notes };
}

async function looksLikeAnswers(
  path: string,
  tables: Tables,
  target: TargetGuess,
): Promise<boolean> {
  const name = basename(path).toLowerCase();
  if (/^(answers?|solutions?|ground[-_]?truth|test[-_]?labels?|y[-_]test)\b/u.test(name))
    return true;
  if (!name.endsWith(".csv")) return false;
  const header = await readHeader(path).catch((): string[] => []);
  const has = (columns: readonly string[]): boolean =>
    columns.every((column) => header.includes(column));
  const answers = has(target.target_columns) || has(target.prediction_columns);
  const id = target.id_column;
  return (
    answers && (id === null || header.includes(id) || header.length <= tables.sample.header.length)
  );
}

/** The id of a competition that is named by its folder only. */
export function folderId(folder: string): string {
  const name = basename(resolve(folder)).toLowerCase();
  const slug = name.replaceAll(/[^a-z0-9]+/gu, "-").replaceAll(/^-+|-+$/gu, "");
  return slug === "" ? "competition" : slug;
}

function titleOf(folder: string, description: string | null): string {
  const heading = /^# +(.+)$/mu.exec(description ?? "")?.[1]?.trim();
  return heading ?? basename(resolve(folder));
}
