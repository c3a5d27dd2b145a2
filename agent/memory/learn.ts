import type { Event } from "../../runs/events/events.ts";
import { type Attempt, attemptsOf, ownerOf } from "../../runs/report/attempts.ts";
import type { Bank } from "./bank/bank.ts";
import type { UsedCall } from "./bank/uses.ts";
import type { Embedder } from "./embedding.ts";
import { learn, RERANKER, type Reranker, type Sample } from "./reranker.ts";

/** What a shown item is rewarded for: that it was cited, what the change that cited it gained, or the mean of both. */
export type RewardKind = "citation" | "gain" | "both";

/** Samples of a batch (paper: 4). */
const BATCH = 4;

/** The calls of a run that were shown items, with what they cited and what came of it. */
export function usedCalls(events: readonly Event[]): UsedCall[] {
  const attempts = new Map(attemptsOf(events).map((attempt) => [attempt.id, attempt]));
  const cited = new Map<string, string[]>();
  for (const { type, key, value } of events)
    if (type === "memory-cited") cited.set(key.replace(/\/cited$/u, ""), value.cited);
  return events.flatMap(({ type, key, value }) => {
    if (type !== "memory-shown" || value.shown.length === 0) return [];
    const place = key.replace(/\/memory$/u, "");
    const own = cited.get(place);
    // A call without a usable answer says nothing of what it was shown.
    if (own === undefined) return [];
    const considered = new Set(value.considered);
    const drawn = value.shown.map(({ id }) => id).filter((id) => considered.has(id));
    const { role, query } = value;
    const gain = gainOf(attempts, place, role);
    return [{ at: place, role, query, considered: value.considered, drawn, cited: own, gain }];
  });
}

/** What the attempt that a call was made for gained, in standard errors; a failure counts as a loss. */
function gainOf(
  attempts: ReadonlyMap<string, Attempt>,
  place: string,
  role: string,
): number | null {
  const at = ownerOf(attempts, place);
  if (at === null) return null;
  if (role === "debugger") {
    const repaired = [...attempts.values()].find(
      ({ id, parent }) => parent === at.id && /\/(?:fix|replacement)-\d+$/u.test(id),
    );
    return repaired === undefined ? null : repaired.score === null ? -1 : 1;
  }
  if (at.parent === null) return null;
  if (at.score === null) return -1;
  if (at.gain !== null && at.standardError !== null && at.standardError > 0)
    return at.gain / at.standardError;
  return at.change === null ? null : { better: 1, worse: -1, same: 0 }[at.change];
}

/** The rewards of the drawn items of a call, in their order, between -1 and 1; null: nothing is known. */
export function rewardsOf(call: UsedCall, kind: RewardKind): (number | null)[] {
  const gained = call.gain === null ? null : Math.tanh(call.gain);
  return call.drawn.map((id) => {
    const isCited = call.cited.includes(id);
    if (kind === "citation") return isCited ? 1 : -1;
    if (kind === "gain") return isCited ? gained : null;
    return !isCited ? -1 : gained === null ? 1 : (1 + gained) / 2;
  });
}

/** The reranker after it has learned from calls, batch by batch; items that are gone are left out. */
export async function learnFrom(
  bank: Bank,
  embedder: Embedder,
  calls: readonly UsedCall[],
  kind: RewardKind,
  signal: AbortSignal,
  start: Reranker = bank.reranker,
): Promise<Reranker> {
  const queries = await embedder.embed(
    calls.map(({ query }) => query),
    signal,
  );
  const samples = calls.flatMap((call, index) => {
    const query = queries[index];
    const sample = query === undefined ? null : sampleOf(bank, call, query, kind);
    return sample === null ? [] : [sample];
  });
  const settings = { ...RERANKER, baseline: kind === "gain" ? 0 : meanReward(samples) };
  let reranker = start;
  for (let at = 0; at < samples.length; at += BATCH)
    reranker = learn(reranker, samples.slice(at, at + BATCH), settings);
  return reranker;
}

/**
 * What citations are compared with: the mean reward of all that was shown. The paper's 0.5 suits items of which most are
 * cited; where few are, it takes the ranking away from whatever was shown, the cited ones' neighbors too. Of a measured
 * gain it is 0, since that is as often below as above it.
 */
function meanReward(samples: readonly Sample[]): number {
  const known = samples.flatMap(({ rewards }) => rewards.filter((reward) => reward !== null));
  return known.reduce((sum, reward) => sum + reward, 0) / Math.max(1, known.length);
}

function sampleOf(
  bank: Bank,
  call: UsedCall,
  query: Float32Array,
  kind: RewardKind,
): Sample | null {
  const rewards = rewardsOf(call, kind);
  const there = call.considered.flatMap((id) => {
    const vector = bank.vector(id);
    return vector === null ? [] : [{ id, vector }];
  });
  const drawn = call.drawn.flatMap((id, turn) => {
    const index = there.findIndex((each) => each.id === id);
    return index === -1 ? [] : [{ index, reward: rewards[turn] ?? null }];
  });
  if (drawn.every(({ reward }) => reward === null)) return null;
  return {
    query,
    items: there.map(({ vector }) => vector),
    order: drawn.map(({ index }) => index),
    rewards: drawn.map(({ reward }) => reward),
  };
}

/** How many items were shown and cited, how many of those led to a gain, and the mean gain of what cited any. */
export function usefulness(calls: readonly UsedCall[]) {
  let [shown, cited, useful] = [0, 0, 0];
  const gains: number[] = [];
  for (const call of calls) {
    shown += new Set([...call.drawn, ...call.cited]).size;
    cited += call.cited.length;
    if (call.gain !== null && call.gain > 0) useful += call.cited.length;
    if (call.gain !== null && call.cited.length > 0) gains.push(call.gain);
  }
  const gain =
    gains.length === 0 ? null : gains.reduce((sum, each) => sum + each, 0) / gains.length;
  return { shown, cited, useful, gain };
}
