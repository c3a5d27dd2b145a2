import { MetricName } from "../competition.ts";
import { NO_PARAMETERS, type Parameters, RANKING_METRICS } from "../metric-kinds.ts";
import { withoutPlainDescription } from "../plain-description.ts";
import { LAST, PATTERNS, type Pattern } from "./metric-patterns.ts";

/** A metric with the number that its words give. */
export type NamedMetric = { name: MetricName } & Parameters;

/** What a text says of the metric: one of ours, or the words for one that is none of ours. */
export type MetricReading =
  | { known: true; metric: NamedMetric; columnwise: boolean }
  | { known: false; words: string };

/** How a metric that is not computed here is brought. */
export const BRING_METRIC =
  "bring it as metric.py with score(submission, answers): metric custom and metric_file in task.yaml (docs/layouts.md)";

/** Words before a metric that make another one of it. */
const CHANGED_BEFORE =
  /\b((re)?weighted|balanced|normali[sz]ed|partial|modified|custom|adjusted|scaled|relative|truncated|trimmed|clipped|capped|focal|smoothed|hierarchical|generali[sz]ed|probabilistic|standardi[sz]ed|asymmetric|penali[sz]ed|discounted|median|micro([- ]averaged?)?|group(ed|-wise)?|per-\w+|example-based|samples?|\w+-(level|weighted|averaged|adjusted|normali[sz]ed))([- ](mean|average|averaged|version|variant|multi-?class|binary|categorical|of|the))*[- ]+$/u;
/** Words behind a metric that do the same. */
const CHANGED_AFTER =
  /^([- ](score|loss|error))?[ )]*(,? ?(divided|normali[sz]ed|scaled|weighted|multiplied) by|@ ?\d|-?weighted\b)/u;

/** A metric as a person typed it (`AUC`, `logloss`, `F2`, `map@3`), or null. */
export function metricNamed(text: string): MetricReading | null {
  const plain = plainWords(text).trim();
  const exact = MetricName.safeParse(plain.replaceAll(/[- ]/gu, "_"));
  if (exact.success) {
    const metric = { ...NO_PARAMETERS, name: exact.data };
    return needsNumber(metric) ? { known: false, words: lackOf(metric.name) } : ours(metric, false);
  }
  return readMetric(plain, PATTERNS) ?? readMetric(plain, LAST);
}

/** The metric that a description names, in its section on evaluation if there is one; what `init` wrote is no evidence. */
export function metricInText(text: string): MetricReading | null {
  const written = withoutPlainDescription(text);
  const part = plainWords(evaluationPart(written));
  const found = readMetric(part, PATTERNS) ?? readMetric(part, LAST);
  return (
    found ??
    readMetric(
      plainWords(written),
      PATTERNS.filter((each) => each.weak !== true),
    )
  );
}

