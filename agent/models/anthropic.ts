import { setTimeout as sleep } from "node:timers/promises";
import { type Anthropic, APIConnectionError } from "@anthropic-ai/sdk";
import { ConfigInvalid, Interrupted, LimitReached, ModelUnavailable } from "../../runs/errors.ts";
import type { PaidTry } from "../../runs/events.ts";
import { costOf } from "../../runs/ledger.ts";
import { judgeFailure } from "./anthropic-failure.ts";
import { chargeOf, sourcesOf, stopOf, textOf } from "./anthropic-reply.ts";
import {
  allFeatures,
  type Effort,
  type Features,
  MAX_SEARCHES,
  messageParams,
  withoutBlamed,
} from "./anthropic-request.ts";
import { type Broken, type Connection, type Streamed, streamOnce } from "./anthropic-stream.ts";
import type { Allowance, Model, Reply, Request } from "./model.ts";
import { type PriceTable, priceOf, readPrices, worstPrice } from "./pricing.ts";

/** Where an Anthropic model is found and how long to wait for it; what is left out has a default. */
export type AnthropicOptions = {
  name: string;
  apiKey: string;
  baseUrl: string | null;
  /** Ceiling over what single requests ask for. */
  maxOutputTokens: number;
  /** A price table of the user's own, or null. */
  prices: string | null;
  effort?: Effort;
  idleMs?: number;
  totalMs?: number;
  /** Times a broken or stalled stream is asked for. */
  tries?: number;
  httpRetries?: number;
};

/** Bytes per token at the least: code, digits and foreign scripts run short. */
const BYTES_PER_TOKEN = 2.5;
/** Around every prompt: roles, schema, tool descriptions. */
const OVERHEAD_TOKENS = 1000;
/** What one web search may add to the input. */
const TOKENS_PER_SEARCH = 15_000;
const MAX_TURNS = 6;
const BACK_OFF_MS = 500;

type Session = {
  name: string;
  connection: Connection;
  tries: number;
  prices: PriceTable;
  /** Shared by all calls: what one learns of the server the others need not learn again. */
  features: Features;
  /** The last call found nobody: the next ones knock once, so that a dead network costs its wait once. */
  isUnreachable: boolean;
};

/** A model behind the Messages API, Anthropic's own or any server that speaks it (design §6). */
export function anthropicModel(options: AnthropicOptions): Model {
  if (options.baseUrl !== null && !/^https?:\/\//u.test(options.baseUrl)) {
    throw new ConfigInvalid(
      `ANTHROPIC_BASE_URL: expected http:// or https://, got "${options.baseUrl}"`,
    );
  }
  const session: Session = {
    name: options.name,
    connection: {
      apiKey: options.apiKey,
      baseUrl: options.baseUrl,
      idleMs: options.idleMs ?? 180_000,
      totalMs: options.totalMs ?? 1_200_000,
      httpRetries: options.httpRetries ?? 8,
    },
    tries: options.tries ?? 3,
    prices: readPrices(options.prices),
    features: allFeatures(options.effort ?? null, options.maxOutputTokens),
    isUnreachable: false,
  };
  return {
    name: options.name,
    ask: (request, signal, allow = () => null) => ask(session, request, signal, allow),
    worstCase: (request) => worstCase(session, request),
  };
}

type Stops = { signal: AbortSignal; deadline: AbortSignal };

/** One answer on its way: what was paid for it, and who may end it. */
type Asking = { request: Request; stops: Stops; allow: Allowance; tries: PaidTry[] };

async function ask(
  session: Session,
  request: Request,
  signal: AbortSignal,
  allow: Allowance,
): Promise<Reply> {
  const began = performance.now();
  const deadline = AbortSignal.timeout(session.connection.totalMs);
  const asking: Asking = { request, allow, stops: { signal, deadline }, tries: [] };
  const turns: Anthropic.MessageParam[] = [{ role: "user", content: request.prompt }];
  const said: Streamed[] = [];
  let last: Streamed;
  do {
    last = await askTurn(session, asking, turns);
    said.push(last);
    // A pause is continued by sending the turn back as it came.
    turns.push({ role: "assistant", content: last.message.content });
  } while (last.message.stop_reason === "pause_turn" && said.length < MAX_TURNS);
  const messages = said.map(({ message }) => message);
  const stop = stopOf(last.message);
  return {
    text: stop === "refusal" ? "" : messages.map(textOf).join(""),
    model: last.message.model || session.name,
    stop,
    ...costOf(asking.tries),
    seconds: (performance.now() - began) / 1000,
    requestId: last.requestId,
    sources: sourcesOf(messages),
    handovers: [],
  };
}

