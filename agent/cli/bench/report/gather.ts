import type { Batch } from "../../../../runs/batch/batch.ts";
import { type Job, jobsOf } from "../../../../runs/batch/matrix.ts";
import { summaryOf } from "../../../../runs/batch/spent.ts";
import type { Summary } from "../../../../runs/report/summary.ts";
import type { Direction } from "../../../../tasks/competition.ts";
import { type Compared, comparePaired } from "../../../../tasks/mle-bench/grading/compare.ts";
import {
  type Board,
  distanceToBronze,
  estimatedPercentile,
  type Medal,
  percentileOn,
} from "../../../../tasks/mle-bench/grading/medals.ts";
import type { GradedJob, Grading } from "../../../../tasks/mle-bench/grading/results.ts";
import {
  type Aggregated,
  aggregateSeeds,
  completeSeeds,
} from "../../../../tasks/mle-bench/grading/seeds.ts";
import { type BenchEntry, benchTable, idsOfList } from "../../../../tasks/mle-bench/table.ts";
import { type Found, readFound } from "../integrity/results.ts";
import { type Integrity, integrityOf } from "./integrity.ts";
import { medalsOver, type Over } from "./over.ts";
import {
  type CompetitionScores,
  compareScores,
  type ScoresCompared,
  scoresByCompetition,
} from "./test-scores.ts";

/** Tasks that leak their answers or are broken, by the spec of MLE-bench's hazards; the extra headline does without. */
const HAZARDOUS = [
  "random-acts-of-pizza",
  "hubmap-kidney-segmentation",
  "smartphone-decimeter-2022",
  "multi-modal-gesture-recognition",
  "tensorflow-speech-recognition-challenge",
  "champs-scalar-coupling",
];

/** A line of the headline: a group of competitions under one configuration. */
export type Headline = {
  configuration: string;
  group: string;
  /** Not the official number: without leaky and broken tasks, or of a part of a group. */
  extra: boolean;
  aggregated: Aggregated;
  /** Competitions without any report, counted as failures. */
  missing: string[];
};

/** One job as the report lists it. */
export type ReportRow = {
  competition: string;
  configuration: string;
  seed: number;
  score: number | null;
  medal: Medal | null;
  aboveMedian: boolean | null;
  thresholds: Pick<
    NonNullable<GradedJob["report"]>,
    "gold_threshold" | "silver_threshold" | "bronze_threshold" | "median_threshold"
  > | null;
  thresholdsFrom: string | null;
  distanceToBronze: number | null;
  percentile: number | null;
  percentileIsEstimated: boolean;
  searchScore: number | null;
  sealedScore: number | null;
  sealedInterval: [number, number] | null;
  /** Whether the interval of the sealed score held the test score; null where the metrics differ or one is missing. */
  intervalHeld: boolean | null;
  mode: Summary["mode"];
  usd: number | null;
  tokens: number;
  hours: number;
  note: string | null;
};

export type BatchReport = {
  createdAt: string;
  list: string | null;
  graded: boolean;
  headlines: Headline[];
  /** Medals over the hours, and over the dollars, of the runs that won them. */
  over: { hours: Over[]; usd: Over[] };
  /** Sums by configuration. */
  efficiency: {
    configuration: string;
    medals: number;
    hours: number;
    usd: number | null;
    tokens: number;
  }[];
  comparisons: ({ first: string; second: string } & Compared)[];
  /** Mean test scores by competition, and what they say of the configurations. */
  testScores: { byCompetition: CompetitionScores[]; compared: ScoresCompared[] };
  rows: ReportRow[];
  integrity: Integrity;
  /** What `bench integrity` found; null where it was not called. */
  looked: Found | null;
};

type Told = { job: Job; summary: Summary | null; graded: GradedJob | null };

