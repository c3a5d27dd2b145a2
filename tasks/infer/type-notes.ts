import type { TaskFile } from "../competition.ts";
import { NUMBER_METRICS } from "../metric-kinds.ts";
import type { Sketch, Tables } from "../tables/sketch.ts";
import type { Doubt, Given } from "./infer.ts";
import type { MetricGuess } from "./metric.ts";
import { hasManyClasses, type TargetGuess } from "./target.ts";

/** Codes of more classes than this hold numbers by chance, such as 1e5 among 0f3 and 77a. */
const MIXED_LABELS = 20;

/** Why the type is what it is, which class is the positive one, and how answers are read, a line each. */
export function typeNotes(task: TaskFile, tables: Tables, missing: number): string[] {
  const [column = ""] = task.target_columns;
  const sketch = tables.train.columns.get(column);
  if (sketch === undefined) return [];
  const form = task.answer_form;
  const signs =
    form === null
      ? []
      : [
          form.prefix,
          form.suffix,
          form.thousands,
          form.decimal === "," ? "," : "",
          { minus: "", parentheses: "()", "minus-after": "-" }[form.negative],
        ].filter((sign) => sign !== "");
  const words = form?.missing.filter((word) => word.trim() !== "") ?? [];
  const said = words.length === 0 ? "" : ` (${words.join(", ")})`;
  return [
    `type: ${task.type} (${typeReason(task, sketch)})`,
    ...(task.type === "binary" ? [`positive class: ${positiveClass(task, sketch)}`] : []),
    ...labelNotes(task, sketch),
    ...(signs.length === 0
      ? []
      : [
          `answers are written with ${signs.map((sign) => JSON.stringify(sign)).join(" and ")}: scripts see plain numbers`,
        ]),
    ...(missing === 0
      ? []
      : [`${missing} of ${sketch.rows} rows have no answer${said}: they are left out`]),
  ];
}

/** Labels that may be one and the same, and are kept apart, since a submission is scored by their exact text. */
function labelNotes({ type, target_columns: [column = ""] }: TaskFile, sketch: Sketch): string[] {
  if (type !== "multiclass" && type !== "binary") return [];
  const labels = [...sketch.values.keys()].filter((label) => label.trim() !== "");
  const byFold = new Map<string, string[]>();
  for (const label of labels) {
    const folded = label.trim().toLowerCase();
    byFold.set(folded, [...(byFold.get(folded) ?? []), label]);
  }
  const [alike] = [...byFold.values()].filter((each) => each.length > 1);
  const number = labels.find((label) => Number.isFinite(Number(label)));
  const word = labels.find((label) => !Number.isFinite(Number(label)));
  const mend = "they are kept apart; write them alike in the training table if they are the same";
  return [
    ...(alike === undefined
      ? []
      : [
          `${column} has labels that differ in case or blanks only (${alike.map((each) => JSON.stringify(each)).join(", ")}): ${mend}`,
        ]),
    ...(number === undefined || word === undefined || sketch.many || labels.length > MIXED_LABELS
      ? []
      : [`${column} has numbers and words as labels (${number}, ${word}): ${mend}`]),
  ];
}

function typeReason({ type, metric, target_columns }: TaskFile, sketch: Sketch): string {
  const classes = `${sketch.values.size}${sketch.many ? " and more" : ""} different values in ${sketch.rows} rows`;
  if (target_columns.length > 1) return `${target_columns.length} target columns`;
  if (type === "regression") {
    const byMetric = NUMBER_METRICS.includes(metric.name)
      ? `, ${metric.name} compares numbers`
      : "";
    return `the target is a number: ${classes}${byMetric}`;
  }
  if (type === "other") return `texts that hardly repeat: ${classes}`;
  const rare = hasManyClasses(sketch) ? ", few of which repeat" : "";
  return sketch.numeric && sketch.values.size > 2
    ? `${classes}${rare}, which ${metric.name} compares as classes`
    : `${classes}${rare}`;
}

/** The second of two classes in natural order, or the one that the prediction column is named after. */
function positiveClass({ prediction_columns }: TaskFile, sketch: Sketch): string {
  const labels = [...sketch.values.keys()];
  const sorted = sketch.numeric ? labels.sort((a, b) => Number(a) - Number(b)) : labels.sort();
  const named = prediction_columns.length === 1 && prediction_columns[0] === sorted[0];
  return (named ? sorted[0] : sorted[1]) ?? "";
}

/** A question where the values of the target hardly repeat and are texts, or numbers that a metric calls classes. */
export function typeDoubts(
  tables: Tables,
  target: TargetGuess,
  { type, unfit }: Pick<MetricGuess, "type" | "unfit">,
  given: Given,
): Doubt[] {
  const [column = ""] = target.target_columns;
  const sketch = tables.train.columns.get(column);
  const isTold = given.type !== undefined && given.type !== null;
  const isText = type === "other";
  const isDoubtful =
    isText || (type === "regression" && unfit !== null && sketch?.integer === true);
  if (sketch === undefined || isTold || !isDoubtful || !hasManyClasses(sketch)) return [];
  const kind = isText ? "texts" : "numbers";
  const metric = unfit === null ? "" : `, and ${unfit} compares classes`;
  const question = `${column} has ${sketch.values.size} different ${kind} in ${sketch.rows} rows${metric}. What are they?`;
  return [{ field: "type", question, choices: [type, "multiclass"], guess: type }];
}