/** One turn, asked for until it is whole. What broken attempts cost goes on the bill. */
async function askTurn(
  session: Session,
  asking: Asking,
  turns: Anthropic.MessageParam[],
): Promise<Streamed> {
  const { connection, name } = session;
  const { request, stops, tries } = asking;
  const stop = AbortSignal.any([stops.signal, stops.deadline]);
  let features = session.features;
  let broken = 0;
  for (;;) {
    throwIfNoRoom(session, asking);
    const began = performance.now();
    const result = await send(session, messageParams(request, name, turns, features), stop);
    const seconds = (performance.now() - began) / 1000;
    if ("message" in result) {
      tries.push(paid(session, result.message, result.requestId, null, seconds));
      // Only what led to an answer is remembered: a guess that did not help stays a guess.
      session.features = features;
      return result;
    }
    const verdict = judgeFailure(result, name, connection);
    if (result.billed !== null)
      tries.push(paid(session, result.billed, result.requestId, verdict.why, seconds));
    throwIfStopped(session, asking);
    const without =
      verdict.kind === "turned-down" ? withoutBlamed(request, features, verdict.why) : null;
    if (verdict.kind === "again" && ++broken < session.tries) await backOff(broken, stop);
    else if (without === null)
      throw new ModelUnavailable(verdict.why, { cause: result.error, tries });
    else features = without;
  }
}

/** The first call was set aside by whoever asks; each further one needs leave of its own. */
function throwIfNoRoom(session: Session, { request, allow, tries }: Asking): void {
  if (tries.length === 0) return;
  const limit = allow(worstCase(session, request));
  if (limit !== null) throw new LimitReached(limit, { tries });
}

/** A call as the ledger counts it; `broken` says why nothing came of it. */
function paid(
  session: Session,
  message: Anthropic.Message,
  requestId: string | null,
  broken: string | null,
  seconds: number,
): PaidTry {
  const { model, tokens, webSearches } = chargeOf(message);
  const stop = stopOf(message);
  const name = model || session.name;
  // Prices the model that answered, else the one that was asked for.
  const usd =
    priceOf(name, tokens, session.prices, webSearches) ??
    priceOf(session.name, tokens, session.prices, webSearches);
  const outcome =
    broken !== null
      ? "broken"
      : stop === "refusal"
        ? "refused"
        : message.stop_reason === "pause_turn"
          ? "continued"
          : "answered";
  return { model: name, outcome, why: broken, tokens, usd, estimated: false, seconds, requestId };
}

/** Sends one call, and remembers whether anybody was there. */
async function send(
  session: Session,
  params: Anthropic.MessageStreamParams,
  stop: AbortSignal,
): Promise<Streamed | Broken> {
  const { connection, isUnreachable } = session;
  const patience = isUnreachable ? { ...connection, httpRetries: 0 } : connection;
  const result = await streamOnce(patience, params, stop);
  session.isUnreachable = "error" in result && result.error instanceof APIConnectionError;
  return result;
}

function throwIfStopped({ connection }: Session, { stops, tries }: Asking): void {
  if (stops.signal.aborted) throw new Interrupted("stopped while a model was asked", { tries });
  if (stops.deadline.aborted) {
    const place = connection.baseUrl ?? "the Anthropic API";
    throw new ModelUnavailable(
      `${place} gave no complete answer in ${connection.totalMs / 1000} s: try again later, or ask for less effort`,
      { tries },
    );
  }
}

async function backOff(attempt: number, stop: AbortSignal): Promise<void> {
  try {
    await sleep(BACK_OFF_MS * 2 ** (attempt - 1), undefined, { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

function worstCase(session: Session, request: Request): ReturnType<Model["worstCase"]> {
  const bytes =
    Buffer.byteLength(request.brief.text) +
    Buffer.byteLength(request.prompt) +
    Buffer.byteLength(request.schema === null ? "" : JSON.stringify(request.schema));
  const searches = request.webSearch ? MAX_SEARCHES : 0;
  const input = Math.ceil(bytes / BYTES_PER_TOKEN) + OVERHEAD_TOKENS + searches * TOKENS_PER_SEARCH;
  const output = Math.min(request.maxOutputTokens, session.features.maxTokens);
  return {
    tokens: input + output,
    usd: worstPrice(session.name, input, output, session.prices, searches),
  };
}
