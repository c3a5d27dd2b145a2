import type { Event, PaidTry, Tokens } from "./events/events.ts";

/** What a run has used up, over all its sessions. */
export type Spent = {
  /** The run's own active wall clock. */
  seconds: number;
  executions: number;
  modelCalls: number;
  tokens: Tokens;
  /** Dollars of the calls whose price is known. */
  usd: number;
  /** Calls that used tokens at an unknown price. */
  unpricedCalls: number;
};

/** Hard limits of a run; null is no limit. */
export type Limits = {
  seconds: number | null;
  usd: number | null;
  tokens: number | null;
  executions: number | null;
};

/** What an effect may use up, at worst. `usd` null: the price is unknown. */
export type Need = { seconds: number; usd: number | null; tokens: number; executions: number };

/** A limit that an effect would pass, by name; `unknown-price` where dollars are limited and cannot be counted. */
export type LimitName = keyof Limits | "unknown-price";

/** Budget set aside for one effect in flight. */
export type Reservation = {
  release(): void;
  /** Sets more aside for the same effect, or names the limit that would be passed. */
  more(need: Need): LimitName | null;
};

/** The hard limits of a run, held also while many effects are in flight. */
export interface Ledger {
  spent(): Spent;
  /** Sets aside what an effect may use, or names the limit it would pass. Release once its events are recorded. */
  reserve(need: Need): Reservation | LimitName;
  /** The same for what may use all there is: the run that makes the first submission. */
  reserveOfAll(need: Need): Reservation | LimitName;
  /** What the search has left; infinite where there is no limit. */
  left(): { seconds: number; executions: number };
  /** Search is over: what was kept for finalizing may be used from here on. */
  beginFinalizing(): void;
}

const NOTHING: Need = { seconds: 0, usd: 0, tokens: 0, executions: 0 };

/** Counts events as they stand in the journal: a call that was paid for twice is counted twice. */
export function spentOn(events: readonly Event[]): Spent {
  const spent = nothingSpent();
  for (const event of events) count(spent, event);
  return spent;
}

/** All tokens, whatever their kind. */
export function allTokens(tokens: Spent["tokens"]): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.output;
}

export function noTokens(): Tokens {
  return { input: 0, cacheRead: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, thinking: null };
}

/** Kind by kind; thinking is known where a provider reports it. */
export function addTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheWriteHour: a.cacheWriteHour + b.cacheWriteHour,
    output: a.output + b.output,
    thinking:
      a.thinking === null && b.thinking === null ? null : (a.thinking ?? 0) + (b.thinking ?? 0),
  };
}

