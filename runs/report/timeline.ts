import type { Event } from "../events/events.ts";
import { type Attempt, attemptsOf, ownerOf } from "./attempts.ts";

/** An execution or a model call in the run's own time, in seconds, and what it waited for. */
export type Span = {
  kind: "execution" | "model";
  place: string;
  /** The part of the run that it belongs to: `track-1`, `ensemble`, `finalize` … */
  lane: string;
  /** Which of the lane's rows it is drawn in: spans of one row do not overlap. */
  row: number;
  what: string;
  start: number;
  end: number;
  isFailed: boolean;
  /** What had to be done before it: of its own attempt, of the one that came from, else of its lane. */
  after: string | null;
  /** Seconds between the end of that and its own start: the wait for a slot, or for somebody else. */
  waited: number | null;
};

/** The smallest time that counts as one. */
const TICK = 0.001;

/** Executions and model calls by their start. Where an answer took no time (the playbook, a replay) it is a moment. */
export function timelineOf(events: readonly Event[]): Span[] {
  const attempts = new Map(attemptsOf(events).map((attempt) => [attempt.id, attempt]));
  const byPlace = new Map<string, Span[]>();
  const rows = new Map<string, number[]>();
  const spans = events
    .flatMap((event) => spanOf(event) ?? [])
    .sort((a, b) => a.start - b.start || a.end - b.end);
  for (const span of spans) {
    span.row = freeRow(rows, span);
    const owner = ownerOf(attempts, span.place);
    const chain = owner === null ? [] : chainOf(attempts, owner);
    const before = [...chain, span.lane].flatMap(
      (place) => lastBefore(byPlace.get(place), span) ?? [],
    )[0];
    span.after = before?.place ?? null;
    span.waited = before === undefined ? null : Math.max(0, span.start - before.end);
    for (const place of new Set([owner?.id ?? span.lane, span.lane])) {
      const known = byPlace.get(place) ?? [];
      known.push(span);
      byPlace.set(place, known);
    }
  }
  return spans;
}

/** An attempt and those that it came from; a damaged journal must not hold us in a circle. */
function chainOf(attempts: ReadonlyMap<string, Attempt>, owner: Attempt): string[] {
  const chain = new Set<string>();
  let each: Attempt | undefined = owner;
  while (each !== undefined && !chain.has(each.id)) {
    chain.add(each.id);
    each = attempts.get(each.parent ?? "");
  }
  return [...chain];
}

function spanOf({ type, key, elapsed, value }: Event): Span | null {
  const place = { place: key, lane: laneOf(key), row: 0, end: elapsed, after: null, waited: null };
  if (type === "executed") {
    const { solution, view, seconds, outcome } = value;
    const what = `${solution} on ${view}`;
    const isFailed = outcome !== "finished";
    return { kind: "execution", ...place, what, start: startOf(elapsed, seconds), isFailed };
  }
  if (type !== "answered" && type !== "unanswered") return null;
  const what = `${value.role}${type === "answered" ? `, ${value.model}` : ""}`;
  const isFailed = type === "unanswered";
  return { kind: "model", ...place, what, start: startOf(elapsed, value.seconds), isFailed };
}

function startOf(end: number, seconds: number): number {
  return Math.max(0, end - seconds);
}

function laneOf(key: string): string {
  const head = key.split("/")[0] ?? "";
  return /^(?:track-\d+|ensemble|blend|finalize|publish|retrieve)$/u.test(head) ? head : "other";
}

/** The first row of a lane that is free again when a span starts. */
function freeRow(rows: Map<string, number[]>, { lane, kind, start, end }: Span): number {
  const name = `${lane} ${kind}`;
  const ends = rows.get(name) ?? [];
  const free = ends.findIndex((until) => until <= start + TICK);
  const row = free === -1 ? ends.length : free;
  ends[row] = end;
  rows.set(name, ends);
  return row;
}

/** Whatever ended last before a span began. */
function lastBefore(spans: readonly Span[] | undefined, { start }: Span): Span | null {
  let last: Span | null = null;
  for (const span of spans ?? [])
    if (span.end <= start + TICK && (last === null || span.end >= last.end)) last = span;
  return last;
}
