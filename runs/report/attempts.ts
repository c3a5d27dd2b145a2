import type { Event, EventValue } from "../events/events.ts";
import type { Direction } from "../events/scoring.ts";
import { allTokens } from "../ledger.ts";

/** One evaluated solution or blend of a run, with what it cost and what became of it. */
export type Attempt = {
  id: string;
  parent: string | null;
  origin: string;
  track: string | null;
  plan: string | null;
  status: EventValue<"evaluated">["evaluation"]["status"];
  score: number | null;
  interval: [number, number] | null;
  parentScore: number | null;
  /** Against the parent's score, in the metric's good direction. */
  change: "better" | "worse" | "same" | null;
  /** Null where nothing was decided about it: a first candidate, one of many that was not the best. */
  verdict: "accepted" | "rejected" | null;
  /** Gain over the incumbent it was compared with, paired over the same rows; positive is better. */
  gain: number | null;
  /** Of that gain. */
  standardError: number | null;
  why: string | null;
  reason: string | null;
  /** What the leak checks said; null for a blend, whose members they looked at. */
  leakage: EventValue<"evaluated">["evaluation"]["leakage"] | null;
  /** Of the run's own clock, in seconds, when its verdict was recorded. */
  elapsed: number;
  fixes: number;
  seconds: number;
  modelCalls: number;
  tokens: number;
  /** Null when the price of a call is unknown. */
  usd: number | null;
  commit: string;
  /** Most GPU memory at once and mean utilization in percent, over its executions; null where none had a GPU. */
  gpu: { peakMb: number; utilization: number } | null;
  /** What its executions did besides reading their input; null where it was never run. */
  audit: Omit<EventValue<"executed">["audit"], "forbidden"> | null;
  /** Solutions a blend is made of. */
  members: string[];
  isBest: boolean;
};

/** An attempt with those that came from it. */
export type AttemptNode = { attempt: Attempt; children: AttemptNode[] };

/** The run's attempts in the order in which their verdicts were recorded. */
export function attemptsOf(events: readonly Event[]): Attempt[] {
  const direction = directionOf(events);
  const attempts = new Map<string, Attempt>();
  for (const event of events) {
    if (event.type === "evaluated")
      attempts.set(event.value.solution, fromEvaluated(event, direction));
    if (event.type === "blended") attempts.set(event.value.solution, fromBlended(event));
  }
  for (const event of events) {
    if (event.type === "decided") noteDecision(attempts, event.value);
    if (event.type === "answered") charge(attempts, event);
  }
  const executions = executionsOf(events);
  for (const attempt of attempts.values()) {
    const own = executions.get(attempt.id) ?? [];
    attempt.gpu = gpuOf(own);
    attempt.audit = auditOf(own);
  }
  const best = attempts.get(bestSolution(events, [...attempts.values()]) ?? "");
  if (best !== undefined) best.isBest = true;
  return [...attempts.values()];
}

/** By solution: a run can have thousands. */
function executionsOf(events: readonly Event[]): Map<string, EventValue<"executed">[]> {
  const executions = new Map<string, EventValue<"executed">[]>();
  for (const { type, value } of events) {
    if (type !== "executed") continue;
    const known = executions.get(value.solution) ?? [];
    known.push(value);
    executions.set(value.solution, known);
  }
  return executions;
}

/** Attempts below the one they came from; those that came from nothing known stand at the top. */
export function attemptTree(attempts: readonly Attempt[]): AttemptNode[] {
  const nodes = new Map<string, AttemptNode>();
  const roots: AttemptNode[] = [];
  for (const attempt of attempts) {
    const node = { attempt, children: [] };
    // A parent has its verdict before its child has one, so nothing can come from itself.
    const parent = attempt.parent === null ? undefined : nodes.get(attempt.parent);
    (parent?.children ?? roots).push(node);
    nodes.set(attempt.id, node);
  }
  return roots;
}

/** Whether high or low scores are good in this run. */
export function directionOf(events: readonly Event[]): Direction {
  const started = events.find((event) => event.type === "run-started");
  return started?.value.competition.direction ?? "maximize";
}

