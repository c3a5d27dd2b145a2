import { MetricName } from "../competition.ts";

/** How people write the metrics; more telling words first. */
const WORDS: readonly [RegExp, MetricName][] = [
  [
    /quadratic[- ]weighted[- ]kappa|\bqwk\b|weighted[- ]kappa|cohen'?s?[- ]kappa/u,
    "quadratic_kappa",
  ],
  [
    /(\brmse\b|root[- ]mean[- ]squared?[- ]error).{0,60}?\b(between|of) the ((natural|base)[- \w]{0,6} )?log(arithm)?s?\b/u,
    "rmsle",
  ],
  [/\brmsle\b|root[- ]mean[- ]squared?[- ]log(arithmic)?[- ]error/u, "rmsle"],
  [/\bsmape\b|symmetric mean absolute percentage/u, "smape"],
  [/\bmape\b|mean absolute percentage/u, "mape"],
  [/\bmap ?@ ?\d*|mean average precision (at|@)/u, "map_at_k"],
  [/mean column-?wise (roc )?(auc|area)|column-?wise (mean )?(roc )?auc/u, "roc_auc_columns"],
  [/macro[- ]?(averaged?)?[- ](roc[- ])?auc|(roc[- ])?auc[- ,(]*macro/u, "roc_auc_macro"],
  [/\bauroc\b|roc[- _]?auc|\bauc\b|area under the (roc|receiver|curve)/u, "roc_auc"],
  [/log[- _]?loss|logarithmic loss|cross[- ]?entropy/u, "log_loss"],
  [/balanced[- _]accuracy/u, "balanced_accuracy"],
  [/macro[- ]?(averaged?)?[- ]f1|f1[- _(]*(score)?[- ,(]*macro|macro f-?score/u, "f1_macro"],
  [/micro[- ]?(averaged?)?[- ]f1|f1[- _(]*(score)?[- ,(]*micro/u, "f1_micro"],
  [/weighted[- ]?(averaged?)?[- ]f1|f1[- _(]*(score)?[- ,(]*weighted/u, "f1_weighted"],
  [/\bf1\b|f1[- _]score|f-?measure/u, "f1"],
  [/matthews|\bmcc\b/u, "mcc"],
  // Ordering by the square is ordering by its root.
  [/\b(mc)?rmse\b|\bmse\b|mean[- ]squared?[- ]error/u, "rmse"],
  [/\bmae\b|mean absolute error/u, "mae"],
  [/\br2\b|\br\^2\b|r²|r[- ]squared|coefficient of determination/u, "r2"],
  [/spearman/u, "spearman"],
  [/accuracy/u, "accuracy"],
];

/** A metric as a person typed it (`AUC`, `logloss`, `rmse`), or null. */
export function metricNamed(text: string): MetricName | null {
  const plain = text.trim().toLowerCase();
  const exact = MetricName.safeParse(plain.replaceAll(/[- ]/gu, "_"));
  if (exact.success) return exact.data;
  return WORDS.find(([words]) => words.test(plain))?.[1] ?? null;
}

/** The metric that a description names, in its section on evaluation if there is one; with k of MAP@k. */
export function metricInText(text: string): { name: MetricName; k: number | null } | null {
  const part = evaluationPart(text).toLowerCase();
  const anywhere = text.toLowerCase();
  const name = firstMetric(part, WORDS) ?? firstMetric(anywhere, PLAIN_SAFE_WORDS);
  if (name === null) return null;
  const k = /map ?@ ?(\d+)/u.exec(anywhere)?.[1];
  return { name, k: k === undefined ? null : Number(k) };
}

/** Outside a section on evaluation "accuracy" is too common a word to mean the metric. */
const PLAIN_SAFE_WORDS = WORDS.filter(([, name]) => name !== "accuracy");

function firstMetric(text: string, words: typeof WORDS): MetricName | null {
  const found = words
    .map(([word, name]) => ({ name, at: text.search(word) }))
    .filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at)[0]?.name ?? null;
}

/** Text under the first heading or sentence about scoring. */
function evaluationPart(text: string): string {
  const heading = /^#*[ *]*(evaluation|scoring|metric|how .* (scored|evaluated)).*$/imu.exec(text);
  if (heading !== null) {
    const after = text.slice(heading.index + heading[0].length);
    const end = /^#+ /mu.exec(after)?.index ?? after.length;
    return heading[0] + after.slice(0, end);
  }
  const sentences = text.split(/(?<=[.!?])\s|\n/u);
  return sentences.filter((line) => /evaluat|scored|metric|graded/iu.test(line)).join("\n");
}
