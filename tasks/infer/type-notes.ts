import type { TaskFile, TaskType } from "../competition.ts";
import { NUMBER_METRICS } from "../metric-kinds.ts";
import type { Sketch, Tables } from "../tables/sketch.ts";
import type { Doubt, Given } from "./infer.ts";
import { hasManyClasses, type TargetGuess } from "./target.ts";

/** Why the type is what it is, which class is the positive one, and how answers are read, a line each. */
export function typeNotes(task: TaskFile, tables: Tables, missing: number): string[] {
  const [column = ""] = task.target_columns;
  const sketch = tables.train.columns.get(column);
  if (sketch === undefined) return [];
  const form = task.answer_form;
  const signs =
    form === null ? [] : [form.prefix, form.suffix, form.thousands].filter((sign) => sign !== "");
  const words = form?.missing.filter((word) => word.trim() !== "") ?? [];
  const said = words.length === 0 ? "" : ` (${words.join(", ")})`;
  return [
    `type: ${task.type} (${typeReason(task, sketch)})`,
    ...(task.type === "binary" ? [`positive class: ${positiveClass(task, sketch)}`] : []),
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
  return sketch.numeric && sketch.values.size > 2
    ? `${classes}, which ${metric.name} compares as classes`
    : classes;
}

/** The second of two classes in natural order, or the one that the prediction column is named after. */
function positiveClass({ prediction_columns }: TaskFile, sketch: Sketch): string {
  const labels = [...sketch.values.keys()];
  const sorted = sketch.numeric ? labels.sort((a, b) => Number(a) - Number(b)) : labels.sort();
  const named = prediction_columns.length === 1 && prediction_columns[0] === sorted[0];
  return (named ? sorted[0] : sorted[1]) ?? "";
}

/** A question where the values of the target hardly repeat and yet are no numbers. */
export function typeDoubts(
  tables: Tables,
  target: TargetGuess,
  type: TaskType,
  given: Given,
): Doubt[] {
  const [column = ""] = target.target_columns;
  const sketch = tables.train.columns.get(column);
  const isTold = given.type !== undefined && given.type !== null;
  if (sketch === undefined || isTold || type !== "other" || !hasManyClasses(sketch)) return [];
  const question = `${column} has ${sketch.values.size} different texts in ${sketch.rows} rows. What are they?`;
  return [{ field: "type", question, choices: ["other", "multiclass"], guess: "other" }];
}
