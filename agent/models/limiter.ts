import { quotaIn, retryAfterMs } from "./rate-headers.ts";

/** One call on its way: tell it what the server said, and when the answer is over. */
export type Slot = { heard(status: number, headers: Headers): void; leave(): void };

/**
 * Who may send now, shared by all calls to one endpoint: parallel tracks together keep within what the server
 * says it allows, wait when it asks for it, and grow slowly and shrink quickly in number (AIMD).
 */
export type Limiter = { enter(tokens: number, stop: AbortSignal): Promise<Slot> };

type Waiting = { tokens: number; go: () => void };
type Quota = { left: number; until: number };

/** Calls side by side: at first, and at most. */
const FIRST_CALLS = 8;
const MAX_CALLS = 64;
/** How long everybody waits after an overload without a word on when to come back; doubles each time. */
const PAUSE_MS = { first: 250, longest: 8000 };
/** No server may make us wait longer than this at once: the next refusal tells more. */
const LONGEST_WAIT_MS = 300_000;

/** A limiter that knows nothing yet. */
export function createLimiter(): Limiter {
  return new AdaptiveLimiter();
}

class AdaptiveLimiter implements Limiter {
  readonly #waiting: Waiting[] = [];
  #requests: Quota | null = null;
  #tokens: Quota | null = null;
  #inFlight = 0;
  #most = FIRST_CALLS;
  #notBefore = 0;
  #overloads = 0;
  #lastCut = 0;
  #timer: NodeJS.Timeout | null = null;

  enter(tokens: number, stop: AbortSignal): Promise<Slot> {
    stop.throwIfAborted();
    return new Promise<Slot>((resolve, reject) => {
      const onStop = () => {
        this.#waiting.splice(this.#waiting.indexOf(mine), 1);
        reject(stop.reason);
        this.#pump();
      };
      const mine: Waiting = {
        tokens,
        go: () => {
          stop.removeEventListener("abort", onStop);
          resolve(this.#slot());
        },
      };
      stop.addEventListener("abort", onStop, { once: true });
      this.#waiting.push(mine);
      this.#pump();
    });
  }

  #slot(): Slot {
    const began = performance.now();
    let isOver = false;
    return {
      heard: (status, headers) => this.#heard(status, headers, began),
      leave: () => {
        if (isOver) return;
        isOver = true;
        this.#inFlight -= 1;
        this.#pump();
      },
    };
  }

  /** Lets go who may, in the order they came, and looks again when the next one may. */
  #pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const wait = this.#waitFor(next.tokens);
      if (wait > 0) {
        if (Number.isFinite(wait)) this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait));
        return;
      }
      this.#waiting.shift();
      this.#inFlight += 1;
      if (this.#requests !== null) this.#requests.left -= 1;
      if (this.#tokens !== null) this.#tokens.left -= next.tokens;
      next.go();
    }
  }

  /** Milliseconds until a call of this size may go; Infinity: when another one ends. */
  #waitFor(tokens: number): number {
    if (this.#inFlight >= Math.max(1, Math.floor(this.#most))) return Number.POSITIVE_INFINITY;
    const needs = [[this.#requests, 1] as const, [this.#tokens, tokens] as const];
    const until = needs.map(([quota, need]) =>
      (quota?.left ?? need) < need ? (quota?.until ?? 0) : 0,
    );
    const wait = Math.max(this.#notBefore, ...until) - performance.now();
    return Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
  }

  #heard(status: number, headers: Headers, began: number): void {
    const now = performance.now();
    const requests = quotaIn(headers, "requests");
    const tokens = quotaIn(headers, "tokens");
    if (requests !== null) this.#requests = { left: requests.left, until: now + requests.resetMs };
    if (tokens !== null) this.#tokens = { left: tokens.left, until: now + tokens.resetMs };
    if (status === 429 || status === 503 || status === 529) {
      // Calls that were sent before the last cut say nothing new.
      if (began >= this.#lastCut) {
        this.#most = Math.max(1, Math.floor(Math.min(this.#most, this.#inFlight) / 2));
        this.#lastCut = now;
        this.#overloads += 1;
      }
      const own = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** (this.#overloads - 1));
      this.#notBefore = Math.max(this.#notBefore, now + (retryAfterMs(headers) ?? own));
    } else if (status < 400) {
      this.#most = Math.min(MAX_CALLS, this.#most + 1 / this.#most);
      this.#overloads = 0;
    }
  }
}
