import { setTimeout as sleep } from "node:timers/promises";
import { LimitReached, ModelUnavailable, stoppedBy } from "../../runs/errors.ts";
import type { PaidTry, Tokens } from "../../runs/events/events.ts";
import type { ModelTurn, ToolCall } from "../../runs/events/tools.ts";
import { costOf, worstTry } from "../../runs/ledger.ts";
import { isTooLong } from "./failure.ts";
import type { Allowance, CostBound, Reply, Request } from "./model.ts";

/** What one call is billed for. */
export type Bill = { model: string; tokens: Tokens; estimated: boolean; webSearches: number };

/** One complete message, in a form common to all providers. */
export type TurnResult<Turn> = {
  text: string;
  /** `cut`: at the output limit we set; `full`: the context is full; `paused`: send the same turn back to continue. */
  ended: "end" | "cut" | "full" | "paused" | "refused";
  bill: Bill;
  requestId: string | null;
  /** Pages that the text cites, and those that a search showed the model. */
  cited: Reply["sources"];
  found: Reply["sources"];
  /** The message as it came, to be sent back. */
  turn: Turn;
  /** Tools that it calls, and whether they stand in its text. */
  calls: readonly ToolCall[];
  areInText: boolean;
};

/** A turn that went on past the output that was asked for: cut there, and billed for all of it. */
export function tooLong<Turn>(turn: TurnResult<Turn>, outputTokens: number): TurnResult<Turn> {
  const { tokens } = turn.bill;
  const output = Math.max(tokens.output, outputTokens);
  return {
    ...turn,
    ended: "cut",
    bill: { ...turn.bill, estimated: true, tokens: { ...tokens, output } },
  };
}

/** What to do about a call that brought no message. */
export type Verdict =
  /** A stall or a broken stream: send the call again. */
  | { kind: "retry"; why: string }
  /** The server rejects the request: leave out the optional part that it names. `message` is the server's own. */
  | { kind: "rejected"; why: string; message: string }
  /** A retry will not help. */
  | { kind: "give-up"; why: string };

/** A call that brought no message; what had arrived was billed all the same. */
export type FailedTurn = {
  verdict: Verdict;
  cause: unknown;
  bill: Bill | null;
  requestId: string | null;
  /** Whether the server may still be at work on it: what it will bill nobody can tell. */
  inFlight: boolean;
};

/** Output tokens one call may use, and the turns it continues. */
export type Call<Turn> = { request: Request; turns: readonly Turn[]; room: number };

/** One provider's protocol. `features` is what its server accepts as far as we know; it shrinks with each rejection. */
export interface Wire<Turn, Features> {
  readonly name: string;
  /** Whose form of a message this is: one of another model is not sent to it. */
  readonly protocol: string;
  readonly endpoint: string;
  readonly totalMs: number;
  /** Times a broken or stalled call is made. */
  readonly tries: number;
  features: Features;
  /** Asks the server once what it supports. */
  prepare(stop: AbortSignal): Promise<void>;
  send(
    call: Call<Turn>,
    features: Features,
    stop: AbortSignal,
  ): Promise<TurnResult<Turn> | FailedTurn>;
  /** The features without the one that a rejection names, else without the likeliest; null: nothing optional is left. */
  without(call: Call<Turn>, features: Features, message: string): Features | null;
  /** Largest output limit the server accepts, in tokens; null: unknown. */
  maxOutput(): number | null;
  costBound(call: Call<Turn>): CostBound;
  price(bill: Bill): number | null;
  user(text: string): Turn;
  assistant(text: string): Turn;
}

/** The state of one `ask`: what was paid so far, and what may end it. */
type AskState = {
  signal: AbortSignal;
  deadline: AbortSignal;
  allow: Allowance;
  tries: PaidTry[];
};

const MAX_TURNS = 6;
const BACK_OFF_MS = 500;
const CONTINUE_PROMPT =
  "Your answer was cut at the length limit. Go on exactly where it stopped, in the middle of the line if need be: repeat nothing, add no introduction, open no new fence.";

