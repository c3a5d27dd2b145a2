import { setTimeout as sleep } from "node:timers/promises";
import { Interrupted, LimitReached, ModelUnavailable } from "../../runs/errors.ts";
import type { PaidTry, Tokens } from "../../runs/events/events.ts";
import { costOf } from "../../runs/ledger.ts";
import type { Allowance, Reply, Request, Worst } from "./model.ts";

/** What one call is billed for. */
export type Bill = { model: string; tokens: Tokens; estimated: boolean; webSearches: number };

/** A whole message, in words that hold for every provider. */
export type Said<Turn> = {
  text: string;
  /** `cut`: at the length we allowed; `full`: no more fits; `paused`: the same turn is to be sent back. */
  ended: "end" | "cut" | "full" | "paused" | "refused";
  bill: Bill;
  requestId: string | null;
  /** Pages that the words cite, and those that a search only showed the model. */
  cited: Reply["sources"];
  found: Reply["sources"];
  /** The message as it came, to be sent back. */
  turn: Turn;
};

/** What to do about a call that brought no message. */
export type Verdict =
  /** A stall or a broken stream: ask again. */
  | { kind: "again"; why: string }
  /** The request itself was turned down: leave something out, if something optional is to blame. */
  | { kind: "turned-down"; why: string; said: string }
  /** Asking again will not help. */
  | { kind: "give-up"; why: string };

/** A call that brought no message; what had arrived was billed all the same. */
export type Failed = {
  verdict: Verdict;
  cause: unknown;
  bill: Bill | null;
  requestId: string | null;
};

/** Output tokens one call may use, and the turns it continues. */
export type Call<Turn> = { request: Request; turns: readonly Turn[]; room: number };

/** One provider's way of speaking. `features` is what its server was found to accept; it shrinks as it refuses. */
export interface Wire<Turn, Features> {
  readonly name: string;
  readonly place: string;
  readonly totalMs: number;
  /** Times a broken or stalled call is made. */
  readonly tries: number;
  features: Features;
  /** Learns of the server what it tells by itself, once. */
  prepare(stop: AbortSignal): Promise<void>;
  send(call: Call<Turn>, features: Features, stop: AbortSignal): Promise<Said<Turn> | Failed>;
  /** The features without what a refusal names, or without a guess; null: nothing optional is to blame. */
  without(call: Call<Turn>, features: Features, said: string): Features | null;
  /** The most output the model allows; null: not known. */
  mostOutput(): number | null;
  worst(call: Call<Turn>): Worst;
  price(bill: Bill): number | null;
  user(text: string): Turn;
  assistant(text: string): Turn;
}

/** One answer on its way: what was paid for it, and who may end it. */
type Asking = {
  signal: AbortSignal;
  deadline: AbortSignal;
  allow: Allowance;
  tries: PaidTry[];
};

const MAX_TURNS = 6;
const BACK_OFF_MS = 500;
const GO_ON =
  "Your answer was cut at the length limit. Go on exactly where it stopped, in the middle of the line if need be: repeat nothing, add no introduction, open no new fence.";

/** Asks until the answer is whole: broken calls again, paused turns on, cut answers continued or asked for with more room. */
export async function converse<Turn, Features>(
  wire: Wire<Turn, Features>,
  request: Request,
  signal: AbortSignal,
  allow: Allowance,
): Promise<Reply> {
  const began = performance.now();
  const deadline = AbortSignal.timeout(wire.totalMs);
  const asking: Asking = { signal, deadline, allow, tries: [] };
  await wire.prepare(AbortSignal.any([signal, deadline]));
  const cited: Reply["sources"] = [];
  const found: Reply["sources"] = [];
  let call: Call<Turn> = { request, turns: [], room: request.maxOutputTokens };
  let text = "";
  for (let turn = 1; ; turn++) {
    const said = await askTurn(wire, call, asking);
    cited.push(...said.cited);
    found.push(...said.found);
    const before = call.turns.length === 0 ? "" : text;
    text = said.ended === "refused" ? "" : joinCut(before, said.text);
    const next = turn < MAX_TURNS ? following(wire, call, said, text) : null;
    if (next !== null) {
      call = next;
      continue;
    }
    return {
      text,
      model: said.bill.model,
      stop: stopOf(said.ended),
      ...costOf(asking.tries),
      seconds: (performance.now() - began) / 1000,
      requestId: said.requestId,
      sources: onceEach(cited.length > 0 ? cited : found),
      handovers: [],
    };
  }
}

/** The call that completes an answer, or null: it is complete, or cannot be. */
function following<Turn, Features>(
  wire: Wire<Turn, Features>,
  call: Call<Turn>,
  said: Said<Turn>,
  text: string,
): Call<Turn> | null {
  if (said.ended === "paused") return { ...call, turns: [...call.turns, said.turn] };
  if (said.ended !== "cut") return null;
  // Data is asked for anew: half of it and the rest are seldom one. So is what was cut before its first word.
  if (call.request.schema === null && text.trim() !== "")
    return { ...call, turns: [wire.assistant(text), wire.user(GO_ON)] };
  const room = Math.min(2 * call.request.maxOutputTokens, wire.mostOutput() ?? Number.MAX_VALUE);
  return room > call.room ? { ...call, room, turns: [] } : null;
}

