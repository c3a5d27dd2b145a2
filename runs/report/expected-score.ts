import type { Event } from "../events/events.ts";
import type { Projection } from "../events/scoring.ts";
import { showGainWithin, showPercent, showScoreOf, showScoreWithin } from "./formats.ts";

/** What the submission is expected to score on the test rows; null where its sealed score was not projected. */
export function expectedScoreOf(events: readonly Event[]): Projection | null {
  const found = events.findLast((event) => event.type === "score-projected")?.value ?? null;
  if (found === null) return null;
  const { solution: _, views: __, halved: ___, sealedInterval: ____, ...projection } = found;
  return projection;
}

/** The score to expect, its interval, and which part each correction has in them. */
export function expectedWords(projection: Projection): string {
  const { score, interval, rows, rowsError, test, drawn } = projection;
  const parts = [
    rows === null
      ? "what more training rows add was not measured"
      : `more training rows ${showGainWithin(rows, rowsError)}`,
    timeWords(projection),
    drawn === "groups" ? "rows of a group err together" : null,
    `the draw of test rows widens the interval by ${showPercent(test - 1)}`,
  ];
  const said = parts.filter((part) => part !== null).join(", ");
  return `with all rows: ${showScoreWithin(score, interval)} in 95 % of cases (${said})`;
}

/** A change within what rows by chance explain is no measured zero. */
function timeWords({ time, drawn, interval }: Projection): string | null {
  if (time === null)
    return drawn === "times" ? "how scores change with time was not measured" : null;
  return time === 0
    ? "no change with time was seen beyond chance"
    : `from one stretch of time to the next ± ${showScoreOf(time, interval)}`;
}
