import Anthropic, { APIConnectionError, APIError } from "@anthropic-ai/sdk";
import { parseJson } from "../../../runs/record/journal-lines.ts";
import { type Failure, firstLine, rootOf } from "../failure.ts";
import type { Limiter } from "../limiter.ts";
import { CHARS_PER_TOKEN, sizeLimits, withinLimits } from "../size-limits.ts";
import {
  createWatchdog,
  isPlainJson,
  orAborted,
  watchedFetch,
  withBody,
} from "../watched-fetch.ts";
import { asEvents, gatherMessage } from "./message.ts";

/** Where and how calls are sent. */
export type Connection = {
  apiKey: string;
  baseUrl: string | null;
  /** For a server behind a password; null: none. */
  authorization: string | null;
  /** Milliseconds without data after which a stream counts as stalled. */
  idleMs: number;
  totalMs: number;
  /** Retries of the SDK: rate limits, overload, server errors, refused connections. */
  httpRetries: number;
  /** Shared by all models of this endpoint. */
  limiter: Limiter;
};

/** A complete message; `isTooLong`: it went on past what was asked for, and ends there; null: before its first word. */
export type Streamed = {
  message: Anthropic.Message | null;
  requestId: string | null;
  isTooLong: boolean;
};

/** A call that brought no message; what had arrived was billed all the same. */
export type Broken = {
  error: unknown;
  stalled: boolean;
  billed: Anthropic.Message | null;
  requestId: string | null;
  inFlight: boolean;
};

/** Size of a call, for the limiter, and a callback for the first event of its answer. */
export type Sending = { tokens: number; begins: () => void };

/** After the last event a server has this long to close the stream; the message is complete by then. */
const CLOSING_MS = 2000;

/** One streamed call. Pings do not reset the idle timer; waiting for a retry does not count as silence. */
export async function streamOnce(
  connection: Connection,
  params: Anthropic.MessageCreateParamsStreaming,
  stop: AbortSignal,
  { tokens, begins }: Sending,
): Promise<Streamed | Broken> {
  const { limiter, idleMs } = connection;
  const limits = sizeLimits(params.max_tokens);
  const watchdog = createWatchdog();
  const watched = watchedFetch({ limiter, tokens, idleMs, limits }, watchdog, asStream);
  const client = open(connection, watched.fetch);
  const gathered = gatherMessage();
  const isFull = () => gathered.longest > params.max_tokens * CHARS_PER_TOKEN;
  let requestId: string | null = null;
  let error: unknown = new Error("the stream ended in mid-message");
  try {
    const signal = AbortSignal.any([stop, watchdog.signal]);
    const sending = client.messages.create(params, { signal }).withResponse();
    const { data, request_id } = await orAborted(sending, signal);
    requestId = request_id ?? null;
    for await (const event of data) {
      gathered.add(event);
      begins();
      if (isFull()) break;
      const isLast = event.type === "message_stop";
      watchdog.restart(isLast ? Math.min(CLOSING_MS, idleMs) : idleMs);
    }
  } catch (thrown) {
    error = thrown;
  } finally {
    watched.release();
  }
  // The SDK ends an aborted stream without an error.
  if (stop.aborted) error = stop.reason;
  const { message } = gathered;
  const isTooLong = watched.isCut || isFull();
  // A stop reason comes after all content: asking again would pay twice for the same answer.
  if ((isTooLong || message?.stop_reason) && !stop.aborted)
    return { message, requestId, isTooLong };
  const inFlight = watched.isInFlight;
  return { error, stalled: watchdog.signal.aborted, billed: message, requestId, inFlight };
}

/** What the server reports of a model; null: it has no such page. Asked once, with a short time limit. */
export async function retrieveModel(
  connection: Connection,
  name: string,
  stop: AbortSignal,
): Promise<Anthropic.ModelInfo | null> {
  const limited: typeof fetch = async (input, init) =>
    withinLimits(await fetch(input, init), sizeLimits(0), () => undefined);
  const client = open({ ...connection, httpRetries: 0 }, limited);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(MODEL_INFO_MS)]);
  try {
    return await client.models.retrieve(name, {}, { signal });
  } catch (error) {
    // Self-hosted servers have no such page; any other error shows at the first call.
    if (error instanceof Error) return null;
    throw error;
  }
}

const MODEL_INFO_MS = 5000;

function open(connection: Connection, watchedFetch: typeof fetch): Anthropic {
  const { apiKey, baseUrl, authorization } = connection;
  return new Anthropic({
    apiKey,
    baseURL: baseUrl,
    maxRetries: connection.httpRetries,
    timeout: connection.totalMs,
    fetch: watchedFetch,
    // The SDK would print what it cannot parse; only agent/cli prints.
    logLevel: "off",
    // Self-hosted servers expect either header.
    defaultHeaders: {
      ...(baseUrl !== null && { "x-api-key": apiKey }),
      ...(authorization !== null && { authorization }),
    },
  });
}

/** The SDK's error in the form common to all providers. */
export function failureOf({ error, stalled }: Broken): Failure {
  const text =
    error instanceof APIError ? (error.apiMessage ?? firstLine(error)) : firstLine(error);
  return {
    stalled,
    unreachable: error instanceof APIConnectionError ? rootOf(error) : null,
    status: error instanceof APIError ? error.status : null,
    type: error instanceof APIError ? error.type : null,
    message: firstLine(text),
  };
}

const statusOf: Record<string, number> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  overloaded_error: 529,
};

/** Some gateways send the whole message at once, or an error under status 200: both are converted to the form of the API. */
async function asStream(response: Response): Promise<Response> {
  if (!isPlainJson(response)) return response;
  const text = await response.text();
  const body = parseJson(text) as Body | null | undefined;
  if (body === null || body === undefined) return withBody(text, "text/plain", 200, response);
  if (body.type === "message" && Array.isArray(body.content))
    return withBody(asEvents(body), "text/event-stream", 200, response);
  const type = body.error?.type ?? "api_error";
  return withBody(text, "application/json", statusOf[type] ?? 502, response);
}

type Body = Anthropic.Message & { type: string; error?: { type?: string } };
