import type { Event, PaidTry, Tokens } from "../events/events.ts";
import { addTokens, addUsd, noTokens } from "../ledger.ts";
import { type Phase, phaseOf, phases } from "../phases.ts";
import { attemptsOf } from "./attempts.ts";

/** One call of a model that was paid for, and what it was for. */
export type PaidCall = {
  at: string;
  role: string;
  phase: Phase;
  model: string;
  outcome: PaidTry["outcome"];
  tokens: Tokens;
  /** Null when the price is unknown. */
  usd: number | null;
  estimated: boolean;
  seconds: number;
  requestId: string | null;
};

/** What some of the calls came to together. */
export type CostRow = {
  name: string;
  calls: number;
  tokens: Tokens;
  usd: number | null;
  seconds: number;
  /** Share of the input tokens that a cache served; null where there was no input. */
  cacheHits: number | null;
};

/** A phase, with the improvements that were accepted in it. */
export type PhaseCost = CostRow & { accepted: number; usdPerAccepted: number | null };

/** What a run cost, folded from its journal. */
export type Cost = {
  total: PhaseCost;
  byPhase: PhaseCost[];
  byRole: CostRow[];
  byModel: CostRow[];
  calls: PaidCall[];
};

/** Folds what every call of a run cost: by phase, by role, by model, and by accepted improvement. */
export function costOfRun(events: readonly Event[]): Cost {
  const calls = events.flatMap(callsOf);
  const accepted = acceptedOf(events);
  const byPhase = phases
    .map((phase) => {
      const own = calls.filter((call) => call.phase === phase);
      const count = accepted.filter((id) => phaseOf(id) === phase).length;
      return perAccepted(rowOf(phase, own), count);
    })
    .filter((row) => row.calls > 0 || row.accepted > 0);
  return {
    total: perAccepted(rowOf("all", calls), accepted.length),
    byPhase,
    byRole: grouped(calls, (call) => call.role),
    byModel: grouped(calls, (call) => call.model),
    calls,
  };
}

/** Changes that were taken into a solution because they are better. */
function acceptedOf(events: readonly Event[]): string[] {
  return attemptsOf(events).flatMap(({ id, verdict, gain }) =>
    verdict === "accepted" && gain !== null && gain > 0 ? [id] : [],
  );
}

function callsOf(event: Event): PaidCall[] {
  if (event.type !== "answered" && event.type !== "unanswered") return [];
  const { key: at, value } = event;
  const place = { at, role: value.role, phase: phaseOf(at) };
  if (event.type === "unanswered" || value.tries.length > 0)
    return value.tries.map(({ why: _, ...paid }) => ({ ...place, ...paid }));
  // Nobody was paid: the playbook answered, or an earlier run.
  const { tokens, usd, seconds, model, stop, estimated, requestId } = event.value;
  const outcome = stop === "refusal" ? "refused" : "answered";
  return [{ ...place, tokens, usd, seconds, model, outcome, estimated, requestId }];
}

/** The dearest first, then the most called. */
function grouped(calls: readonly PaidCall[], nameOf: (call: PaidCall) => string): CostRow[] {
  const names = [...new Set(calls.map(nameOf))];
  const rows = names.map((name) =>
    rowOf(
      name,
      calls.filter((call) => nameOf(call) === name),
    ),
  );
  return rows.sort((a, b) => (b.usd ?? 0) - (a.usd ?? 0) || b.calls - a.calls);
}

function rowOf(name: string, calls: readonly PaidCall[]): CostRow {
  const tokens = calls.map((call) => call.tokens).reduce(addTokens, noTokens());
  const input = tokens.input + tokens.cacheRead + tokens.cacheWrite;
  return {
    name,
    calls: calls.length,
    tokens,
    usd: calls.map(({ usd }) => usd).reduce(addUsd, 0),
    seconds: calls.reduce((sum, { seconds }) => sum + seconds, 0),
    cacheHits: input === 0 ? null : tokens.cacheRead / input,
  };
}

function perAccepted(row: CostRow, accepted: number): PhaseCost {
  const usdPerAccepted = row.usd === null || accepted === 0 ? null : row.usd / accepted;
  return { ...row, accepted, usdPerAccepted };
}
