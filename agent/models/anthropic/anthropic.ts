import { APIConnectionError } from "@anthropic-ai/sdk";
import { sha256 } from "../../../runs/sha256.ts";
import { readAddress } from "../address.ts";
import {
  type Bill,
  CALL_DEFAULTS,
  type Call,
  converse,
  type FailedTurn,
  type TurnResult,
  tooLong,
  type Wire,
} from "../conversation.ts";
import { classifyFailure, type Endpoint } from "../failure.ts";
import { createLimiter, type Limiter } from "../limiter.ts";
import { allowAll, type Capabilities, type CostBound, type ReportingModel } from "../model.ts";
import { maxPrice, maxTokensOf, type PriceTable, priceOf, readPrices } from "../pricing.ts";
import { conversationText, isInText, pictureTokens } from "../tool-text.ts";
import { createWarmPrefixes, type WarmPrefixes } from "../warm-prefixes.ts";
import { withoutRejected } from "./refusals.ts";
import { billOf, blankMessage, turnResultOf } from "./reply.ts";
import {
  allFeatures,
  type Features,
  knownFeatures,
  MAX_FETCHES,
  MAX_SEARCHES,
  messageParams,
  outputFormat,
  protocolOf,
  TOKENS_PER_PAGE,
  type Turn,
} from "./request.ts";
import {
  type Broken,
  type Connection,
  failureOf,
  retrieveModel,
  type Streamed,
  streamOnce,
} from "./stream.ts";

/** Where an Anthropic model is found and how long to wait for it; omitted options have defaults. */
export type AnthropicOptions = {
  name: string;
  apiKey: string;
  baseUrl: string | null;
  /** A price table of the user's own, or null. */
  prices: string | PriceTable | null;
  /** Shared by all models behind one key and endpoint. */
  limiter?: Limiter;
  warm?: WarmPrefixes;
  /** Lifetime of the brief in the provider's cache: an hour where scripts may run for minutes. */
  cache?: "1h" | "5m";
  idleMs?: number;
  totalMs?: number;
  /** Times a call is sent when its stream breaks or stalls. */
  tries?: number;
  httpRetries?: number;
};

/** Around every prompt: roles, schema, tool descriptions. */
const OVERHEAD_TOKENS = 1000;
/** What one web search may add to the input. */
const TOKENS_PER_SEARCH = 15_000;
const KEPT_MS = { "1h": 3_500_000, "5m": 280_000 };

/** A model behind the Messages API, Anthropic's own or any server that speaks it. */
export function anthropicModel(options: AnthropicOptions): ReportingModel {
  const wire = new MessagesWire(options);
  return {
    name: options.name,
    ask: (request, signal, allow = allowAll) => converse(wire, request, signal, allow),
    capabilities: () => wire.capabilities(),
    worstCase: (request) => wire.costBound({ request, turns: [], room: request.maxOutputTokens }),
  };
}

class MessagesWire implements Wire<Turn, Features> {
  readonly name: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly totalMs: number;
  readonly tries: number;
  features: Features;
  readonly #connection: Connection;
  readonly #prices: PriceTable;
  readonly #endpoint: Endpoint;
  readonly #warm: WarmPrefixes;
  /** The last call made no connection: the next ones are not retried, so a dead network is waited for once. */
  #isUnreachable = false;
  #prepared: Promise<void> | null = null;

