import type { Attempt, Status } from "../../solution.ts";
import type { Mode } from "../inputs.ts";
import { inline, some } from "./text.ts";

/** The form of every answer that is a whole script. */
export const WHOLE_SCRIPT =
  "Answer with one ```python block that holds the complete script, ready to run, and nothing else.";

/** The form of every answer that is a block of a script. */
export const WHOLE_BLOCK =
  "Answer with one ```python block that holds the complete new block, and nothing else.";

/** The form of every answer that is data. */
export const JSON_ONLY = "Answer with JSON only, in exactly this form:";

/** What holds for every script, whatever it is for. */
export const SCRIPT_RULES = `- One self-contained script; use only installed packages, never install or download anything.
- Let errors surface: no try/except or if/else that hides a failure, no invented data, no exit().
- Fit every statistic, encoder and model on training rows only.
- Head each part with a comment line \`# --- <title>\` (imports and settings, read, features, model, write …), so that parts can be changed one by one. Keep reading and writing apart from the rest.`;

/** How a script is scored: by the referee on what it writes, or, self-reported, by the line it prints. */
export function scoring(mode: Mode): string {
  return mode === "referee"
    ? `- Read ./input/ and write ./submission.csv with the columns and ids of ./input/sample_submission.csv, one prediction for every row of the test table.
- The harness splits, computes the metric and keeps the score; the tables in ./input/ change from run to run, so rely on no row count, row order or id.`
    : `- Hold out a validation set of the training rows (fixed seed, never fitted on), compute the task's metric on it and print it as the last line in exactly this form: \`Final Validation Performance: <number>\`.
- Use the test table for one thing only: to predict all its rows and write ./submission.csv with the columns and ids of ./input/sample_submission.csv.
- With more than 30,000 training rows, work on a random sample of 30,000, drawn in lines of its own.`;
}

/** A score for a prompt: six digits, or that there is none. */
export function scoreText(score: number | null): string {
  return score === null ? "no score" : String(Number(score.toPrecision(6)));
}

/** The outcome of an execution as text; a failure is never shown as a number. */
export function outcomeText(status: Status, score: number | null): string {
  return status === "scored"
    ? `scored ${scoreText(score)}`
    : `${status.replaceAll("-", " ")}, no score`;
}

/** All attempts so far, oldest first, or null before the first. */
export function attemptList(history: readonly Attempt[]): string | null {
  if (history.length === 0) return null;
  const lines = history.map(({ plan, status, score, seconds }, index) => {
    const outcome = outcomeText(status, score);
    return `${index + 1}. [${outcome}, ${Math.round(seconds)} s a run] ${inline(plan, 1500)}`;
  });
  return some(lines, MAX_ATTEMPTS, (line) => line).join("\n");
}

/** Attempts a planner is shown: the first few, and the latest. */
const MAX_ATTEMPTS = 24;
