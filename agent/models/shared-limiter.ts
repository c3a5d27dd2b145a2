import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { diskError } from "../../runs/errors.ts";
import { type FileLock, locker } from "../../runs/record/file-lock.ts";
import type { Limiter, Slot } from "./limiter.ts";

/** What all processes of this machine that use one key may send in a minute; null: no limit. */
export type SharedBudget = {
  /** Where they write down what they have sent. */
  file: string;
  requests: number | null;
  tokens: number | null;
  windowMs?: number;
};

/** A minute, and a second for what lies between a grant here and the server's clock. */
const WINDOW_MS = 61_000;
const LOCK_POLL_MS = 15;

const Sent = z.array(z.tuple([z.number(), z.number()]));
/** When a call was granted, and its tokens. */
type Sent = z.infer<typeof Sent>;

/** A limiter whose calls also keep within a budget that other processes draw on. */
export function sharedLimiter(own: Limiter, budget: SharedBudget): Limiter {
  return {
    async acquire(tokens, stop): Promise<Slot> {
      const slot = await own.acquire(tokens, stop);
      try {
        await grant(budget, tokens, stop);
        return slot;
      } catch (error) {
        slot.release();
        throw error;
      }
    },
  };
}

/** Waits until the budget has room for a call, and takes it. */
async function grant(budget: SharedBudget, tokens: number, stop: AbortSignal): Promise<void> {
  for (;;) {
    stop.throwIfAborted();
    const waitMs = await take(budget, tokens, stop);
    if (waitMs === 0) return;
    await sleep(waitMs, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
  }
}

/** Takes a call's share; else the milliseconds until there may be room. */
async function take(budget: SharedBudget, tokens: number, stop: AbortSignal): Promise<number> {
  const { file, windowMs = WINDOW_MS } = budget;
  const lock = await lockOf(file, stop);
  try {
    const now = Date.now();
    const sent = (await readSent(file)).filter(([at]) => at > now - windowMs && at <= now);
    const until = firstRoom(sent, tokens, budget);
    if (until !== null) return Math.max(1, until + windowMs - now);
    const draft = `${file}.new`;
    await writeFile(draft, JSON.stringify([...sent, [now, tokens]]));
    await rename(draft, file);
    return 0;
  } catch (error) {
    throw diskError(error, file);
  } finally {
    await lock.release();
  }
}

/** The call that must leave the window before there is room; null where there is room now. */
function firstRoom(sent: Sent, tokens: number, { requests, tokens: most }: SharedBudget) {
  let count = sent.length;
  let sum = sent.reduce((total, [, each]) => total + each, 0);
  const isFull = () =>
    (requests !== null && count + 1 > requests) ||
    // A call that is larger than the budget is sent alone.
    (most !== null && count > 0 && sum + tokens > most);
  let last: number | null = null;
  for (const [at, each] of sent) {
    if (!isFull()) break;
    last = at;
    count -= 1;
    sum -= each;
  }
  return last;
}

async function readSent(file: string): Promise<Sent> {
  const text = await readFile(file, "utf8").catch(() => "[]");
  try {
    return Sent.parse(JSON.parse(text));
  } catch (error) {
    // It lost its content in a power cut: whoever wrote it has ended.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return [];
    throw error;
  }
}

async function lockOf(file: string, stop: AbortSignal): Promise<FileLock> {
  const { take: takeLock } = locker();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  for (;;) {
    const lock = await takeLock(`${file}.lock`);
    if ("release" in lock) return lock;
    stop.throwIfAborted();
    await sleep(LOCK_POLL_MS);
  }
}