  constructor(options: AnthropicOptions) {
    const { name, apiKey, totalMs, tries } = { ...CALL_DEFAULTS, ...options };
    const { idleMs, httpRetries, limiter = createLimiter() } = { ...CALL_DEFAULTS, ...options };
    const address =
      options.baseUrl === null ? null : readAddress(options.baseUrl, "ANTHROPIC_BASE_URL");
    const baseUrl = address?.url ?? null;
    const authorization = address?.authorization ?? null;
    this.name = name;
    this.protocol = protocolOf(name);
    this.endpoint = baseUrl ?? "the Anthropic API";
    this.totalMs = totalMs;
    this.tries = tries;
    this.features = allFeatures(options.cache ?? "5m");
    this.#connection = { apiKey, baseUrl, authorization, idleMs, totalMs, httpRetries, limiter };
    this.#prices = readPrices(options.prices);
    this.#endpoint = {
      name: this.endpoint,
      apiKey,
      idleMs,
      keyName: "ANTHROPIC_API_KEY",
      urlName: "ANTHROPIC_BASE_URL",
      chooseFlag: "--model anthropic:<name>",
      protocol: "the Messages API",
    };
    this.#warm = options.warm ?? createWarmPrefixes();
  }

  prepare(stop: AbortSignal): Promise<void> {
    this.#prepared ??= retrieveModel(this.#connection, this.name, stop).then((info) => {
      if (info !== null) this.features = knownFeatures(this.features, info);
    });
    return this.#prepared;
  }

  async send(
    call: Call<Turn>,
    features: Features,
    stop: AbortSignal,
  ): Promise<TurnResult<Turn> | FailedTurn> {
    const { request } = call;
    const asked = `${request.brief.text}${request.prompt}${conversationText(request)}`;
    const result = await this.#stream(call, features, stop);
    const { requestId } = result;
    if ("message" in result) {
      const message = result.message ?? blankMessage(this.name);
      const inText = isInText(request.conversation, features.tools);
      const turn = turnResultOf(message, requestId, this.name, asked, inText);
      return result.isTooLong ? tooLong(turn, Math.min(call.room, features.maxTokens)) : turn;
    }
    this.#isUnreachable = result.error instanceof APIConnectionError;
    return {
      verdict: classifyFailure(failureOf(result), this.name, this.#endpoint),
      cause: result.error,
      bill: result.billed === null ? null : billOf(result.billed, this.name, asked),
      requestId,
      inFlight: result.inFlight,
    };
  }

  async #stream(
    call: Call<Turn>,
    features: Features,
    stop: AbortSignal,
  ): Promise<Streamed | Broken> {
    const { request } = call;
    const params = messageParams(call, this.name, features);
    const retries = this.#isUnreachable ? { httpRetries: 0 } : {};
    const tokens =
      maxTokensOf(request.brief.text + request.prompt + conversationText(request)) +
      pictureTokens(request);
    const kept = features.cache ?? "5m";
    // Tools and output format precede the brief, so the cache depends on them too.
    const before = [params.tools ?? null, outputFormat(request, features), request.brief.text];
    const prefix = sha256(JSON.stringify(before));
    try {
      const warming = await this.#warm.enter(prefix, KEPT_MS[kept], stop);
      const connection = { ...this.#connection, ...retries };
      const sending = { tokens, begins: warming.begins };
      try {
        const result = await streamOnce(connection, params, stop, sending);
        if ("message" in result) this.#isUnreachable = false;
        return result;
      } finally {
        warming.ends();
      }
    } catch (error) {
      if (!stop.aborted) throw error;
      return { error, stalled: false, billed: null, requestId: null, inFlight: false };
    }
  }

  without(call: Call<Turn>, features: Features, message: string): Features | null {
    return withoutRejected(call, features, message);
  }

  capabilities(): Capabilities {
    const { schemas, refusedSchemas, thinking, effort, cache, maxTokens, webTools } = this.features;
    return {
      "structured outputs": yesNo(schemas && refusedSchemas.length === 0),
      "adaptive thinking": yesNo(thinking),
      effort: effort === "supported" ? "yes" : effort === "refused" ? "no" : "unknown",
      cache: cache ?? "no",
      "web tools": yesNo(webTools.length > 0),
      "most output": maxTokens === Number.MAX_SAFE_INTEGER ? "unknown" : String(maxTokens),
    };
  }

  maxOutput(): number {
    return this.features.maxTokens;
  }

  costBound({ request, turns, room }: Call<Turn>): CostBound {
    const schema = request.schema === null ? "" : JSON.stringify(request.schema);
    const sent = turns.length === 0 ? "" : JSON.stringify(turns);
    const searches = request.webSearch ? MAX_SEARCHES : 0;
    const pages = request.webSearch ? MAX_FETCHES * TOKENS_PER_PAGE : 0;
    const input =
      maxTokensOf(request.brief.text + request.prompt + conversationText(request) + schema + sent) +
      pictureTokens(request) +
      OVERHEAD_TOKENS +
      searches * TOKENS_PER_SEARCH +
      pages;
    const output = Math.min(room, this.features.maxTokens);
    return {
      tokens: input + output,
      usd: maxPrice(this.name, input, output, this.#prices, searches),
    };
  }

  /** Prices the model that answered, else the one that was asked for; null when neither price is known. */
  price({ model, tokens, webSearches }: Bill): number | null {
    return (
      priceOf(model, tokens, this.#prices, webSearches) ??
      priceOf(this.name, tokens, this.#prices, webSearches)
    );
  }

  user(text: string): Turn {
    return { role: "user", content: text };
  }

  assistant(text: string): Turn {
    return { role: "assistant", content: text };
  }
}

function yesNo(is: boolean): string {
  return is ? "yes" : "no";
}
