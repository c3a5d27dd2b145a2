import type { Event } from "../events/events.ts";
import { type Attempt, attemptsOf, directionOf } from "./attempts.ts";
import { showGainWithin, showScoreWithin } from "./formats.ts";
import { type Summary, summarize } from "./summary.ts";

/** A candidate in the order of its search score. */
export type Place = {
  rank: number;
  attempt: Attempt;
  /** On the sealed holdout, where it was a finalist. */
  sealed: number | null;
  sealedInterval: [number, number] | null;
  /** Whether the best one's interval holds its score: more rows could turn the order. */
  isTied: boolean;
};

/** All scored candidates, best first; ablation variants are none. */
export function leaderboardOf(events: readonly Event[]): Place[] {
  const sign = directionOf(events) === "maximize" ? 1 : -1;
  const opened = events.findLast((event) => event.type === "sealed-opened")?.value.finalists ?? [];
  const sealed = new Map(opened.map((each) => [each.solution, each]));
  const scored = attemptsOf(events)
    .filter(({ origin, score }) => origin !== "ablation" && score !== null)
    .sort((a, b) => sign * ((b.score ?? 0) - (a.score ?? 0)));
  const best = scored[0]?.interval ?? null;
  return scored.map((attempt, index) => ({
    rank: index + 1,
    attempt,
    sealed: sealed.get(attempt.id)?.sealed ?? null,
    sealedInterval: sealed.get(attempt.id)?.sealedInterval ?? null,
    isTied: index > 0 && holds(best, attempt.score),
  }));
}

function holds(interval: Attempt["interval"], score: number | null): boolean {
  return interval !== null && score !== null && interval[0] <= score && score <= interval[1];
}

/** In one sentence why the winner won; null while there is none. */
export function whyItWon(events: readonly Event[]): string | null {
  const { bestSolution: winner, ...summary } = summarize(events, "");
  if (winner === null) return null;
  const places = leaderboardOf(events);
  const won = `${winner} won ${reasonOf(events, winner, places)}`;
  return `${won}${helpOf(summary)}.`;
}

/** By what it was chosen: the sealed rows where they were opened, else the search score alone. */
function reasonOf(events: readonly Event[], winner: string, places: readonly Place[]): string {
  const opened = events.findLast((event) => event.type === "sealed-opened")?.value;
  const place = places.find(({ attempt }) => attempt.id === winner);
  const ended = events.some((event) => event.type === "run-ended");
  const score = place === undefined ? "" : ` (${wordsOf(place.attempt)})`;
  if (opened === undefined)
    return `${ended ? "" : "so far "}by its search score${score}${tieOf(place, places)}`;
  const count = opened.finalists.length;
  if (opened.chosen !== winner)
    return `though ${opened.chosen} was chosen among ${count} finalists: the submission of that one could not stand${score}`;
  if (count === 1) return `as the only finalist${score}`;
  return `among ${count} finalists by ${opened.why}${score}`;
}

function wordsOf({ score, interval }: Attempt): string {
  return `search ${showScoreWithin(score, interval)}`;
}

function tieOf(place: Place | undefined, places: readonly Place[]): string {
  const tied = places.filter(({ isTied }) => isTied).length;
  return place?.rank !== 1 || tied === 0
    ? ""
    : `, ${tied} other${tied === 1 ? "" : "s"} within its interval`;
}

function helpOf({ helpedMost }: Pick<Summary, "helpedMost">): string {
  const [help] = helpedMost;
  if (help === undefined) return "";
  return `; what helped most was ${help.solution} (${showGainWithin(help.gain, help.standardError)})`;
}
