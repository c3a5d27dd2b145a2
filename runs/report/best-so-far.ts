import type { Event } from "../events/events.ts";
import type { Interval } from "../events/scoring.ts";
import { directionOf } from "./attempts.ts";

/** A score as it came in, and the best that there was from then on. */
export type CurvePoint = {
  solution: string;
  origin: string;
  /** Of the run's own clock. */
  seconds: number;
  /** Spent on models and searches by then; a call of unknown price counts nothing. */
  usd: number;
  score: number;
  interval: Interval | null;
  best: number;
  bestInterval: Interval | null;
  /** Whether it is the best from here on. */
  isBest: boolean;
};

/** The scores of a run in the order in which they came, each with the best so far; ablation variants are no candidates. */
export function bestSoFar(events: readonly Event[]): CurvePoint[] {
  const isHighGood = directionOf(events) === "maximize";
  const points: CurvePoint[] = [];
  let usd = 0;
  for (const event of events) {
    usd += usdOf(event);
    const scored = scoreOf(event);
    if (scored === null) continue;
    const last = points.at(-1) ?? null;
    const isBest =
      last === null || (isHighGood ? scored.score > last.best : scored.score < last.best);
    const best = isBest ? scored.score : last.best;
    const bestInterval = isBest ? scored.interval : last.bestInterval;
    points.push({ ...scored, seconds: event.elapsed, usd, best, bestInterval, isBest });
  }
  return points;
}

function usdOf(event: Event): number {
  switch (event.type) {
    case "answered":
    case "unanswered":
    case "searched":
      return event.value.usd ?? 0;
    default:
      return 0;
  }
}

type Scored = Pick<CurvePoint, "solution" | "origin" | "score" | "interval">;

function scoreOf(event: Event): Scored | null {
  if (event.type === "blended") {
    const { solution, score, interval } = event.value;
    return { solution, origin: "blend", score, interval };
  }
  if (event.type !== "evaluated" || event.value.origin === "ablation") return null;
  const { solution, origin, evaluation } = event.value;
  const { score, interval } = evaluation;
  return score === null ? null : { solution, origin, score, interval };
}
