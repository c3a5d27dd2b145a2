import { type Event, valuesOf } from "../../events/events.ts";
import { attemptsOf } from "../attempts.ts";

/** A plan that a model judged and that was run: its score, and whether the script that came of it gained. */
export type JudgedPlan = { score: number; gained: boolean };

/** The judged plans of a run whose scripts were scored, in the order of the journal. */
export function judgedPlans(events: readonly Event[]): JudgedPlan[] {
  const attempts = new Map(attemptsOf(events).map((attempt) => [attempt.id, attempt]));
  const gains = new Map(
    valuesOf(events, "challengers-compared").flatMap(({ challengers }) =>
      challengers.map(({ id, gain }) => [id, gain] as const),
    ),
  );
  return events.flatMap((event) => {
    if (event.type !== "plan-vetted" || event.value.verdict === null) return [];
    const id = event.key.replace(/\/vetted(?:-\d+)?$/u, "");
    const attempt = attempts.get(id);
    if (attempt === undefined || event.value.score === null) return [];
    const gained = (gains.get(id) ?? 0) > 0 || (!gains.has(id) && attempt.change === "better");
    return [{ score: event.value.score, gained: attempt.score !== null && gained }];
  });
}

/** The score of the plan behind each attempt that a model judged. */
export function planScores(events: readonly Event[]): ReadonlyMap<string, number> {
  return new Map(
    events.flatMap((event) =>
      event.type === "plan-vetted" && event.value.score !== null
        ? [[event.key.replace(/\/vetted(?:-\d+)?$/u, ""), event.value.score] as const]
        : [],
    ),
  );
}
