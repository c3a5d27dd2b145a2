import type { Limiter, Slot } from "./limiter.ts";

/** Ends a call that has been silent for too long; while nothing is expected it rests. */
export type Watchdog = {
  readonly signal: AbortSignal;
  expect(withinMs: number): void;
  rest(): void;
};

export function createWatchdog(): Watchdog {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  const rest = () => {
    if (timer !== null) clearTimeout(timer);
  };
  return {
    signal: controller.signal,
    rest,
    expect(withinMs) {
      rest();
      timer = setTimeout(() => controller.abort(), withinMs);
    },
  };
}

export type Watched = { fetch: typeof fetch; leave(): void };

/**
 * The fetch an SDK sends one call by, its own retries included: each waits for its turn at the limiter, and is
 * watched from then on. `adapt` may put right what a gateway answers in another form. Call `leave` at the end.
 */
export function watchedFetch(
  { limiter, tokens, idleMs }: { limiter: Limiter; tokens: number; idleMs: number },
  watchdog: Watchdog,
  adapt: (response: Response) => Promise<Response>,
): Watched {
  let slot: Slot | null = null;
  const leave = () => {
    slot?.leave();
    watchdog.rest();
  };
  return {
    leave,
    fetch: async (input, init) => {
      leave();
      slot = await limiter.enter(tokens, init?.signal ?? watchdog.signal);
      watchdog.expect(idleMs);
      let isAnswered = false;
      try {
        const response = await adapt(await fetch(input, init));
        slot.heard(response.status, response.headers);
        isAnswered = response.ok;
        return response;
      } finally {
        // Else the SDK waits before it tries again, and the server is not to blame for that.
        if (!isAnswered) leave();
      }
    },
  };
}

/** Whether a server answered with one JSON text where a stream was asked for. */
export function isPlainJson(response: Response): boolean {
  return response.ok && /\bjson\b/iu.test(response.headers.get("content-type") ?? "");
}

/** The same answer with another body and status. */
export function answering(body: string, type: string, status: number, from: Response): Response {
  const headers = new Headers(from.headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"])
    headers.delete(name);
  headers.set("content-type", type);
  return new Response(body, { status, headers });
}