function plainWords(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[\u2010-\u2015]/gu, "-")
    .replaceAll(/[*`]/gu, "");
  return plain.replaceAll("\u2019", "'").replaceAll(/\s+/gu, " ");
}

type Match = { name: MetricName | null; at: number; words: string };

function readMetric(text: string, patterns: readonly Pattern[]): MetricReading | null {
  const columnwise = /\b(mean |average )?column-?wise( mean)? /u;
  const plain = text.replace(columnwise, (match) => " ".repeat(match.length));
  const matches = allMatches(plain, patterns).sort((a, b) => a.at - b.at);
  const first = matches[0];
  if (first === undefined) return null;
  if (first.name === null) return { known: false, words: first.words };
  const metric = { name: first.name, ...parametersOf(first, matches, plain) };
  if (needsNumber(metric)) return { known: false, words: lackOf(first.name) };
  if (first.name === "jaccard" && /mask|pixel|bounding|\bbox|segment|run-length/u.test(plain)) {
    return { known: false, words: `${first.words} of areas` };
  }
  const columns = columnwise.test(text);
  return ours({ ...metric, ...plainerForm(metric, columns) }, columns);
}

/** The usual name of top-1 accuracy, of F-beta with a beta of 1, and of a mean of AUCs. */
function plainerForm({ name, k, beta }: NamedMetric, columnwise: boolean): Partial<NamedMetric> {
  if (name === "top_k_accuracy" && k === 1) return { name: "accuracy", k: null };
  if (name === "fbeta" && beta === 1) return { name: "f1", beta: null };
  return columnwise && name === "roc_auc" ? { name: "roc_auc_columns" } : {};
}

function ours(metric: NamedMetric, columnwise: boolean): MetricReading {
  return { known: true, metric, columnwise };
}

/** Every metric in the text; words that one pattern took are seen by no later one. */
function allMatches(text: string, patterns: readonly Pattern[]): Match[] {
  const found: Match[] = [];
  let rest = text;
  for (const { words, name } of patterns) {
    rest = rest.replaceAll(new RegExp(words, "gu"), (match, ...more: unknown[]) => {
      const at = Number(more.find((each) => typeof each === "number"));
      found.push(matchAt(text, { name, at, words: match.trim() }));
      return "\u0000".repeat(match.length);
    });
  }
  return found;
}

/** The match, or that of an unknown metric when the words around it change what it means. */
function matchAt(text: string, match: Match): Match {
  const { name, at, words } = match;
  if (name === null || isOwnAverage(name, words)) return match;
  const before = CHANGED_BEFORE.exec(text.slice(Math.max(0, at - 60), at))?.[0] ?? "";
  const after = CHANGED_AFTER.exec(text.slice(at + words.length))?.[0] ?? "";
  if (before === "" && after === "") return match;
  return { name: null, at: at - before.length, words: `${before}${words}${after}` };
}

/** Words that bring their own "weighted" or "@ 5" along. */
function isOwnAverage(name: MetricName, words: string): boolean {
  return (
    RANKING_METRICS.includes(name) || /^(balanced|weighted|macro|micro|normali[sz]ed)/u.test(words)
  );
}

function needsNumber({ name, beta, quantile }: NamedMetric): boolean {
  return (name === "fbeta" && beta === null) || (name === "pinball" && quantile === null);
}

function lackOf(name: MetricName): string {
  return name === "fbeta" ? "F-beta without one beta" : "pinball loss without one quantile";
}

/** The number that belongs to a metric: in its words, in those of its other names, or as `k = 5`. */
function parametersOf({ name, words }: Match, matches: readonly Match[], text: string): Parameters {
  const names = [words, ...matches.filter((each) => each.name === name).map((each) => each.words)];
  if (name !== null && RANKING_METRICS.includes(name)) {
    return { ...NO_PARAMETERS, k: firstNumber([...names, ...(/\bk ?= ?\d+/u.exec(text) ?? [])]) };
  }
  if (name === "fbeta") {
    const said = text.match(/(beta|β) ?(=|:|of|is|equal to)? ?\(?\d+(\.\d+)?/u)?.[0] ?? "";
    return { ...NO_PARAMETERS, beta: firstNumber([...names, said]) };
  }
  return name === "pinball" ? { ...NO_PARAMETERS, quantile: oneQuantile(text) } : NO_PARAMETERS;
}

const SPELLED = ["three", "five", "ten"];

function firstNumber(texts: readonly string[]): number | null {
  for (const text of texts) {
    const digits = /\d*\.?\d+/u.exec(text)?.[0];
    if (digits !== undefined && Number(digits) > 0) return Number(digits);
    const spelled = SPELLED.find((word) => text.includes(word));
    if (spelled !== undefined) return { three: 3, five: 5, ten: 10 }[spelled] ?? null;
  }
  return null;
}

/** The quantile that a text speaks of; null when it speaks of none or several. */
function oneQuantile(text: string): number | null {
  const shares = [...text.matchAll(/(?<![\d.])0?\.\d+/gu)].map(([digits]) => Number(digits));
  const percents = [...text.matchAll(/\b(\d{1,2})(th|st|nd|rd|%)? (percentile|quantile)/gu)];
  const all = new Set([...shares, ...percents.map(([, digits]) => Number(digits) / 100)]);
  const [only] = all;
  return all.size === 1 && only !== undefined && only > 0 && only < 1 ? only : null;
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