/**
 * Asks until the answer is complete: retries broken calls, resumes paused turns, and continues cut answers or asks
 * for them again with a higher output limit. Throws `ModelUnavailable`, `LimitReached` or `Interrupted`.
 */
export async function converse<Turn, Features>(
  wire: Wire<Turn, Features>,
  request: Request,
  signal: AbortSignal,
  allow: Allowance,
): Promise<Reply> {
  const began = performance.now();
  const deadline = AbortSignal.timeout(wire.totalMs);
  const state: AskState = { signal, deadline, allow, tries: [] };
  await wire.prepare(AbortSignal.any([signal, deadline]));
  const cited: Reply["sources"] = [];
  const found: Reply["sources"] = [];
  let call: Call<Turn> = { request, turns: [], room: request.maxOutputTokens };
  let text = "";
  let last: TurnResult<Turn> | null = null;
  for (let turn = 1; ; turn++) {
    const result: TurnResult<Turn> = await askTurn(wire, call, state).catch(filledBy(last));
    last = result;
    cited.push(...result.cited);
    found.push(...result.found);
    const before = call.turns.length === 0 ? "" : text;
    text = result.ended === "refused" ? "" : joinCut(before, result.text);
    const next = turn < MAX_TURNS ? nextCall(wire, call, result, text) : null;
    if (next !== null) {
      call = next;
      continue;
    }
    return {
      text,
      model: result.bill.model,
      stop: stopOf(result.ended),
      ...costOf(state.tries),
      seconds: (performance.now() - began) / 1000,
      requestId: result.requestId,
      sources: uniqueByUrl(cited.length > 0 ? cited : found),
      handovers: [],
      cut: null,
      turn: request.conversation === null ? null : turnOf(wire.protocol, result, text),
    };
  }
}

/** What to do where a turn fails: an answer whose continuation is too long for the context has filled it, and ends as it is. */
function filledBy<Turn>(last: TurnResult<Turn> | null): (error: unknown) => TurnResult<Turn> {
  return (error) => {
    const isFull = error instanceof ModelUnavailable && isTooLong(error.message);
    if (last === null || last.ended !== "cut" || !isFull) throw error;
    return { ...last, text: "", ended: "full", cited: [], found: [] };
  };
}

/** A turn of a conversation: calls of a cut one may lack their end, so that only its text is kept. */
function turnOf<Turn>(
  protocol: string,
  { ended, calls, areInText, turn }: TurnResult<Turn>,
  text: string,
): ModelTurn {
  if (ended !== "end") return { text, calls: [], raw: null };
  return { text, calls: [...calls], raw: areInText ? null : { protocol, message: turn } };
}

/** The call that continues an answer; null: it is complete, or no further call helps. */
function nextCall<Turn, Features>(
  wire: Wire<Turn, Features>,
  call: Call<Turn>,
  result: TurnResult<Turn>,
  text: string,
): Call<Turn> | null {
  if (result.ended === "paused") return { ...call, turns: [...call.turns, result.turn] };
  if (result.ended !== "cut") return null;
  // JSON and calls are asked for again, since two halves seldom fit together; so is an answer cut before its first word.
  const { schema, conversation } = call.request;
  if (schema === null && conversation === null && text.trim() !== "")
    return { ...call, turns: [wire.assistant(text), wire.user(CONTINUE_PROMPT)] };
  const room = Math.min(2 * call.request.maxOutputTokens, wire.maxOutput() ?? Number.MAX_VALUE);
  return room > call.room ? { ...call, room, turns: [] } : null;
}

/** Most characters that a continuation repeats of the text before it. */
const MAX_REPEAT = 400;
/** A shorter repeat may be a coincidence: many lines begin with `)\n`. */
const MIN_REPEAT = 12;

/** Joins a cut text and its continuation, without repeated characters and without a second opening fence. */
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

