import { fileURLToPath } from "node:url";
import * as z from "zod";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { type Metric, MetricName } from "../competition.ts";
import { didYouMean } from "../message-text.ts";
import { metricOf, NO_PARAMETERS } from "../metric-kinds.ts";
import { scanCsv } from "../tables/csv.ts";

/** The table of the 82 competitions; `README.md` of this folder says where its columns come from. */
const TABLE = fileURLToPath(new URL("./competitions.csv", import.meta.url));

/** Groups of competitions as MLE-bench has them; `dev` is outside of the 75. */
export const BenchSplit = z.enum(["low", "medium", "high", "dev"]);
export type BenchSplit = z.infer<typeof BenchSplit>;

/** Names of lists of competitions that a command takes: the groups, and the 75 as `all`. */
export const LISTS = ["low", "medium", "high", "dev", "all"] as const;
export type ListName = (typeof LISTS)[number];

/** Scores that earn a medal, and the median of the human board. */
export type Thresholds = { gold: number; silver: number; bronze: number; median: number };

/** A competition of MLE-bench. */
export type BenchEntry = {
  id: string;
  split: BenchSplit;
  taskType: string;
  metric: Metric;
  /** File in `metrics/` that computes a `custom` metric; null where nobody here does. */
  metricFile: string | null;
  /** What the referee scores by where the official metric needs more than answers and predictions. */
  standIn: string | null;
  /** Column of the training table that holds the answer, where the sample submission calls it otherwise. */
  target: string | null;
  layout: string;
  /** Why no row can be held back to score solutions by: runs are then self-reported. */
  unsplit: string | null;
  /** Why the playbook has no model for the answers of a competition that the referee splits; null where it has one. */
  unmodeled: string | null;
  isLowerBetter: boolean;
  thresholds: Thresholds;
  /** Rows of the human board, as another copy of it has them; null where there is none. */
  teams: number | null;
  /** Where the thresholds are not those that another copy of the board gives. */
  thresholdNote: string | null;
  gigabytes: number | null;
  /** Path below `prepared/`; under `private/` for five, which are never read. */
  sampleSubmission: string;
  knownIssue: string | null;
};

const optional = z.string().transform((text) => (text === "" ? null : text));
const number = z.string().min(1).transform(Number).pipe(z.number());
const Row = z.object({
  id: z.string(),
  split: BenchSplit,
  task_type: z.string(),
  metric: MetricName,
  k: optional,
  metric_file: optional,
  stand_in: optional,
  target: optional,
  layout: z.string(),
  unsplit: optional,
  unmodeled: optional,
  is_lower_better: z.enum(["true", "false"]),
  gold: number,
  silver: number,
  bronze: number,
  median: number,
  teams: optional,
  threshold_note: optional,
  gb: optional,
  sample_submission: z.string(),
  known_issue: optional,
});

/** All 82, in the order of low, medium, high and dev. */
export async function benchTable(): Promise<BenchEntry[]> {
  const entries: BenchEntry[] = [];
  await scanCsv(TABLE, (values, _line, header) => {
    const cells = Object.fromEntries(header.map((name, place) => [name, values[place] ?? ""]));
    entries.push(entryFrom(Row.parse(cells)));
  });
  return entries;
}

function entryFrom(row: z.infer<typeof Row>): BenchEntry {
  const isLowerBetter = row.is_lower_better === "true";
  const k = row.k === null ? null : Number(row.k);
  const ofBoard = isLowerBetter ? "minimize" : "maximize";
  const metric = metricOf(row.metric, { ...NO_PARAMETERS, k });
  // A stand-in is better in its own direction, whatever the board's is.
  const direction = row.metric === "custom" ? ofBoard : metric.direction;
  return {
    id: row.id,
    split: row.split,
    taskType: row.task_type,
    metric: { ...metric, direction },
    metricFile: row.metric_file,
    standIn: row.stand_in,
    target: row.target,
    layout: row.layout,
    unsplit: row.unsplit,
    unmodeled: row.unmodeled,
    isLowerBetter,
    thresholds: { gold: row.gold, silver: row.silver, bronze: row.bronze, median: row.median },
    teams: row.teams === null ? null : Number(row.teams),
    thresholdNote: row.threshold_note,
    gigabytes: row.gb === null ? null : Number(row.gb),
    sampleSubmission: row.sample_submission,
    knownIssue: row.known_issue,
  };
}

/** The competition of an id; throws `CompetitionInvalid` that names the nearest ones. */
export async function benchEntry(id: string): Promise<BenchEntry> {
  const table = await benchTable();
  const found = table.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  const near = didYouMean(
    id,
    table.map((entry) => entry.id),
  );
  throw new CompetitionInvalid(`MLE-bench has no competition "${id}"; ${near}`);
}

/** The ids of a list, in its order. */
export async function idsOfList(list: ListName): Promise<string[]> {
  const table = await benchTable();
  const isIn = ({ split }: BenchEntry) => (list === "all" ? split !== "dev" : split === list);
  return table.filter(isIn).map(({ id }) => id);
}

/** Whether the playbook, the model for when there is no key, can do better than the sample submission. */
export function playbookWords({ unsplit, unmodeled }: BenchEntry): string {
  if (unmodeled !== null) return `no model: ${unmodeled}`;
  return unsplit === null ? "has a model" : "no model: it learns from rows of a table only";
}

/** What the referee will do with a competition, in a line for people. */
export function validationWords({ unsplit, standIn, metric }: BenchEntry): string {
  if (unsplit !== null) return `self-reported: ${unsplit}`;
  return standIn === null ? `referee, ${metric.name}` : `referee, by ${standIn}`;
}