/** Everything that a report of a batch says. */
export async function gatherReport(
  folder: string,
  batch: Batch,
  grading: Grading | null,
): Promise<BatchReport> {
  const told: Told[] = [];
  for (const job of jobsOf(folder, batch)) {
    const graded = grading?.jobs.find((each) => each.job === job.id) ?? null;
    told.push({ job, summary: await summaryOf(job, true), graded });
  }
  const table = await benchTable();
  const entries = new Map(table.map((entry) => [entry.id, entry]));
  const names = batch.configurations.map(({ name }) => name);
  const rows = told.map((each) => rowOf(each, entries.get(each.job.competition.id) ?? null));
  return {
    createdAt: batch.createdAt,
    list: batch.list,
    graded: grading !== null,
    headlines: await headlinesOf(batch, told),
    over: { hours: medalsOver(rows, names, "hours"), usd: medalsOver(rows, names, "usd") },
    efficiency: batch.configurations.map(({ name }) => efficiencyOf(name, rows)),
    comparisons: comparisonsOf(batch, told),
    testScores: testScoresOf(batch, told),
    rows,
    looked: await readFound(folder),
    integrity: await integrityOf(told.map(({ job, summary }) => ({ job, summary }))),
  };
}

function rowOf({ job, summary, graded }: Told, entry: BenchEntry | null): ReportRow {
  return {
    competition: job.competition.id,
    configuration: job.configuration.name,
    seed: job.seed,
    ...testPart(graded, entry),
    ...runPart(summary),
    intervalHeld: intervalHeld(summary, graded, entry),
    note: graded?.note ?? null,
  };
}

/** What the grading says. */
function testPart(graded: GradedJob | null, entry: BenchEntry | null) {
  const report = graded?.report ?? null;
  const score = graded?.score ?? null;
  const none = { medal: null, aboveMedian: null, thresholds: null, distanceToBronze: null };
  const thresholdsFrom = graded?.thresholds ?? null;
  const unknown = { percentile: null, percentileIsEstimated: false };
  if (report === null) return { score, ...none, ...unknown, thresholdsFrom };
  const known = boardOf(report);
  return {
    score,
    medal: medalOf(report),
    aboveMedian: report.above_median,
    thresholds: report,
    thresholdsFrom,
    distanceToBronze: distanceToBronze(score, known),
    ...(score === null || Number.isNaN(score)
      ? unknown
      : percentileOf(score, known, graded?.board ?? null, entry)),
  };
}

function percentileOf(
  score: number,
  known: Board,
  board: readonly number[] | null,
  entry: BenchEntry | null,
) {
  if (board !== null) {
    const percentile = percentileOn(board, score, known.isLowerBetter);
    return { percentile, percentileIsEstimated: false };
  }
  const percentile = estimatedPercentile(score, known, entry?.teams ?? null);
  return { percentile, percentileIsEstimated: percentile !== null };
}

/** What the run says of itself. */
function runPart(summary: Summary | null) {
  return {
    searchScore: summary?.searchScore ?? null,
    sealedScore: summary?.sealedScore ?? null,
    sealedInterval: summary?.sealedInterval ?? null,
    mode: summary?.mode ?? null,
    usd: summary === null ? 0 : summary.usd,
    tokens: summary?.tokens ?? 0,
    hours: (summary?.seconds ?? 0) / 3600,
  };
}

/** Where the referee scores by the official metric, whether its interval held the test score. */
function intervalHeld(
  summary: Summary | null,
  graded: GradedJob | null,
  entry: BenchEntry | null,
): boolean | null {
  const isSame = entry === null || (entry.standIn === null && entry.metric.name !== "custom");
  const interval = summary?.sealedInterval ?? null;
  const score = graded?.score ?? null;
  if (!isSame || interval === null || score === null) return null;
  return interval[0] <= score && score <= interval[1];
}

function boardOf(report: NonNullable<GradedJob["report"]>) {
  return {
    isLowerBetter: report.is_lower_better,
    thresholds: {
      gold: report.gold_threshold,
      silver: report.silver_threshold,
      bronze: report.bronze_threshold,
      median: report.median_threshold,
    },
  };
}

function medalOf(report: NonNullable<GradedJob["report"]>): Medal | null {
  if (report.gold_medal) return "gold";
  if (report.silver_medal) return "silver";
  return report.bronze_medal ? "bronze" : null;
}

