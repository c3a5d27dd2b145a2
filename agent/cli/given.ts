import * as z from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import { MetricName, TaskType } from "../../tasks/competition.ts";
import type { Given } from "../../tasks/infer/infer.ts";
import { BRING_METRIC, metricNamed, type NamedMetric } from "../../tasks/infer/metric-words.ts";
import { didYouMean } from "../../tasks/message-text.ts";

/** The options by which a user says what a folder without `task.yaml` does not tell, word by word. */
export const GIVEN_OPTIONS = {
  target: ["--target <columns>", "target column; separate several by commas"],
  type: ["--type <type>", "type of the task, such as regression or multiclass"],
  metric: ["--metric <name>", "metric, such as rmse or auc"],
} as const;

/** Those options as they were given; kept in the journal, so that what comes later reads the folder alike. */
export const GivenWords = z.object({
  target: z.string().optional(),
  type: z.string().optional(),
  metric: z.string().optional(),
});
export type GivenWords = z.infer<typeof GivenWords>;

/** What the options say. Throws `ConfigInvalid` for a type or metric that is not known. */
export function givenBy({ target, type, metric }: GivenWords): Given {
  return {
    target: target === undefined ? null : [target.trim()],
    metric: metric === undefined ? null : metricGiven(metric),
    type: type === undefined ? null : typeGiven(type),
  };
}

/** The type of that name. Throws `ConfigInvalid`. */
export function typeGiven(text: string): TaskType {
  const type = TaskType.safeParse(text.trim().toLowerCase());
  if (type.success) return type.data;
  throw new ConfigInvalid(`unknown type "${text}"; ${didYouMean(text, TaskType.options)}`);
}

/** The metric of that name. Throws `ConfigInvalid` for one that is not computed here. */
export function metricGiven(text: string): NamedMetric {
  const reading = metricNamed(text);
  if (reading === null) {
    const near = didYouMean(text, MetricName.options);
    throw new ConfigInvalid(`unknown metric "${text}"; ${near}; or ${BRING_METRIC}`);
  }
  if (!reading.known) {
    throw new ConfigInvalid(`--metric: ${reading.words} is not computed here; ${BRING_METRIC}`);
  }
  if (reading.metric.name === "custom") {
    throw new ConfigInvalid("--metric custom: name metric and metric_file in task.yaml instead");
  }
  return reading.metric;
}
