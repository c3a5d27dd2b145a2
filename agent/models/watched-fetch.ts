import { errorCode } from "../../runs/errors.ts";
import type { Limiter, Slot } from "./limiter.ts";
import { type SizeLimits, withinLimits } from "./size-limits.ts";

/** Aborts a call that sends nothing for too long; paused while no data is due. */
export type Watchdog = {
  readonly signal: AbortSignal;
  restart(withinMs: number): void;
  pause(): void;
};

export function createWatchdog(): Watchdog {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  const pause = () => {
    if (timer !== null) clearTimeout(timer);
  };
  return {
    signal: controller.signal,
    pause,
    restart(withinMs) {
      pause();
      timer = setTimeout(() => controller.abort(), withinMs);
    },
  };
}

export type Watched = {
  fetch: typeof fetch;
  release(): void;
  /** Whether the answer was longer than it may be, and ended there. */
  readonly isCut: boolean;
  /** Whether a request is with the server, which has not refused it. */
  readonly isInFlight: boolean;
};

/** What a call needs from outside; `limits` are those of its answer. */
export type Watching = { limiter: Limiter; tokens: number; idleMs: number; limits: SizeLimits };

/**
 * The fetch an SDK sends one call by, its own retries included: each waits for a slot of the limiter, and is
 * timed from then on. `adapt` converts what a gateway answers in another form. Call `release` at the end.
 */
export function watchedFetch(
  { limiter, tokens, idleMs, limits }: Watching,
  watchdog: Watchdog,
  adapt: (response: Response) => Promise<Response>,
): Watched {
  let slot: Slot | null = null;
  let isCut = false;
  let isInFlight = false;
  const onCut = () => {
    isCut = true;
    return undefined;
  };
  const release = () => {
    slot?.release();
    watchdog.pause();
  };
  return {
    release,
    get isCut() {
      return isCut;
    },
    get isInFlight() {
      return isInFlight;
    },
    fetch: async (input, init) => {
      release();
      slot = await limiter.acquire(tokens, init?.signal ?? watchdog.signal);
      watchdog.restart(idleMs);
      let isAnswered = false;
      try {
        isInFlight = true;
        const came = await fetch(input, init);
        isCut = false;
        const response = await adapt(withinLimits(came, limits, came.ok ? onCut : () => undefined));
        isInFlight = response.ok;
        slot.onResponse(response.status, response.headers);
        isAnswered = response.ok;
        return response;
      } catch (error) {
        if (wasNeverSent(error)) isInFlight = false;
        throw error;
      } finally {
        // While the SDK waits before its retry, silence is no fault of the server.
        if (!isAnswered) release();
      }
    },
  };
}

/** What Node says where no connection was made: nothing was sent, so that nothing can be billed. */
const NOT_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return NOT_CONNECTED.has(errorCode(error) ?? "") || wasNeverSent(error.cause);
}

/** Whether a server answered with one JSON text where a stream was asked for. */
export function isPlainJson(response: Response): boolean {
  return response.ok && /\bjson\b/iu.test(response.headers.get("content-type") ?? "");
}

/** The same answer with another body and status. */
export function withBody(body: string, type: string, status: number, from: Response): Response {
  const headers = new Headers(from.headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"])
    headers.delete(name);
  headers.set("content-type", type);
  return new Response(body, { status, headers });
}

/** The work, or what the signal says as soon as it is aborted: the SDKs sleep between their tries whatever it says. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
