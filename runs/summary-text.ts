import { showCount, showInterval, showScore, showSeconds, showText, showUsd } from "./formats.ts";
import type { RunStatus, Summary } from "./summary.ts";

/** A summary for people. A validation score is never called a test score, and a self-reported run says so first. */
export function summaryText(summary: Summary): string {
  const { run, competition, title, model, sandbox, bestSolution, helpedMost } = summary;
  const lines: (string | null)[] = [
    summary.mode === "self-reported"
      ? "SELF-REPORTED: the scripts printed these scores themselves; no referee checked them."
      : null,
    `${competition}/${run}: ${statusWords(summary.status, summary.limit)}`,
    title === null ? null : field("competition", `${title} (${metricWords(summary)})`),
    model === null ? null : field("model", `${model}, sandbox ${sandbox}`),
    field("best solution", bestSolution ?? "none"),
    field("search score", scoreWords(summary.searchScore, summary.searchInterval)),
    field("sealed score", sealedWords(summary)),
    field("spent", spentWords(summary)),
    ...helpedMost.map(({ gain, solution, what }, index) =>
      field(
        index === 0 ? "helped most" : "",
        `+${showScore(gain)}  ${solution}  ${showText(what, 110)}`,
      ),
    ),
    field("submission", summary.submission ?? "none"),
    field("code", codeWords(summary)),
    summary.files.folder === undefined ? null : field("folder", summary.files.folder),
  ];
  return `${lines.filter((line) => line !== null).join("\n")}\n`;
}

/** How a run ended, in words. */
export function statusWords(status: RunStatus, limit: string | null): string {
  switch (status) {
    case "finished":
      return "finished";
    case "limit":
      return `ended at a limit${limit === null ? "" : ` (${limit})`}`;
    case "interrupted":
      return "interrupted; the same command goes on with it";
    case "no-submission":
      return "ended without a valid submission";
    case "faulted":
      return "faulted; the same command goes on with it";
    case "unfinished":
      return "unfinished";
  }
}

function metricWords({ metric, direction }: Summary): string {
  return `${metric}, ${direction === "minimize" ? "lower" : "higher"} is better`;
}

function scoreWords(score: number | null, interval: [number, number] | null): string {
  if (score === null) return "none";
  return `${showScore(score)} ${showInterval(interval)}`.trimEnd();
}

function sealedWords({ sealedScore, sealedInterval, gap }: Summary): string {
  if (sealedScore === null) return "none (the sealed holdout was not opened)";
  const side = gap === null || gap === 0 ? "no gap" : gap > 0 ? "worse" : "better";
  const words = side === "no gap" ? side : `${showScore(Math.abs(gap ?? 0))} ${side} than search`;
  return `${scoreWords(sealedScore, sealedInterval)}, ${words}`;
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

function codeWords({ files }: Summary): string {
  const found = [files.solution ?? files.solutions, files.history].filter(
    (path) => path !== undefined,
  );
  return found.length === 0 ? "none" : found.join(", ");
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(14)} ${value}`;
}
