import type { Event } from "../../../runs/events/events.ts";

/** A stretch of a run, in seconds since its journal was opened. */
type Stretch = { from: number; to: number };

/** What a run did while neither a model nor a script was at work, in seconds by what it was. */
export type Outside = { inside: number; outside: number; parts: Record<string, number> };

/** What ends a stretch says what the stretch was spent on. */
const WORK: Partial<Record<Event["type"], string>> = {
  "run-started": "set-up: Python, split, profile",
  "run-resumed": "set-up: Python, split, profile",
  answered: "before and after model calls",
  executed: "before and after executions: workspace, laying out a view",
  judged: "referee",
  pooled: "referee",
  compared: "referee",
  blended: "referee",
  evaluated: "git history",
  "submission-written": "submission",
};

/** Splits a run's wall clock into what models and scripts took (their union) and the rest, by its journal alone. */
export function timeOutside(events: readonly Event[]): Outside {
  const busy = union(events.flatMap(workOf));
  const inside = length(busy);
  const parts: Record<string, number> = {};
  let from = 0;
  for (const event of events) {
    const stretch = { from, to: Math.max(from, event.elapsed) };
    const idle = stretch.to - stretch.from - length(busy.map((each) => overlap(each, stretch)));
    const name = WORK[event.type] ?? "everything else";
    parts[name] = (parts[name] ?? 0) + idle;
    from = stretch.to;
  }
  return { inside, outside: from - inside, parts };
}

function workOf(event: Event): Stretch[] {
  if (event.type !== "answered" && event.type !== "executed") return [];
  const to = event.elapsed;
  return [{ from: Math.max(0, to - event.value.seconds), to }];
}

function union(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const each of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && each.from <= last.to) last.to = Math.max(last.to, each.to);
    else joined.push({ ...each });
  }
  return joined;
}

function overlap(a: Stretch, b: Stretch): Stretch {
  const from = Math.max(a.from, b.from);
  return { from, to: Math.max(from, Math.min(a.to, b.to)) };
}

function length(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}