/** The attempt below whose key another key stands: the one an effect was made for; null when for none alone. */
export function ownerOf<T>(attempts: ReadonlyMap<string, T>, key: string): T | null {
  let place = key;
  for (;;) {
    const owner = attempts.get(place);
    if (owner !== undefined) return owner;
    const cut = place.lastIndexOf("/");
    if (cut === -1) return null;
    place = place.slice(0, cut);
  }
}

function fromEvaluated({ value, elapsed }: Event<"evaluated">, direction: Direction): Attempt {
  const { solution: id, parent, origin, track, plan, commit, parentScore, evaluation } = value;
  const { status, score, interval, seconds, reason, fixes, leakage } = evaluation;
  const change = changeOf(score, parentScore, direction);
  const made = { id, parent, origin, track, plan, commit, parentScore, change };
  const found = { status, score, interval, seconds, reason, fixes, leakage };
  return { ...undecided, ...made, ...found, elapsed };
}

function fromBlended({ value, elapsed }: Event<"blended">): Attempt {
  const { solution: id, method, members, score, interval, commit } = value;
  const made = { id, origin: "blend", plan: method, members, score, interval, commit };
  return { ...undecided, ...made, status: "scored", elapsed };
}

const undecided = {
  parent: null,
  track: null,
  parentScore: null,
  change: null,
  verdict: null,
  gain: null,
  standardError: null,
  why: null,
  reason: null,
  leakage: null,
  fixes: 0,
  seconds: 0,
  modelCalls: 0,
  tokens: 0,
  usd: 0,
  gpu: null,
  audit: null,
  members: [],
  isBest: false,
};

function changeOf(
  score: number | null,
  was: number | null,
  direction: Direction,
): Attempt["change"] {
  if (score === null || was === null) return null;
  if (score === was) return "same";
  return score > was === (direction === "maximize") ? "better" : "worse";
}

function noteDecision(
  attempts: ReadonlyMap<string, Attempt>,
  { challenger, accepted, gain, standardError, why }: EventValue<"decided">,
): void {
  const attempt = attempts.get(challenger);
  if (attempt === undefined) return;
  attempt.verdict = accepted ? "accepted" : "rejected";
  attempt.gain = gain;
  attempt.standardError = standardError;
  attempt.why = why;
}

function charge(attempts: ReadonlyMap<string, Attempt>, event: Event<"answered">): void {
  const attempt = ownerOf(attempts, event.key);
  if (attempt === null) return;
  const { tokens, usd } = event.value;
  attempt.modelCalls += 1;
  attempt.tokens += allTokens(tokens);
  const unknown = attempt.usd === null || (usd === null && allTokens(tokens) > 0);
  attempt.usd = unknown ? null : (attempt.usd ?? 0) + (usd ?? 0);
}

/** A long execution counts for more than a short one. */
function gpuOf(executions: readonly EventValue<"executed">[]): Attempt["gpu"] {
  let [peakMb, busy, seconds] = [0, 0, 0];
  for (const { gpu, seconds: took } of executions) {
    if (gpu === null) continue;
    peakMb = Math.max(peakMb, gpu.peakMb);
    busy += gpu.utilization * took;
    seconds += took;
  }
  return seconds === 0 ? null : { peakMb, utilization: busy / seconds };
}

function auditOf(executions: readonly EventValue<"executed">[]): Attempt["audit"] {
  if (executions.length === 0) return null;
  const all = (kind: "processes" | "sockets" | "outside") =>
    [...new Set(executions.flatMap(({ audit }) => audit[kind]))].sort();
  return { processes: all("processes"), sockets: all("sockets"), outside: all("outside") };
}

/** What the run itself chose; while it has not, the best score. */
function bestSolution(events: readonly Event[], attempts: readonly Attempt[]): string | null {
  const ended = events.findLast((event) => event.type === "run-ended")?.value.solution;
  const opened = events.findLast((event) => event.type === "sealed-opened")?.value.chosen;
  return ended ?? opened ?? bestScored(attempts, directionOf(events))?.id ?? null;
}

/** Ablation variants are measurements, never candidates. */
function bestScored(attempts: readonly Attempt[], direction: Direction): Attempt | null {
  let best: Attempt | null = null;
  for (const attempt of attempts) {
    if (attempt.origin === "ablation" || attempt.score === null) continue;
    if (best === null || changeOf(attempt.score, best.score, direction) === "better")
      best = attempt;
  }
  return best;
}
