import { quotaIn, retryAfterMs } from "./rate-headers.ts";

/** One call in flight: report the response, and release the slot when the answer is over. */
export type Slot = { onResponse(status: number, headers: Headers): void; release(): void };

/**
 * Limits the calls to one endpoint, shared by parallel tracks: keeps within the quota in the response headers,
 * waits as long as `retry-after` asks, and adapts the number of calls in flight by additive increase and
 * multiplicative decrease (AIMD).
 */
export type Limiter = { acquire(tokens: number, stop: AbortSignal): Promise<Slot> };

type Waiting = { tokens: number; start: () => void };
type Quota = { left: number; until: number };

/** Calls in flight: at the start, and at most. */
const INITIAL_CALLS = 8;
const MAX_CALLS = 64;
/** Backoff after an overload without `retry-after`; doubles each time. */
const BACKOFF_MS = { initial: 250, max: 8000 };
/** Longest wait before the next try, whatever the server asks for. */
const MAX_WAIT_MS = 300_000;

/** A limiter without any quota known yet. */
export function createLimiter(): Limiter {
  return new AdaptiveLimiter();
}

class AdaptiveLimiter implements Limiter {
  readonly #waiting: Waiting[] = [];
  #requests: Quota | null = null;
  #tokens: Quota | null = null;
  #inFlight = 0;
  #maxInFlight = INITIAL_CALLS;
  #pausedUntil = 0;
  #overloads = 0;
  #lastDecrease = 0;
  #timer: NodeJS.Timeout | null = null;

  acquire(tokens: number, stop: AbortSignal): Promise<Slot> {
    stop.throwIfAborted();
    return new Promise<Slot>((resolve, reject) => {
      const onStop = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(stop.reason);
        this.#startWaiting();
      };
      const entry: Waiting = {
        tokens,
        start: () => {
          stop.removeEventListener("abort", onStop);
          resolve(this.#slot());
        },
      };
      stop.addEventListener("abort", onStop, { once: true });
      this.#waiting.push(entry);
      this.#startWaiting();
    });
  }

  #slot(): Slot {
    const began = performance.now();
    let isOver = false;
    return {
      onResponse: (status, headers) => this.#onResponse(status, headers, began),
      release: () => {
        if (isOver) return;
        isOver = true;
        this.#inFlight -= 1;
        this.#startWaiting();
      },
    };
  }

  /** Starts waiting calls in order as far as the limits allow, and sets a timer for the next one. */
  #startWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const wait = this.#waitFor(next.tokens);
      if (wait > 0) {
        if (Number.isFinite(wait))
          this.#timer = setTimeout(() => this.#startWaiting(), Math.ceil(wait));
        return;
      }
      this.#waiting.shift();
      this.#inFlight += 1;
      if (this.#requests !== null) this.#requests.left -= 1;
      if (this.#tokens !== null) this.#tokens.left -= next.tokens;
      next.start();
    }
  }

  /** Milliseconds until a call of this size may start; Infinity: once another one ends. */
  #waitFor(tokens: number): number {
    if (this.#inFlight >= Math.max(1, Math.floor(this.#maxInFlight)))
      return Number.POSITIVE_INFINITY;
    const needs = [[this.#requests, 1] as const, [this.#tokens, tokens] as const];
    const until = needs.map(([quota, need]) =>
      (quota?.left ?? need) < need ? (quota?.until ?? 0) : 0,
    );
    const wait = Math.max(this.#pausedUntil, ...until) - performance.now();
    return Math.min(MAX_WAIT_MS, Math.max(0, wait));
  }

  #onResponse(status: number, headers: Headers, began: number): void {
    const now = performance.now();
    const requests = quotaIn(headers, "requests");
    const tokens = quotaIn(headers, "tokens");
    if (requests !== null) this.#requests = { left: requests.left, until: now + requests.resetMs };
    if (tokens !== null) this.#tokens = { left: tokens.left, until: now + tokens.resetMs };
    if (status === 429 || status === 503 || status === 529) {
      // Calls sent before the last decrease report the same overload.
      if (began >= this.#lastDecrease) {
        this.#maxInFlight = Math.max(
          1,
          Math.floor(Math.min(this.#maxInFlight, this.#inFlight) / 2),
        );
        this.#lastDecrease = now;
        this.#overloads += 1;
      }
      const own = Math.min(BACKOFF_MS.max, BACKOFF_MS.initial * 2 ** (this.#overloads - 1));
      this.#pausedUntil = Math.max(this.#pausedUntil, now + (retryAfterMs(headers) ?? own));
    } else if (status < 400) {
      this.#maxInFlight = Math.min(MAX_CALLS, this.#maxInFlight + 1 / this.#maxInFlight);
      this.#overloads = 0;
    }
  }
}
