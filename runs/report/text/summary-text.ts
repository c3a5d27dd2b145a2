import type { ConstantReached } from "../constant-reached.ts";
import { expectedWords } from "../expected-score.ts";
import {
  showCount,
  showGainWithin,
  showPercent,
  showScoreOf,
  showScoreWithin,
  showSeconds,
  showText,
  showUsd,
} from "../formats.ts";
import { wordsOfStop } from "../limits.ts";
import { UNPROTECTED } from "../protection.ts";
import type { RunStatus, Summary } from "../summary.ts";
import { thresholdWords } from "../thresholds.ts";
import { submissionWords } from "./submission-words.ts";

/** A summary for people. A validation score is never called a test score, and a self-reported run says so first. */
export function summaryText(summary: Summary): string {
  const { run, competition, title, model, sandbox, bestSolution, helpedMost } = summary;
  const thresholds = thresholdWords(summary);
  const lines: (string | null)[] = [
    summary.mode === "self-reported"
      ? "SELF-REPORTED: the scripts printed these scores themselves; no referee checked them."
      : null,
    summary.protectsFiles === false ? `UNPROTECTED: ${UNPROTECTED}.` : null,
    `${competition}/${run}: ${statusWords(summary.status, summary.limit)}`,
    title === null ? null : field("competition", `${title} (${metricWords(summary)})`),
    model === null ? null : field("model", `${model}, sandbox ${sandbox}`),
    summary.network === null || summary.network === "none"
      ? null
      : field("network", summary.network),
    ...summary.findings.map((finding, index) =>
      field(index === 0 ? "data" : "", showText(finding, 160)),
    ),
    field("best solution", bestSolution ?? "none"),
    field("search score", searchWords(summary)),
    field("sealed score", sealedWords(summary)),
    summary.expectedScore === null ? null : field("expected", expectedWords(summary.expectedScore)),
    thresholds === null ? null : field("thresholds", thresholds),
    summary.constantReached === null
      ? null
      : field("constant", constantWords(summary.constantReached, summary)),
    field("spent", spentWords(summary)),
    costField(summary.cost),
    ...helpedMost.map(({ gain, standardError, solution, what }, index) =>
      field(
        index === 0 ? "helped most" : "",
        `${showGainWithin(gain, standardError)}  ${solution}  ${showText(what, 110)}`,
      ),
    ),
    field("submission", summary.submission ?? "none"),
    summary.submitted === null ? null : field("", submissionWords(summary.submitted)),
    field("code", codeWords(summary)),
    summary.files.folder === undefined ? null : field("folder", summary.files.folder),
    summary.status === "paused" ? `paused: ${wayOn(summary)}` : null,
  ];
  return lines.filter((line) => line !== null).join("\n");
}

/** How a paused run goes on. */
export function wayOn({ competition, run }: Pick<Summary, "competition" | "run">): string {
  return `run the same command to go on, or \`mle-star finish ${competition}/${run}\` to end it with what it has`;
}

/** How a run stands, in words. */
export function statusWords(status: RunStatus, limit: string | null): string {
  switch (status) {
    case "finished":
      return "finished";
    case "limit":
      return wordsOfStop(limit);
    case "interrupted":
      return "finished early, as asked, with the best solution so far";
    case "paused":
      return "paused";
    case "no-submission":
      return "ended without a valid submission";
    case "faulted":
      return "failed; the same command resumes it";
    case "unfinished":
      return "unfinished";
  }
}

function metricWords({ metric, direction }: Summary): string {
  return `${metric}, ${direction === "minimize" ? "lower" : "higher"} is better`;
}

function scoreWords(score: number | null, interval: [number, number] | null): string {
  return score === null ? "none" : showScoreWithin(score, interval);
}

/** The score that the search ended with, and what is left of it without its selection bias. */
function searchWords({ searchScore, searchInterval, correctedScore, tries }: Summary): string {
  const seen = scoreWords(searchScore, searchInterval);
  if (correctedScore === null || tries === null || tries < 2) return seen;
  return `${seen}, corrected for ${tries} tries ${showScoreOf(correctedScore, searchInterval)}`;
}

function sealedWords({ sealedScore, sealedInterval, gap }: Summary): string {
  if (sealedScore === null) return "none (the sealed holdout was not opened)";
  const side = gap === null || gap === 0 ? "no gap" : gap > 0 ? "worse" : "better";
  const words =
    side === "no gap"
      ? side
      : `${showScoreOf(Math.abs(gap ?? 0), sealedInterval)} ${side} than search`;
  return `${scoreWords(sealedScore, sealedInterval)}, ${words}`;
}

/** That nothing may have been learned. */
function constantWords(
  { of, constantScore }: ConstantReached,
  { searchInterval, sealedInterval }: Summary,
): string {
  const reached = showScoreOf(constantScore, of === "sealed" ? sealedInterval : searchInterval);
  return `the ${of} score may be no better than a constant: its interval reaches ${reached}, the score of one prediction for all rows`;
}

function spentWords(summary: Summary): string {
  const { seconds, executions, modelCalls, tokens, usd } = summary;
  return [
    showSeconds(seconds),
    `${executions} executions`,
    `${modelCalls} model calls`,
    `${showCount(tokens)} tokens`,
    showUsd(usd),
  ].join(", ");
}

/** Where the dollars went and what an accepted improvement came to; nothing where nothing was paid. */
function costField({ total, byPhase }: Summary["cost"]): string | null {
  if ((total.usd ?? 0) === 0) return null;
  const parts = byPhase
    .filter(({ usd }) => usd !== 0)
    .map(({ name, usd }) => `${name} ${showUsd(usd)}`);
  const { usdPerAccepted, accepted, cacheHits } = total;
  if (usdPerAccepted !== null)
    parts.push(`${showUsd(usdPerAccepted)} for each of ${accepted} accepted improvements`);
  if (cacheHits !== null) parts.push(`${showPercent(cacheHits)} of input from cache`);
  return field("cost", parts.join(", "));
}

function codeWords({ files }: Summary): string {
  const found = [files.solution ?? files.solutions, files.history].filter(
    (path) => path !== undefined,
  );
  return found.length === 0 ? "none" : found.join(", ");
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(14)} ${value}`;
}
