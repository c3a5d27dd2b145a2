import { join } from "node:path";
import type { Batch } from "../../../../runs/batch/batch.ts";
import { writeTable } from "../../../../tasks/tables/write-csv.ts";
import { agentName, type Told, type ToldBatch } from "./told.ts";

/** The columns that every `results.csv` of AMLB begins with, in its order (amlb/results.py, `as_data_frame`). */
const FIXED = [
  "id",
  "task",
  "framework",
  "constraint",
  "fold",
  "type",
  "result",
  "metric",
  "mode",
  "version",
  "params",
  "app_version",
  "utc",
  "duration",
  "training_duration",
  "predict_duration",
  "models_count",
  "seed",
  "info",
] as const;

/** AMLB's names of metrics that we have as well. */
const METRICS: Record<string, string> = {
  accuracy: "acc",
  balanced_accuracy: "balacc",
  roc_auc: "auc",
  log_loss: "logloss",
  f1: "f1",
  average_precision: "pr_auc",
  rmse: "rmse",
  mse: "mse",
  mae: "mae",
  rmsle: "rmsle",
  msle: "msle",
  r2: "r2",
};

const TYPES = ["binary", "multiclass", "regression"];

/**
 * Writes `results.csv` as AMLB does: a row a job, more is better in `result` (a metric of which less is better is called
 * `neg_…`), and a column for each metric as it is. Every seed is a fold, since a batch has one split into train and
 * test.
 */
export async function writeAmlb(
  { batch, told }: ToldBatch,
  { out, version }: { out: string; version: string },
): Promise<string> {
  const metrics = [...new Set(told.flatMap((each) => metricOf(each)?.name ?? []))].sort();
  const rows = told.map((each) => {
    const metric = metricOf(each);
    const fixed = fixedCells(each, batch, version);
    return [
      ...FIXED.map((name) => fixed[name]),
      ...metrics.map((name) => (name === metric?.name ? text(each.score) : "")),
    ];
  });
  const file = join(out, "results.csv");
  await writeTable(file, [...FIXED, ...metrics], rows);
  return file;
}

function metricOf({ summary, graded }: Told): { name: string; isLowerBetter: boolean } | null {
  if (summary?.metric == null) return null;
  const isLowerBetter = graded?.isLowerBetter ?? summary.direction === "minimize";
  return { name: METRICS[summary.metric] ?? summary.metric, isLowerBetter };
}

function fixedCells(
  told: Told,
  batch: Batch,
  version: string,
): Record<(typeof FIXED)[number], string> {
  const { job, score, summary } = told;
  const metric = metricOf(told);
  const sign = metric?.isLowerBetter ? -1 : 1;
  const name = metric === null ? "" : metric.name;
  return {
    id: job.competition.reference,
    task: job.competition.id,
    framework: agentName(batch, job),
    constraint: constraintOf(batch),
    fold: String(job.seed),
    type: told.type !== null && TYPES.includes(told.type) ? told.type : "",
    result: text(score === null ? null : sign * score),
    metric: metric?.isLowerBetter ? `neg_${name}` : name,
    mode: "local",
    version,
    params: job.configuration.options.join(" "),
    app_version: `mle-star ${version}`,
    utc: told.endedAt?.slice(0, 19) ?? "",
    duration: summary === null ? "" : summary.seconds.toFixed(1),
    // A run is not measured apart by training and prediction.
    training_duration: "",
    predict_duration: "",
    models_count: text(summary?.executions ?? null),
    seed: String(job.seed),
    info: told.graded?.note ?? "",
  };
}

/** `1h8c`, as AMLB names its own. */
function constraintOf({ jobLimits, needs }: Batch): string {
  const { hours } = jobLimits;
  const time = hours === null ? "" : hours < 1 ? `${Math.round(hours * 60)}m` : `${hours}h`;
  return `${time}${Math.max(1, Math.floor(needs.cpus))}c`;
}

function text(value: number | null): string {
  return value === null ? "" : String(value);
}
