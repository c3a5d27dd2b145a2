import OpenAI, { APIConnectionError, APIError } from "openai";
import { parseJson } from "../../../runs/record/journal-lines.ts";
import { type Failure, firstLine, rootOf } from "../failure.ts";
import type { Limiter } from "../limiter.ts";
import { CHARS_PER_TOKEN, sizeLimits } from "../size-limits.ts";
import {
  createWatchdog,
  isPlainJson,
  orAborted,
  watchedFetch,
  withBody,
} from "../watched-fetch.ts";
import { type Gathered, gatherReply } from "./reply.ts";

/** Where and how calls are sent. */
export type Connection = {
  /** Null: the server needs none. */
  apiKey: string | null;
  baseUrl: string;
  /** For a server behind a password; null: none. */
  authorization: string | null;
  idleMs: number;
  totalMs: number;
  httpRetries: number;
  limiter: Limiter;
};

/** A reply; `isTooLong`: it went on past what was asked for, and ends there. */
export type Streamed = { reply: Gathered; requestId: string | null; isTooLong: boolean };
/** A call that brought no whole reply; what had arrived was billed all the same. */
export type Broken = {
  error: unknown;
  stalled: boolean;
  billed: Gathered | null;
  requestId: string | null;
  inFlight: boolean;
};

/** Size of a call, for the limiter, and of the longest answer. */
export type Sending = { tokens: number; outputTokens: number };

/** After the finish reason a server has this long to send usage and close the stream. */
const CLOSING_MS = 2000;

/** One streamed call; keep-alive comments do not reset the idle timer. */
export async function streamOnce(
  connection: Connection,
  params: OpenAI.ChatCompletionCreateParamsStreaming,
  stop: AbortSignal,
  { tokens, outputTokens }: Sending,
): Promise<Streamed | Broken> {
  const { limiter, idleMs } = connection;
  const limits = sizeLimits(outputTokens);
  const watchdog = createWatchdog();
  const watched = watchedFetch({ limiter, tokens, idleMs, limits }, watchdog, asStream);
  const client = open(connection, watched.fetch);
  const gathered = gatherReply();
  const isFull = () => gathered.longest > outputTokens * CHARS_PER_TOKEN;
  let begun = false;
  let requestId: string | null = null;
  let error: unknown = new Error("the stream ended in mid-reply");
  try {
    const signal = AbortSignal.any([stop, watchdog.signal]);
    const sending = client.chat.completions.create(params, { signal }).withResponse();
    const sent = await orAborted(sending, signal);
    requestId = sent.request_id;
    for await (const chunk of sent.data) {
      begun = true;
      gathered.add(chunk);
      if (isFull()) break;
      watchdog.restart(gathered.finish === null ? idleMs : Math.min(CLOSING_MS, idleMs));
    }
  } catch (thrown) {
    error = thrown;
  } finally {
    watched.release();
  }
  // The SDK ends an aborted stream without an error.
  if (stop.aborted) error = stop.reason;
  const isTooLong = watched.isCut || isFull();
  // The finish reason comes after all text: a retry would pay twice for the same answer.
  if ((isTooLong || gathered.finish !== null) && !stop.aborted)
    return { reply: gathered, requestId, isTooLong };
  const billed = begun ? gathered : null;
  const inFlight = watched.isInFlight;
  return { error, stalled: watchdog.signal.aborted, billed, requestId, inFlight };
}

function open(connection: Connection, watchedFetch: typeof fetch): OpenAI {
  const { apiKey, baseUrl, authorization, httpRetries, totalMs } = connection;
  return new OpenAI({
    apiKey: apiKey ?? "none",
    baseURL: baseUrl,
    maxRetries: httpRetries,
    timeout: totalMs,
    fetch: watchedFetch,
    // The SDK would print what it cannot parse; only agent/cli prints.
    logLevel: "off",
    ...(apiKey === null && { defaultHeaders: { authorization } }),
  });
}

/** The SDK's error in the form common to all providers. */
export function failureOf({ error, stalled }: Broken): Failure {
  return {
    stalled,
    unreachable: error instanceof APIConnectionError ? rootOf(error) : null,
    status: error instanceof APIError ? error.status : null,
    type: error instanceof APIError ? (error.code ?? error.type ?? null) : null,
    message: error instanceof APIError ? messageOf(error) : firstLine(error),
  };
}

/** The SDK begins its message with the status, which our own message has already. */
function messageOf(error: InstanceType<typeof APIError>): string {
  return firstLine(error).replace(/^\d{3} /u, "");
}

/** Some gateways send the whole reply at once, or an error under status 200: both are converted to OpenAI's form. */
async function asStream(response: Response): Promise<Response> {
  if (!isPlainJson(response)) return response;
  const text = await response.text();
  const body = parseJson(text) as Body | null | undefined;
  if (body === null || body === undefined) return withBody(text, "text/plain", 200, response);
  const [choice] = body.choices ?? [];
  if (choice?.message !== undefined) {
    const { message, ...rest } = choice;
    const chunk = { ...body, choices: [{ ...rest, delta: message }] };
    return withBody(
      `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`,
      "text/event-stream",
      200,
      response,
    );
  }
  const code = Number(body.error?.code);
  const status = code >= 400 && code < 600 ? code : 502;
  return withBody(text, "application/json", status, response);
}

type Body = {
  choices?: { message?: unknown; finish_reason?: string }[];
  error?: { code?: unknown };
};
