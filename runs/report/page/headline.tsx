/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { expectedWords } from "../expected-score.ts";
import {
  showCount,
  showPercent,
  showPlural,
  showScore,
  showScoreOf,
  showScoreWithin,
  showSeconds,
  showText,
  showUsd,
} from "../formats.ts";
import { UNPROTECTED } from "../protection.ts";
import type { ReportData } from "../report-data.ts";
import type { Summary } from "../summary.ts";
import { statusWords } from "../text/summary-text.ts";
import { thresholdWords } from "../thresholds.ts";
import { Facts } from "./parts.tsx";

type Known = Pick<ReportData, "summary" | "constantScores" | "winner">;

/** What the run came to, before anything else. */
export function Headline({ summary, constantScores, winner }: Known) {
  const { title, metric, direction, mode, protectsFiles } = summary;
  const thresholds = thresholdWords(summary);
  const constant = constantWords(summary, constantScores);
  const better = direction === "minimize" ? "lower is better" : "higher is better";
  return (
    <header class="headline">
      <p class="eyebrow">
        {showText(summary.competition, 100)}/{showText(summary.run, 100)}
      </p>
      <h1>{showText(title ?? summary.competition, 160)}</h1>
      <p class="status">
        {statusWords(summary.status, summary.limit)}
        {metric === null ? "" : ` · ${showText(metric, 60)}, ${better}`}
      </p>
      {mode === "self-reported" ? (
        <p class="warning">
          Self-reported: the scripts printed these scores themselves; no referee checked them.
        </p>
      ) : null}
      {protectsFiles === false ? <p class="warning">Unprotected: {UNPROTECTED}.</p> : null}
      <Facts facts={scoreFacts(summary)} />
      <Facts facts={spendFacts(summary)} />
      {summary.expectedScore === null ? null : (
        <p>{`Expected ${expectedWords(summary.expectedScore)}.`}</p>
      )}
      {thresholds === null ? null : <p>{`Thresholds: ${thresholds}.`}</p>}
      {constant === null ? null : <p>{constant}</p>}
      {winner === null ? null : <p>{showText(winner, 500)}</p>}
    </header>
  );
}

function scoreFacts(summary: Summary): [string, string][] {
  const { searchScore, searchInterval, sealedScore, sealedInterval, gap, expectedScore } = summary;
  return [
    ["search score", showScoreWithin(searchScore, searchInterval)],
    [
      "sealed score",
      sealedScore === null ? "not opened" : showScoreWithin(sealedScore, sealedInterval),
    ],
    [
      "expected",
      expectedScore === null ? "–" : showScoreWithin(expectedScore.score, expectedScore.interval),
    ],
    ["gap", gapWords(gap, sealedInterval ?? searchInterval)],
    ["corrected for selection bias", correctedWords(summary)],
  ];
}

function gapWords(gap: number | null, interval: [number, number] | null): string {
  if (gap === null) return "–";
  if (gap === 0) return "none";
  return `${showScoreOf(Math.abs(gap), interval)} ${gap > 0 ? "worse" : "better"} when sealed`;
}

function correctedWords({ correctedScore, tries, searchInterval }: Summary): string {
  if (correctedScore === null) return "–";
  return `${showScoreOf(correctedScore, searchInterval)} after ${showPlural(tries ?? 0, "try").replace("trys", "tries")}`;
}

function spendFacts(summary: Summary): [string, string][] {
  const { seconds, usd, tokens, executions, modelCalls, attempts, cost } = summary;
  const cached = cost.total.cacheHits;
  return [
    ["time", showSeconds(seconds)],
    ["spent", showUsd(usd)],
    ["attempts", `${attempts}, ${showPlural(executions, "execution")}`],
    [
      "models",
      `${showPlural(modelCalls, "call")}, ${showCount(tokens)} tokens${cached === null ? "" : `, ${showPercent(cached)} from cache`}`,
    ],
  ];
}

/** Where the score stands among the ones that are known: here that of one prediction for all rows. */
function constantWords(
  { constantReached, direction, searchScore, sealedScore, thresholds }: Summary,
  known: ReportData["constantScores"],
): string | null {
  const constant = sealedScore === null ? known?.search : known?.sealed;
  const score = sealedScore ?? searchScore;
  if (constant === null || constant === undefined || score === null)
    return thresholds === null ? "No threshold is known for this run." : null;
  if (constantReached !== null)
    return `The ${constantReached.of} score may be no better than one prediction for all rows, which scores ${showScore(constantReached.constantScore)}.`;
  const isBetter = direction === "minimize" ? score < constant : score > constant;
  return `${isBetter ? "Better" : "Worse"} than one prediction for all rows, which scores ${showScore(constant)}${thresholds === null ? ": the only threshold that is known here" : ""}.`;
}
