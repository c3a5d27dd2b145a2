import { type Archive, incumbentOf, type Move, roundFrom, spent, worstBut } from "./policy.ts";

/**
 * Iterative Agent Decoding (arXiv 2504.01931; formulas after summaries, see docs/paper.md): a first round without
 * feedback, then rounds that begin with the best script so far and are shown it and the worst. Where no attempt is
 * better than the script that the step began with, nothing is shown: candidates that are all wrong mislead
 * (arXiv 2608.18379).
 */
export function iad(archive: Archive): Move {
  if (archive.left <= 0) return spent("iad");
  const best = incumbentOf(archive);
  const worst = worstBut(archive, best.id);
  if (best.id === archive.base.id) {
    const isFirst = archive.tried.length === 0;
    const why = isFirst ? "a first round without feedback" : "no attempt is better so far";
    return { ...roundFrom(archive, best.id, null), by: "iad", why, facts: {} };
  }
  if (worst === null) {
    const why = `goes on from ${best.id}, the only attempt so far`;
    return { ...roundFrom(archive, best.id, null), by: "iad", why, facts: {} };
  }
  const pair = { best: best.id, worst: worst.id };
  const why = `goes on from ${best.id}, with ${worst.id} as the worst`;
  return { ...roundFrom(archive, best.id, pair), by: "iad", why, facts: {} };
}
