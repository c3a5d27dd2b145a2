import { APIConnectionError } from "openai";
import { ConfigInvalid } from "../../../runs/errors.ts";
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
import { billOf, turnResultOf } from "./reply.ts";
import {
  allFeatures,
  chatParams,
  type Features,
  protocolOf,
  type Turn,
  withoutRejected,
} from "./request.ts";
import { type Connection, failureOf, streamOnce } from "./stream.ts";

/** Where a model behind the Chat Completions API is found; omitted options have defaults. */
export type OpenAiOptions = {
  name: string;
  /** Null where the server needs none. */
  apiKey: string | null;
  /** Null: OpenAI's own. */
  baseUrl: string | null;
  /** A price table of the user's own, or null. */
  prices: string | PriceTable | null;
  /** Shared by all models behind one key and endpoint. */
  limiter?: Limiter;
  /** False for a model that was trained on whole questions: rules of a role stand in the question then. */
  rulesWithBrief?: boolean;
  idleMs?: number;
  totalMs?: number;
  tries?: number;
  httpRetries?: number;
};

const OPENAI_URL = "https://api.openai.com/v1";
/** Around every prompt: roles, schema, chat template. */
const OVERHEAD_TOKENS = 500;

/** A model behind any server of the Chat Completions API: OpenAI, vLLM, Ollama, llama.cpp, Gemini, OpenRouter, DeepSeek … */
export function openAiModel(options: OpenAiOptions): ReportingModel {
  const { name } = options;
  if (name === "")
    throw new ConfigInvalid("model openai: name the model, as in --model openai:<name>");
  const wire = new ChatWire(options);
  return {
    name,
    ask: (request, signal, allow = allowAll) => converse(wire, request, signal, allow),
    capabilities: () => wire.capabilities(),
    worstCase: (request) => wire.costBound({ request, turns: [], room: request.maxOutputTokens }),
  };
}

class ChatWire implements Wire<Turn, Features> {
  readonly name: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly totalMs: number;
  readonly tries: number;
  features: Features;
  readonly #connection: Connection;
  readonly #prices: PriceTable;
  readonly #endpoint: Endpoint;
  #isUnreachable = false;

  constructor(options: OpenAiOptions) {
    const { name, apiKey, totalMs, tries } = { ...CALL_DEFAULTS, ...options };
    const { idleMs, httpRetries, limiter = createLimiter() } = { ...CALL_DEFAULTS, ...options };
    const { url: baseUrl, authorization } = readAddress(
      options.baseUrl ?? OPENAI_URL,
      "--base-url or OPENAI_BASE_URL",
    );
    if (authorization !== null && apiKey !== null)
      throw new ConfigInvalid(
        `${baseUrl} cannot be given both OPENAI_API_KEY and the password of its address, since they share a header: unset the key, or take user and password out of the address`,
      );
    this.name = name;
    this.protocol = protocolOf(name);
    this.endpoint = options.baseUrl === null ? "the OpenAI API" : baseUrl;
    this.totalMs = totalMs;
    this.tries = tries;
    this.features = allFeatures(baseUrl === OPENAI_URL, options.rulesWithBrief);
    this.#connection = { apiKey, baseUrl, authorization, idleMs, totalMs, httpRetries, limiter };
    this.#prices = readPrices(options.prices);
    this.#endpoint = {
      name: this.endpoint,
      apiKey,
      idleMs,
      keyName: "OPENAI_API_KEY",
      urlName: "--base-url or OPENAI_BASE_URL",
      chooseFlag: "--model openai:<name>",
      protocol: "the Chat Completions API",
    };
  }

  /** These servers have no common way to describe a model. */
  async prepare(): Promise<void> {
    await Promise.resolve();
  }

  async send(
    call: Call<Turn>,
    features: Features,
    stop: AbortSignal,
  ): Promise<TurnResult<Turn> | FailedTurn> {
    const { brief, prompt, conversation } = call.request;
    const asked = brief.text + prompt + conversationText(call.request) + JSON.stringify(call.turns);
    const params = chatParams(call, this.name, features);
    const retries = this.#isUnreachable ? { httpRetries: 0 } : {};
    const connection = { ...this.#connection, ...retries };
    const outputTokens = Math.min(call.room, features.maxTokens);
    const tokens = maxTokensOf(asked) + pictureTokens(call.request);
    const sending = { tokens, outputTokens };
    const result = await streamOnce(connection, params, stop, sending);
    const { requestId } = result;
    this.#isUnreachable = "error" in result && result.error instanceof APIConnectionError;
    if ("reply" in result) {
      const inText = isInText(conversation, features.tools);
      const turn = turnResultOf(result.reply, requestId, this.name, asked, inText);
      return result.isTooLong ? tooLong(turn, outputTokens) : turn;
    }
    return {
      verdict: classifyFailure(failureOf(result), this.name, this.#endpoint),
      cause: result.error,
      bill: result.billed === null ? null : billOf(result.billed, this.name, asked),
      requestId,
      inFlight: result.inFlight,
    };
  }

  without(call: Call<Turn>, features: Features, message: string): Features | null {
    return withoutRejected(call, features, message);
  }

  capabilities(): Capabilities {
    const { json, refusedSchemas, usage, effort, maxTokens } = this.features;
    const form = json === "schema" && refusedSchemas.length > 0 ? "object" : json;
    return {
      "structured outputs": form === null ? "no" : form === "schema" ? "yes" : "JSON, no schema",
      "usage in streams": usage ? "not refused" : "no",
      effort: effort ? "not refused" : "no",
      "most output": maxTokens === Number.MAX_SAFE_INTEGER ? "unknown" : String(maxTokens),
    };
  }

  maxOutput(): number {
    return this.features.maxTokens;
  }

  costBound({ request, turns, room }: Call<Turn>): CostBound {
    const schema = request.schema === null ? "" : JSON.stringify(request.schema);
    const sent = turns.length === 0 ? "" : JSON.stringify(turns);
    const input =
      maxTokensOf(request.brief.text + request.prompt + conversationText(request) + schema + sent) +
      pictureTokens(request) +
      OVERHEAD_TOKENS;
    const output = Math.min(room, this.features.maxTokens);
    return { tokens: input + output, usd: maxPrice(this.name, input, output, this.#prices) };
  }

  price({ model, tokens }: Bill): number | null {
    return priceOf(model, tokens, this.#prices) ?? priceOf(this.name, tokens, this.#prices);
  }

  user(text: string): Turn {
    return { role: "user", content: text };
  }

  assistant(text: string): Turn {
    return { role: "assistant", content: text };
  }
}
