import { allRoles } from "../../roles/all.ts";
import { Unreadable } from "../../roles/role.ts";

/** Roles whose answer is one of few, and what of it is voted on. */
const ballots: Readonly<Record<string, (text: string) => string | null>> = {
  "leakage-checker": (text) => {
    const read = allRoles["leakage-checker"].reply.read(text);
    return read instanceof Unreadable ? null : String(read.leaky);
  },
  extractor: (text) => {
    const read = allRoles.extractor.reply.read(text);
    return read instanceof Unreadable ? null : read.block.trim();
  },
};

export const DISCRETE_ROLES: readonly string[] = Object.keys(ballots);

/** What an answer votes for; null where the role's answers are not discrete, or this one cannot be read. */
export function ballotOf(role: string, text: string): string | null {
  return ballots[role]?.(text) ?? null;
}

/**
 * The choice with most votes, one a member; of several the one that stands first. Null without a vote. `count`: its
 * votes, `of`: all of them.
 */
export function majority(
  votes: readonly (string | null)[],
): { choice: string; count: number; of: number } | null {
  const counts = new Map<string, number>();
  for (const vote of votes) if (vote !== null) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  let best: { choice: string; count: number } | null = null;
  for (const [choice, count] of counts)
    if (best === null || count > best.count) best = { choice, count };
  const of = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return best === null ? null : { ...best, of };
}
