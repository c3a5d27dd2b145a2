import Anthropic from "@anthropic-ai/sdk";

/** Where and how calls are sent. */
export type Connection = {
  apiKey: string;
  baseUrl: string | null;
  /** Silence after which a stream counts as stalled. */
  idleMs: number;
  totalMs: number;
  /** Retries of the SDK: rate limits, overload, server errors, refused connections. */
  httpRetries: number;
};

/** A complete message. */
export type Streamed = { message: Anthropic.Message; requestId: string | null };

/** A call that brought no message; what had arrived was billed all the same. */
export type Broken = {
  error: unknown;
  stalled: boolean;
  billed: Anthropic.Message | null;
  requestId: string | null;
};

/** After the last event a server has this long to close the stream: the message is already whole. */
const CLOSING_MS = 2000;

/** One streamed call. Pings do not count as life; waiting to try again does not count as silence. */
export async function streamOnce(
  connection: Connection,
  params: Anthropic.MessageStreamParams,
  stop: AbortSignal,
): Promise<Streamed | Broken> {
  const watchdog = startWatchdog(connection.idleMs);
  const client = open(connection, async (input, init) => {
    watchdog.expect(connection.idleMs);
    let isAnswered = false;
    try {
      const response = await fetch(input, init);
      isAnswered = response.ok;
      return response;
    } finally {
      // Else the SDK waits before it tries again, and the server is not to blame for that.
      if (!isAnswered) watchdog.rest();
    }
  });
  const seen: { message: Anthropic.Message | null } = { message: null };
  const stream = client.messages.stream(params, {
    signal: AbortSignal.any([stop, watchdog.signal]),
  });
  stream.on("streamEvent", (event, message) => {
    seen.message = message;
    const isLast = event.type === "message_stop";
    watchdog.expect(isLast ? Math.min(CLOSING_MS, connection.idleMs) : connection.idleMs);
  });
  try {
    const message = await stream.finalMessage();
    return { message, requestId: stream.request_id ?? null };
  } catch (error) {
    const requestId = stream.request_id ?? null;
    const { message } = seen;
    // A stop reason comes after all content: asking again would pay twice for the same answer.
    if (message?.stop_reason && !stop.aborted) return { message, requestId };
    return { error, stalled: watchdog.signal.aborted, billed: message, requestId };
  } finally {
    watchdog.rest();
  }
}

function open(connection: Connection, watchedFetch: typeof fetch): Anthropic {
  const { apiKey, baseUrl } = connection;
  return new Anthropic({
    apiKey,
    baseURL: baseUrl,
    maxRetries: connection.httpRetries,
    timeout: connection.totalMs,
    fetch: watchedFetch,
    // The SDK would print what it cannot read; only the command line prints.
    logLevel: "off",
    // Servers of one's own know either form of the key.
    defaultHeaders: baseUrl === null ? {} : { "x-api-key": apiKey },
  });
}

function startWatchdog(idleMs: number) {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(), idleMs);
  return {
    signal: controller.signal,
    rest: () => clearTimeout(timer),
    expect(withinMs: number): void {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(), withinMs);
    },
  };
}
