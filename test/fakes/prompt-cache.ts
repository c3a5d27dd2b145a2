import type { Bill } from "./messages-events.ts";

/** A block of a prompt, perhaps marked: what ends there may be kept. */
export type CacheBlock = {
  type: string;
  text: string;
  cache_control?: { type: string; ttl?: string };
};

/** How the cache of a server behaves: from how many tokens on something is kept, and whose time it goes by. */
export type CacheHabits = { leastTokens: number; nowMs: () => number };

/** What is billed for a prompt, and how to keep its marked parts once its answer has begun. */
export type Billed = { bill: Bill; keep(): void };

export type PromptCache = {
  bill(head: string, blocks: readonly CacheBlock[], rest: number): Billed;
};

/** A small prompt is kept for ever: for tests in which nothing else matters. */
export const eagerHabits: CacheHabits = { leastTokens: 0, nowMs: () => 0 };

const CHARS_PER_TOKEN = 4;
const KEPT_MS = { "5m": 300_000, "1h": 3_600_000 };
/** Marks that one prompt may have. */
const MAX_MARKS = 4;

/**
 * The accounting of the real service: a prompt is read from the cache up to the last of its marks at which the
 * same beginning was written before and is still kept; a read keeps it for as long again; what is marked behind
 * is written, the rest is fresh. Beginnings of too few tokens are not kept.
 */
export function createPromptCache({ leastTokens, nowMs }: CacheHabits): PromptCache {
  const keptUntil = new Map<string, number>();
  return {
    bill(head, blocks, rest) {
      const marks = marksOf(head, blocks).filter(
        ({ size }) => size >= leastTokens * CHARS_PER_TOKEN,
      );
      if (marks.length > MAX_MARKS) throw new Error(`${marks.length} marks in one prompt`);
      const isKept = (prefix: string) => (keptUntil.get(prefix) ?? -1) >= nowMs();
      const read = marks.findLast(({ prefix }) => isKept(prefix))?.size ?? 0;
      const marked = marks.at(-1)?.size ?? 0;
      const size = blocks.reduce((sum, { text }) => sum + text.length, 0);
      const tokens = (chars: number) => Math.ceil(chars / CHARS_PER_TOKEN);
      return {
        bill: {
          input: tokens(size - marked + rest),
          cacheRead: tokens(read),
          cacheWrite: tokens(marked - read),
        },
        keep() {
          for (const { prefix, keptMs } of marks) keptUntil.set(prefix, nowMs() + keptMs);
        },
      };
    },
  };
}

type Mark = { prefix: string; size: number; keptMs: number };

function marksOf(head: string, blocks: readonly CacheBlock[]): Mark[] {
  const marks: Mark[] = [];
  let prefix = head;
  let size = 0;
  for (const { text, cache_control: mark } of blocks) {
    prefix += text;
    size += text.length;
    if (mark === undefined) continue;
    marks.push({ prefix, size, keptMs: mark.ttl === "1h" ? KEPT_MS["1h"] : KEPT_MS["5m"] });
  }
  return marks;
}
