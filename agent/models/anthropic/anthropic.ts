import { createHash } from "node:crypto";
import { APIConnectionError } from "@anthropic-ai/sdk";
import { ConfigInvalid } from "../../../runs/errors.ts";
import {
  type Bill,
  type Call,
  converse,
  type Failed,
  PATIENCE,
  type Said,
  type Wire,
} from "../conversation.ts";
import { judgeFailure, type Place } from "../failure.ts";
import { createLimiter, type Limiter } from "../limiter.ts";
import type { Capabilities, Telling, Worst } from "../model.ts";
import { maxTokensOf, type PriceTable, priceOf, readPrices, worstPrice } from "../pricing.ts";
import { createWarmPrefixes, type WarmPrefixes } from "../warm-prefixes.ts";
import { withoutBlamed } from "./refusals.ts";
import { billOf, saidBy } from "./reply.ts";
import {
  allFeatures,
  type Features,
  knownFeatures,
  MAX_FETCHES,
  MAX_SEARCHES,
  messageParams,
  outputFormat,
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

/** Where an Anthropic model is found and how long to wait for it; what is left out has a default. */
export type AnthropicOptions = {
  name: string;
  apiKey: string;
  baseUrl: string | null;
  /** A price table of the user's own, or null. */
  prices: string | null;
  /** Shared by all models behind one key and endpoint. */
  limiter?: Limiter;
  warm?: WarmPrefixes;
  /** How long the brief is kept in the provider's cache: an hour where scripts may keep its next reader waiting. */
  cache?: "1h" | "5m";
  idleMs?: number;
  totalMs?: number;
  /** Times a broken or stalled stream is asked for. */
  tries?: number;
  httpRetries?: number;
};

/** Around every prompt: roles, schema, tool descriptions. */
const OVERHEAD_TOKENS = 1000;
/** What one web search may add to the input. */
const TOKENS_PER_SEARCH = 15_000;
const KEPT_MS = { "1h": 3_500_000, "5m": 280_000 };

/** A model behind the Messages API, Anthropic's own or any server that speaks it (design §6). */
export function anthropicModel(options: AnthropicOptions): Telling {
  if (options.baseUrl !== null && !/^https?:\/\//u.test(options.baseUrl)) {
    throw new ConfigInvalid(
      `ANTHROPIC_BASE_URL: expected http:// or https://, got "${options.baseUrl}"`,
    );
  }
  const wire = new MessagesWire(options);
  return {
    name: options.name,
    ask: (request, signal, allow = () => null) => converse(wire, request, signal, allow),
    capabilities: () => wire.capabilities(),
    worstCase: (request) => wire.worst({ request, turns: [], room: request.maxOutputTokens }),
  };
}

class MessagesWire implements Wire<Turn, Features> {
  readonly name: string;
  readonly place: string;
  readonly totalMs: number;
  readonly tries: number;
  features: Features;
  readonly #connection: Connection;
  readonly #prices: PriceTable;
  readonly #words: Place;
  readonly #warm: WarmPrefixes;
  /** The last call found nobody: the next ones knock once, so that a dead network costs its wait once. */
  #isUnreachable = false;
  #prepared: Promise<void> | null = null;

  constructor(options: AnthropicOptions) {
    const { name, apiKey, baseUrl, totalMs, tries } = { ...PATIENCE, ...options };
    const { idleMs, httpRetries, limiter = createLimiter() } = { ...PATIENCE, ...options };
    this.name = name;
    this.place = baseUrl ?? "the Anthropic API";
    this.totalMs = totalMs;
    this.tries = tries;
    this.features = allFeatures(options.cache ?? "5m");
    this.#connection = { apiKey, baseUrl, idleMs, totalMs, httpRetries, limiter };
    this.#prices = readPrices(options.prices);
    this.#words = {
      ...{ name: this.place, apiKey, idleMs },
      ...{ keyName: "ANTHROPIC_API_KEY", urlName: "ANTHROPIC_BASE_URL" },
      ...{ choose: "--model anthropic:<name>", speaks: "the Messages API" },
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
  ): Promise<Said<Turn> | Failed> {
    const asked = `${call.request.brief.text}${call.request.prompt}`;
    const result = await this.#stream(call, features, stop);
    const { requestId } = result;
    if ("message" in result) return saidBy(result.message, requestId, this.name, asked);
    this.#isUnreachable = result.error instanceof APIConnectionError;
    return {
      verdict: judgeFailure(failureOf(result), this.name, this.#words),
      cause: result.error,
      bill: result.billed === null ? null : billOf(result.billed, this.name, asked),
      requestId,
    };
  }

  async #stream(
    call: Call<Turn>,
    features: Features,
    stop: AbortSignal,
  ): Promise<Streamed | Broken> {
    const { request } = call;
    const params = messageParams(call, this.name, features);
    const patience = this.#isUnreachable ? { httpRetries: 0 } : {};
    const tokens = maxTokensOf(request.brief.text + request.prompt);
    const kept = features.cache ?? "5m";
    // Tools and the form of the answer stand before the brief, so that each has a cache of its own.
    const before = [params.tools ?? null, outputFormat(request, features), request.brief.text];
    const prefix = createHash("sha256").update(JSON.stringify(before)).digest("hex");
    try {
      const warming = await this.#warm.enter(prefix, KEPT_MS[kept], stop);
      const connection = { ...this.#connection, ...patience };
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
      return { error, stalled: false, billed: null, requestId: null };
    }
  }

  without(call: Call<Turn>, features: Features, why: string): Features | null {
    return withoutBlamed(call, features, why);
  }

  capabilities(): Capabilities {
    const { schemas, refusedSchemas, thinking, effort, cache, maxTokens, webTools } = this.features;
    return {
      "structured outputs": yesNo(schemas && refusedSchemas.length === 0),
      "adaptive thinking": yesNo(thinking),
      effort: effort === "told" ? "yes" : effort === "refused" ? "no" : "not told",
      cache: cache ?? "no",
      "web tools": yesNo(webTools.length > 0),
      "most output": maxTokens === Number.MAX_SAFE_INTEGER ? "not told" : String(maxTokens),
    };
  }

  mostOutput(): number {
    return this.features.maxTokens;
  }

  worst({ request, turns, room }: Call<Turn>): Worst {
    const schema = request.schema === null ? "" : JSON.stringify(request.schema);
    const said = turns.length === 0 ? "" : JSON.stringify(turns);
    const searches = request.webSearch ? MAX_SEARCHES : 0;
    const pages = request.webSearch ? MAX_FETCHES * TOKENS_PER_PAGE : 0;
    const input =
      maxTokensOf(request.brief.text + request.prompt + schema + said) +
      OVERHEAD_TOKENS +
      searches * TOKENS_PER_SEARCH +
      pages;
    const output = Math.min(room, this.features.maxTokens);
    return {
      tokens: input + output,
      usd: worstPrice(this.name, input, output, this.#prices, searches),
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