/** Most characters a continuation may repeat of what it continues. */
const MAX_REPEAT = 400;
/** A shorter repeat may be chance: `)\n` begins many lines. */
const MIN_REPEAT = 12;

/** A text that was cut and its continuation as one: without the words said twice and the fence opened anew. */
function joinCut(before: string, after: string): string {
  if (before === "") return after;
  const bare = isFenceOpen(before) ? after.replace(/^\s*```[\w+-]*[ \t]*\n/u, "") : after;
  const longest = Math.min(MAX_REPEAT, before.length, bare.length);
  for (let length = longest; length >= MIN_REPEAT; length--)
    if (before.endsWith(bare.slice(0, length))) return before + bare.slice(length);
  return before + bare;
}

function isFenceOpen(text: string): boolean {
  return (text.match(/^[ \t]*```/gmu) ?? []).length % 2 === 1;
}

/** One turn, asked for until it is whole. What broken calls cost goes on the bill. */
async function askTurn<Turn, Features>(
  wire: Wire<Turn, Features>,
  call: Call<Turn>,
  asking: Asking,
): Promise<Said<Turn>> {
  const { tries, deadline, signal } = asking;
  const stop = AbortSignal.any([signal, deadline]);
  let features = wire.features;
  let broken = 0;
  for (;;) {
    throwIfNoRoom(asking, wire.worst(call));
    const began = performance.now();
    const result = await wire.send(call, features, stop);
    const paid = (bill: Bill, outcome: PaidTry["outcome"], why: string | null) =>
      tries.push(paidTry(wire, bill, { outcome, why, began, requestId: result.requestId }));
    if ("text" in result) {
      paid(result.bill, outcomeOf(result.ended), null);
      // Only what led to an answer is remembered: a guess that did not help stays a guess.
      wire.features = features;
      return result;
    }
    const { verdict, bill, cause } = result;
    if (bill !== null) paid(bill, "broken", verdict.why);
    throwIfStopped(wire, asking);
    const without =
      verdict.kind === "turned-down" ? wire.without(call, features, verdict.said) : null;
    if (verdict.kind === "again" && ++broken < wire.tries) await backOff(broken, stop);
    else if (without === null) throw new ModelUnavailable(verdict.why, { cause, tries });
    else features = without;
  }
}

type Fate = Pick<PaidTry, "outcome" | "why" | "requestId"> & { began: number };

function paidTry(wire: Pick<Wire<never, never>, "price">, bill: Bill, fate: Fate): PaidTry {
  const { model, tokens, estimated } = bill;
  const { outcome, why, requestId, began } = fate;
  const seconds = (performance.now() - began) / 1000;
  return { model, outcome, why, tokens, estimated, usd: wire.price(bill), seconds, requestId };
}

function outcomeOf(ended: Said<unknown>["ended"]): PaidTry["outcome"] {
  if (ended === "refused") return "refused";
  return ended === "paused" || ended === "cut" ? "continued" : "answered";
}

function stopOf(ended: Said<unknown>["ended"]): Reply["stop"] {
  if (ended === "refused") return "refusal";
  return ended === "cut" || ended === "full" ? "max-tokens" : "end";
}

function onceEach(pages: Reply["sources"]): Reply["sources"] {
  const byUrl = new Map<string, { url: string; title: string }>();
  for (const page of pages) if (!byUrl.has(page.url)) byUrl.set(page.url, page);
  return [...byUrl.values()];
}

/** The first call was set aside by whoever asks; each further one needs leave of its own. */
function throwIfNoRoom({ allow, tries }: Asking, worst: Worst): void {
  if (tries.length === 0) return;
  const limit = allow(worst);
  if (limit !== null) throw new LimitReached(limit, { tries });
}

function throwIfStopped(
  { place, totalMs }: { place: string; totalMs: number },
  { signal, deadline, tries }: Asking,
): void {
  if (signal.aborted) throw new Interrupted("stopped while a model was asked", { tries });
  if (!deadline.aborted) return;
  throw new ModelUnavailable(
    `${place} gave no complete answer in ${totalMs / 1000} s: try again later, or ask for less effort`,
    { tries },
  );
}

async function backOff(attempt: number, stop: AbortSignal): Promise<void> {
  try {
    await sleep(BACK_OFF_MS * 2 ** (attempt - 1), undefined, { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** How long a model is waited for and how often it is asked, where nobody says otherwise. */
export const PATIENCE = { idleMs: 180_000, totalMs: 1_200_000, tries: 3, httpRetries: 8 };
