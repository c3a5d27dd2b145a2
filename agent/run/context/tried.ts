import { type EventValue, valuesOf } from "../../../runs/events/events.ts";
import type { Tried } from "../../../runs/events/solutions.ts";
import type { Run } from "../run.ts";
import { secondsEach } from "../seconds.ts";

/** Lines of a script's output, from its end, that tell how it did. */
const PRINTED_LINES = 20;
/** Characters of each of them. */
const LINE_CHARS = 200;

/**
 * Every script of a track that was meant to be better, those of the step at `at` left out, oldest first, with what came
 * of it. A track goes on one step after the other, so that a replay lists the same.
 */
export function triedBefore(run: Run, track: string, at: string): Tried[] {
  const gains = gainsIn(run);
  const kept = new Set(
    valuesOf(run.journal.events, "decided").flatMap(({ accepted, challenger }) =>
      accepted ? [challenger] : [],
    ),
  );
  const all = valuesOf(run.journal.events, "evaluated")
    .filter((each) => each.track === track && each.origin !== "ablation")
    .filter(({ solution }) => !solution.startsWith(`${at}/`));
  // The first scripts run side by side: which of them ends first is chance.
  const isFirst = ({ solution }: EventValue<"evaluated">) => solution.startsWith(`${track}/init-`);
  const first = all.filter(isFirst).sort((a, b) => (a.solution < b.solution ? -1 : 1));
  return [...first, ...all.filter((each) => !isFirst(each))].map(
    ({ solution, plan, evaluation }) => ({
      plan: plan ?? solution,
      status: evaluation.status,
      score: evaluation.score,
      gain: gains.get(solution)?.gain ?? null,
      standardError: gains.get(solution)?.standardError ?? null,
      seconds: secondsEach(evaluation),
      error: evaluation.score === null ? lastLine(evaluation.reason) : null,
      isKept: kept.has(solution),
    }),
  );
}

/** What a script printed at the end of its first execution; null where it printed nothing. */
export function printedBy(run: Run, id: string): string | null {
  const first = valuesOf(run.journal.events, "executed").find(({ solution }) => solution === id);
  const lines = (first?.log ?? "").trimEnd().split("\n").slice(-PRINTED_LINES);
  const text = lines.map((line) => line.slice(0, LINE_CHARS)).join("\n");
  return text.trim() === "" ? null : text;
}

/** The last measurement of each challenger against its incumbent. */
function gainsIn(run: Run): Map<string, { gain: number; standardError: number }> {
  const gains = new Map<string, { gain: number; standardError: number }>();
  for (const { challengers } of valuesOf(run.journal.events, "challengers-compared"))
    for (const { id, gain, standardError } of challengers) gains.set(id, { gain, standardError });
  return gains;
}

function lastLine(reason: string | null): string | null {
  return reason?.trim().split("\n").at(-1) ?? null;
}