/** By configuration: each whole list of MLE-bench that the batch has, else the batch itself, and the extra ones. */
async function headlinesOf(batch: Batch, told: readonly Told[]): Promise<Headline[]> {
  const ids = batch.competitions
    .filter(({ reference }) => reference.startsWith("mle-bench:"))
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  const groups: { group: string; ids: string[]; extra: boolean }[] = [];
  for (const list of ["low", "medium", "high", "all"] as const) {
    const all = await idsOfList(list);
    const isAsked = batch.list === list || all.every((id) => ids.includes(id));
    if (isAsked) groups.push({ group: list, ids: all, extra: false });
  }
  // A part of a list is never called by its name.
  if (groups.length === 0) groups.push({ group: `${ids.length} competitions`, ids, extra: true });
  const largest = groups.at(-1);
  const sound = (largest?.ids ?? []).filter((id) => !HAZARDOUS.includes(id));
  if (largest !== undefined && sound.length > 0 && sound.length < largest.ids.length)
    groups.push({
      group: `${largest.group} without leaky and broken tasks`,
      ids: sound,
      extra: true,
    });
  return batch.configurations.flatMap(({ name }) =>
    groups.map(({ group, ids: own, extra }) => {
      const reports = told
        .filter(({ job }) => job.configuration.name === name)
        .flatMap(({ graded }) => (graded?.report ? [graded.report] : []));
      const padded = completeSeeds(reports, own, true);
      const missing = own.filter((id) => !reports.some((each) => each.competition_id === id));
      const seeds = padded.length === 0 ? completeSeeds([], own, true) : padded;
      return { configuration: name, group, extra, aggregated: aggregateSeeds(seeds), missing };
    }),
  );
}

function efficiencyOf(configuration: string, rows: readonly ReportRow[]) {
  const own = rows.filter((row) => row.configuration === configuration);
  const sum = (of: (row: ReportRow) => number) => own.reduce((total, row) => total + of(row), 0);
  return {
    configuration,
    medals: own.filter(({ medal }) => medal !== null).length,
    hours: sum(({ hours }) => hours),
    usd: own.some(({ usd }) => usd === null) ? null : sum(({ usd }) => usd ?? 0),
    tokens: sum(({ tokens }) => tokens),
  };
}

function testScoresOf(batch: Batch, told: readonly Told[]): BatchReport["testScores"] {
  const compares = {
    competitions: batch.competitions.map(({ id }) => id),
    configurations: batch.configurations.map(({ name }) => name),
  };
  const scores = told.map(({ job, summary, graded }) => ({
    competition: job.competition.id,
    configuration: job.configuration.name,
    seed: job.seed,
    score: graded?.score ?? null,
    direction: directionOf(summary, graded),
  }));
  return {
    byCompetition: scoresByCompetition(compares, scores),
    compared: compareScores(compares, scores),
  };
}

/** Which scores are better on the test rows: the graders' word goes before the run's. */
function directionOf(summary: Summary | null, graded: GradedJob | null): Direction | null {
  const report = graded?.report ?? null;
  if (report !== null) return report.is_lower_better ? "minimize" : "maximize";
  return summary?.direction ?? null;
}

/** Every configuration against the first, over the competitions and seeds that both have. */
function comparisonsOf(batch: Batch, told: readonly Told[]): BatchReport["comparisons"] {
  const [first, ...others] = batch.configurations;
  if (first === undefined) return [];
  const medal = (competition: string, configuration: string, seed: number): number | null => {
    const found = told.find(
      ({ job }) =>
        job.competition.id === competition &&
        job.configuration.name === configuration &&
        job.seed === seed,
    );
    const report = found?.graded?.report ?? null;
    return report === null ? null : Number(report.any_medal);
  };
  return others.flatMap(({ name }) => {
    const pairs = batch.competitions.map(({ id }) =>
      Array.from({ length: batch.seeds }, (_, seed) => ({
        first: medal(id, first.name, seed),
        second: medal(id, name, seed),
      })).flatMap(({ first: a, second: b }) =>
        a === null || b === null ? [] : [{ first: a, second: b }],
      ),
    );
    const whole = pairs.filter((each) => each.length > 0);
    return whole.length === 0 ? [] : [{ first: first.name, second: name, ...comparePaired(whole) }];
  });
}