/** One turn, retried until it is complete. Broken calls are billed too. */
async function askTurn<Turn, Features>(
  wire: Wire<Turn, Features>,
  call: Call<Turn>,
  state: AskState,
): Promise<TurnResult<Turn>> {
  const { tries, deadline, signal } = state;
  const stop = AbortSignal.any([signal, deadline]);
  let features = wire.features;
  let broken = 0;
  for (;;) {
    const bound = wire.costBound(call);
    await throwIfOverBudget(state, bound, wire.name);
    const began = performance.now();
    const result = await wire.send(call, features, stop);
    if ("text" in result) {
      const end = { outcome: outcomeOf(result.ended), why: null, began };
      tries.push(paidTry(wire, result.bill, { ...end, requestId: result.requestId }));
      // Only features that led to an answer are kept: a wrong guess must not switch off what works.
      wire.features = features;
      return result;
    }
    const { verdict, cause } = result;
    tries.push(...brokenTries(wire, result, { bound, began, isStopped: stop.aborted }));
    throwIfStopped(wire, state);
    const without =
      verdict.kind === "rejected" ? wire.without(call, features, verdict.message) : null;
    if (verdict.kind === "retry" && ++broken < wire.tries) await backOff(broken, stop);
    else if (without === null) throw new ModelUnavailable(verdict.why, { cause, tries });
    else features = without;
  }
}

/** What a broken call is booked at: what had arrived, or its worst case where we left a server at work. */
function brokenTries<Turn, Features>(
  wire: Wire<Turn, Features>,
  { verdict, bill, requestId, inFlight }: FailedTurn,
  { bound, began, isStopped }: { bound: CostBound; began: number; isStopped: boolean },
): PaidTry[] {
  if (bill !== null)
    return [paidTry(wire, bill, { outcome: "broken", why: verdict.why, began, requestId })];
  const why = "stopped before an answer: booked at its worst case";
  return isStopped && inFlight ? [worstTry(wire.name, bound, why)] : [];
}

type TryEnd = Pick<PaidTry, "outcome" | "why" | "requestId"> & { began: number };

function paidTry(wire: { price(bill: Bill): number | null }, bill: Bill, end: TryEnd): PaidTry {
  const { model, tokens, estimated } = bill;
  const { outcome, why, requestId, began } = end;
  const seconds = (performance.now() - began) / 1000;
  return { model, outcome, why, tokens, estimated, usd: wire.price(bill), seconds, requestId };
}

function outcomeOf(ended: TurnResult<unknown>["ended"]): PaidTry["outcome"] {
  if (ended === "refused") return "refused";
  return ended === "paused" || ended === "cut" ? "continued" : "answered";
}

function stopOf(ended: TurnResult<unknown>["ended"]): Reply["stop"] {
  if (ended === "refused") return "refusal";
  return ended === "cut" || ended === "full" ? "max-tokens" : "end";
}

function uniqueByUrl(pages: Reply["sources"]): Reply["sources"] {
  const byUrl = new Map<string, { url: string; title: string }>();
  for (const page of pages) if (!byUrl.has(page.url)) byUrl.set(page.url, page);
  return [...byUrl.values()];
}

async function throwIfOverBudget(
  { allow, tries, signal }: AskState,
  bound: CostBound,
  model: string,
): Promise<void> {
  if (signal.aborted) throw stoppedBy(signal, "stopped before a model was asked", tries);
  const limit = await allow(bound, model);
  if (limit !== null) throw new LimitReached(limit, { tries });
}

function throwIfStopped(
  { endpoint, totalMs }: { endpoint: string; totalMs: number },
  { signal, deadline, tries }: AskState,
): void {
  if (signal.aborted) throw stoppedBy(signal, "stopped while waiting for a model", tries);
  if (!deadline.aborted) return;
  throw new ModelUnavailable(
    `${endpoint} gave no complete answer in ${totalMs / 1000} s: try again later, or lower the effort`,
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

/** Default time limits (ms of silence, ms in all) and numbers of tries of a model call. */
export const CALL_DEFAULTS = { idleMs: 180_000, totalMs: 1_200_000, tries: 3, httpRetries: 8 };