/** Dollars together; unknown when one of them is. */
export function addUsd(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** What some calls of models came to together. */
export function costOf(tries: readonly PaidTry[]) {
  return {
    tokens: tries.map(({ tokens }) => tokens).reduce(addTokens, noTokens()),
    usd: tries.map(({ usd }) => usd).reduce(addUsd, 0),
    seconds: tries.reduce((sum, { seconds }) => sum + seconds, 0),
    estimated: tries.some(({ estimated }) => estimated),
    tries: [...tries],
  };
}

/** A call of which nobody can tell any more what it cost: booked at the most it can have come to. */
export function worstTry(model: string, worst: Pick<Need, "tokens" | "usd">, why: string): PaidTry {
  return {
    model,
    outcome: "broken",
    why,
    tokens: { ...noTokens(), input: worst.tokens },
    usd: worst.usd,
    estimated: true,
    seconds: 0,
    requestId: null,
  };
}

/** The limit that would be passed if the effect used all it may while others are in flight; null when none would. */
export function wouldPass(
  limits: Limits,
  spent: Spent,
  need: Need,
  inFlight: readonly Need[],
): LimitName | null {
  if (limits.seconds !== null && spent.seconds + need.seconds > limits.seconds) return "seconds";
  const held = total(inFlight);
  const over = (limit: number | null, used: number, more: number) =>
    limit !== null && more > 0 && used + more > limit;
  if (over(limits.executions, spent.executions + held.executions, need.executions))
    return "executions";
  if (over(limits.tokens, allTokens(spent.tokens) + held.tokens, need.tokens)) return "tokens";
  const uncountable = need.usd === null || (need.usd > 0 && spent.unpricedCalls > 0);
  if (limits.usd !== null && uncountable) return "unknown-price";
  return over(limits.usd, spent.usd + (held.usd ?? 0), need.usd ?? 0) ? "usd" : null;
}

/** A ledger over a journal; `kept` is what search may not touch, so that the run can always finalize. */
export function createLedger(
  journal: { readonly events: readonly Event[]; elapsed(): number },
  limits: Limits,
  kept: Need,
): Ledger {
  const spent = nothingSpent();
  const inFlight = new Set<Need>();
  let counted = 0;
  let reserve = kept;
  const now = (): Spent => {
    for (; counted < journal.events.length; counted++) {
      const event = journal.events[counted];
      if (event !== undefined) count(spent, event);
    }
    return { ...spent, tokens: { ...spent.tokens }, seconds: journal.elapsed() };
  };
  const take = (need: Need, kept: () => Need): Reservation | LimitName => {
    const passedBy = (more: Need) => wouldPass(lowered(limits, kept()), now(), more, [...inFlight]);
    const limit = passedBy(need);
    if (limit !== null) return limit;
    const held = { ...need };
    inFlight.add(held);
    return {
      release: () => inFlight.delete(held),
      more(further) {
        const passed = passedBy(further);
        if (passed !== null) return passed;
        held.usd = (held.usd ?? 0) + (further.usd ?? 0);
        held.tokens += further.tokens;
        held.executions += further.executions;
        return null;
      },
    };
  };
  return {
    spent: now,
    reserve: (need) => take(need, () => reserve),
    reserveOfAll: (need) => take(need, () => NOTHING),
    left() {
      const { seconds, executions } = lowered(limits, reserve);
      const spent = now();
      return {
        seconds: seconds === null ? Number.POSITIVE_INFINITY : seconds - spent.seconds,
        executions: executions === null ? Number.POSITIVE_INFINITY : executions - spent.executions,
      };
    },
    beginFinalizing() {
      reserve = NOTHING;
    },
  };
}

function lowered(limits: Limits, kept: Need): Limits {
  const less = (limit: number | null, by: number) => (limit === null ? null : limit - by);
  return {
    seconds: less(limits.seconds, kept.seconds),
    usd: less(limits.usd, kept.usd ?? 0),
    tokens: less(limits.tokens, kept.tokens),
    executions: less(limits.executions, kept.executions),
  };
}

/** Wall clock is not summed: effects in flight run side by side. */
function total(needs: readonly Need[]): Need {
  const sum = { ...NOTHING, usd: 0 };
  for (const need of needs) {
    sum.usd += need.usd ?? 0;
    sum.tokens += need.tokens;
    sum.executions += need.executions;
  }
  return sum;
}

function nothingSpent(): Spent {
  return {
    seconds: 0,
    executions: 0,
    modelCalls: 0,
    tokens: noTokens(),
    usd: 0,
    unpricedCalls: 0,
  };
}

function count(spent: Spent, event: Event): void {
  spent.seconds = Math.max(spent.seconds, event.elapsed);
  if (event.type === "executed" || event.type === "probed") spent.executions += 1;
  if (event.type === "searched") spent.usd += event.value.usd;
  if (event.type !== "answered" && event.type !== "unanswered") return;
  const { tokens, usd, tries } = event.value;
  // What nobody answered and nobody billed is no call.
  if (event.type === "unanswered" && tries.length + allTokens(tokens) === 0) return;
  spent.modelCalls += 1;
  spent.tokens = addTokens(spent.tokens, tokens);
  if (usd === null && allTokens(tokens) > 0) spent.unpricedCalls += 1;
  spent.usd += usd ?? 0;
}
