import { stringify } from "yaml";
import type { TaskFile } from "./competition.ts";
import { DateForm, MetricName, TaskType, TimeUnit } from "./competition.ts";

/** A `task.yaml` that a person can read and change; parsing it gives the same task. */
export function renderTask(task: TaskFile, notes: readonly string[]): string {
  const files = Object.entries(task.files)
    .map(([name, value]) => `  ${name}: ${inline(value)}`)
    .join("\n");
  return [
    "# What mle-star knows of this competition. Everything was read off the tables; change what is wrong.",
    ...notes.map((note) => `#   ${note.replaceAll(/\s+/gu, " ")}`),
    "",
    `id: ${inline(task.id)}`,
    `title: ${inline(task.title)}`,
    `# One of: ${TaskType.options.join(", ")}`,
    `type: ${task.type}`,
    `# One of: ${MetricName.options.join(", ")}`,
    "# (custom needs metric_file, a Python file with score(submission, answers); map_at_k, ndcg_at_k and top_k_accuracy take k, fbeta takes beta, pinball takes quantile)",
    ...renderMetric(task.metric),
    "# The column that names a row in train, test and submission; null when there is none.",
    `id_column: ${inline(task.id_column)}`,
    "# The answer in the training table, and the columns of a submission that hold predictions",
    "# (one for each class when the metric wants probabilities of several classes).",
    `target_columns: ${inline(task.target_columns)}`,
    `prediction_columns: ${inline(task.prediction_columns)}`,
    "# Of two classes the one that predictions are of; null: the second in order (as `positive class` above says).",
    `positive_class: ${inline(task.positive_class)}`,
    "# Rows of one group are never on both sides of a validation split; null when rows are independent.",
    `group_column: ${inline(task.group_column)}`,
    "# Set when test lies later than train: validation is then later than its training rows too. One column, or",
    `# a column for each unit of time: ${TimeUnit.options.join(", ")}.`,
    `time_column: ${inline(task.time_column)}`,
    `# How dates are written, by column: ${DateForm.options.join(", ")}.`,
    "# A column that is not here holds no dates; null: found from the tables.",
    `dates: ${inline(task.dates)}`,
    "# How the split is made: strategy random, stratified, group or time, and folds that judge; null: the",
    "# referee chooses and says why.",
    `split: ${inline(task.split)}`,
    "# Columns that hold the path of an image or another file of the row, relative to this folder.",
    `media_columns: ${inline(task.media_columns)}`,
    "# Columns that no solution may see, because they give the answer away, for example.",
    `drop_columns: ${inline(task.drop_columns)}`,
    "# The table that has the answers, one row for each id, where the training table has none.",
    `labels_file: ${inline(task.labels_file)}`,
    "# How ids of a submission are made where no table has them: the cells of columns, and the name of the",
    "# target when a submission has one row for each id and target, with the separator between.",
    `submission_id: ${inline(task.submission_id)}`,
    "# How answers are written that are no plain numbers: words for a missing one, signs, separators; solutions",
    "# see plain numbers and empty cells. null: as they stand.",
    `answer_form: ${inline(task.answer_form)}`,
    "# What stands between labels, where a cell of the target holds several; null: a cell is one answer.",
    `label_separator: ${inline(task.label_separator)}`,
    "files:",
    files,
    "# What becomes of a further file, where the referee should not decide: shared (every view has all of it)",
    "# or held-back (no view has it).",
    `tables: ${inline(task.tables)}`,
    `metric_file: ${inline(task.metric_file)}`,
    ...renderOrigin(task),
    "",
  ].join("\n");
}

function renderMetric({ name, direction, k, beta, quantile }: TaskFile["metric"]): string[] {
  return [
    "metric:",
    `  name: ${name}`,
    `  direction: ${direction}`,
    ...(k === null ? [] : [`  k: ${k}`]),
    ...(beta === null ? [] : [`  beta: ${beta}`]),
    ...(quantile === null ? [] : [`  quantile: ${quantile}`]),
  ];
}

function renderOrigin({ thresholds, license, source }: TaskFile): string[] {
  return [
    "# Scores that a result is compared with when it is shown, by name: { winner: 0.91 }",
    `thresholds: ${inline(thresholds)}`,
    `license: ${inline(license)}`,
    `source: ${inline(source)}`,
  ];
}

function inline(value: unknown): string {
  // A name with line ends stands on one line, as JSON writes it: several lines would end the entry.
  if (/\\[nr]/u.test(JSON.stringify(value))) return JSON.stringify(value);
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, singleQuote: false }).trimEnd();
}
