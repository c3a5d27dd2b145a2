import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { writeAtomically } from "../record/atomic-file.ts";
import { Limits, NO_LIMITS } from "./batch.ts";
import type { Spent } from "./spent.ts";

/** What a try may use, with all that its job used before; it stands in the folder of the try. */
const FILE = "share.json";

const KINDS = ["usd", "tokens", "hours"] as const;
type Kind = (typeof KINDS)[number];

const WORDS: Readonly<Record<Kind, (amount: number) => string>> = {
  usd: (amount) => `$${amount}`,
  tokens: (amount) => `${amount} tokens`,
  hours: (amount) => `${amount} hours`,
};

/** A job at work: what it may use, and has used. */
export type AtWork = { limits: Limits; spent: Spent };

/** What is known of a batch when a job is about to start. */
export type Account = {
  limits: Limits;
  jobLimits: Limits;
  /** What jobs that are not at work have used. */
  spent: Spent;
  atWork: readonly AtWork[];
  /** Jobs that are still to start, this one among them. */
  waiting: number;
};

/**
 * The limits of a job that starts now, so that all jobs together cannot pass those of the batch: what running jobs may
 * still use is theirs, the rest is shared among those that wait. `own` is what the job has used in earlier tries. A
 * text says which limit leaves nothing.
 */
export function limitsOfNext(account: Account, own: Spent): Limits | string {
  const found: Limits = { usd: null, tokens: null, hours: null };
  for (const kind of KINDS) {
    const all = account.limits[kind];
    const each = account.jobLimits[kind];
    if (all === null) {
      found[kind] = each;
      continue;
    }
    const left = all - usedOrReserved(account, kind);
    const more = each === null ? left / account.waiting : Math.min(left, each - (own[kind] ?? 0));
    if (left <= 0 || more <= 0) return `the batch's limit of ${WORDS[kind](all)} is reached`;
    found[kind] = (own[kind] ?? 0) + more;
  }
  if (found.tokens !== null) found.tokens = Math.floor(found.tokens);
  return found;
}

function usedOrReserved({ spent, atWork }: Account, kind: Kind): number {
  const reserved = atWork.map(({ limits, spent: used }) => limits[kind] ?? used[kind] ?? 0);
  return (spent[kind] ?? 0) + reserved.reduce((sum, amount) => sum + amount, 0);
}

/** The options of `mle-star run` that hold a job to its limits. */
export function limitOptions({ usd, tokens, hours }: Limits): string[] {
  return [
    ...(usd === null ? [] : ["--max-usd", String(usd)]),
    ...(tokens === null ? [] : ["--max-tokens", String(tokens)]),
    ...(hours === null ? [] : ["--time-limit", `${Math.max(1, Math.round(hours * 3600))}s`]),
  ];
}

/** What a try was given. */
const Share = z.object({ limits: Limits, gpus: z.array(z.string()) });
export type Share = z.infer<typeof Share>;

export async function writeShare(attempt: string, share: Share): Promise<void> {
  await writeAtomically(join(attempt, FILE), `${JSON.stringify(share)}\n`);
}

/** Without the file the process that started the try was killed before it began. */
export async function readShare(attempt: string): Promise<Share> {
  const text = await readFile(join(attempt, FILE), "utf8").catch(() => null);
  return text === null ? { limits: NO_LIMITS, gpus: [] } : Share.parse(JSON.parse(text));
}

export function plus(a: Spent, b: Spent): Spent {
  const usd = a.usd === null || b.usd === null ? null : a.usd + b.usd;
  return { usd, tokens: a.tokens + b.tokens, hours: a.hours + b.hours };
}
