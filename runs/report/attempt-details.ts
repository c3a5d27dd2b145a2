import type { Event } from "../events/events.ts";
import type { PastHistory } from "../record/history.ts";
import type { Attempt } from "./attempts.ts";
import { costOfRun, type PaidCall } from "./cost.ts";
import { showBlock } from "./formats.ts";

/** What is known of an attempt besides its verdict. */
export type AttemptDetails = {
  /** Its script, or the recipe of a blend; null where it cannot be had. */
  code: string | null;
  /** Against the attempt that it came from; null for a first one. */
  diff: string | null;
  /** One per execution, oldest first. */
  runs: { view: string; outcome: string; seconds: number; log: string }[];
  /** By role. */
  calls: {
    role: string;
    model: string;
    tokens: PaidCall["tokens"];
    usd: number | null;
    seconds: number;
  }[];
};

/** How much of each text is kept, in characters. */
export type TextLimits = { code: number; diff: number; log: number };

/** Reads what is known of attempts from the history and the journal; texts are made harmless and cut. */
export async function detailsOf(
  events: readonly Event[],
  attempts: readonly Attempt[],
  history: PastHistory | null,
  limits: TextLimits,
): Promise<Map<string, AttemptDetails>> {
  const scripts = attempts.filter(({ origin }) => origin !== "blend").map(({ commit }) => commit);
  const blends = attempts.filter(({ origin }) => origin === "blend").map(({ commit }) => commit);
  const [codes, recipes, changes] =
    history === null
      ? []
      : await Promise.all([
          history.readAll(scripts, "solution.py"),
          history.readAll(blends, "blend.json"),
          history.changes(scripts),
        ]);
  const runs = runsOf(events, limits.log);
  const calls = callsOf(events, attempts);
  return new Map(
    attempts.map(({ id, commit }) => {
      const code = codes?.get(commit) ?? recipes?.get(commit) ?? null;
      const diff = changes?.get(commit) ?? null;
      return [
        id,
        {
          code: code === null ? null : showBlock(code, limits.code),
          diff: diff === null ? null : showBlock(diff, limits.diff),
          runs: runs.get(id) ?? [],
          calls: calls.get(id) ?? [],
        },
      ];
    }),
  );
}

function runsOf(events: readonly Event[], most: number): Map<string, AttemptDetails["runs"]> {
  const runs = new Map<string, AttemptDetails["runs"]>();
  for (const event of events) {
    if (event.type !== "executed") continue;
    const { solution, view, outcome, seconds, log } = event.value;
    push(runs, solution, { view, outcome, seconds, log: showBlock(log, most).trim() });
  }
  return runs;
}

function callsOf(events: readonly Event[], attempts: readonly Attempt[]) {
  const ids = new Set(attempts.map(({ id }) => id));
  const calls = new Map<string, AttemptDetails["calls"]>();
  for (const { at, role, model, tokens, usd, seconds } of costOfRun(events).calls) {
    const owner = nearest(ids, at);
    if (owner !== null) push(calls, owner, { role, model, tokens, usd, seconds });
  }
  return calls;
}

function nearest(ids: ReadonlySet<string>, key: string): string | null {
  for (let place = key; place !== ""; place = place.slice(0, Math.max(0, place.lastIndexOf("/"))))
    if (ids.has(place)) return place;
  return null;
}

function push<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const known = lists.get(name) ?? [];
  known.push(value);
  lists.set(name, known);
}
