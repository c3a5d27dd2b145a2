import { bon } from "./bon.ts";
import { iad } from "./iad.ts";
import { type Archive, incumbentOf, type Move, ranked, scriptsOf, spent } from "./policy.ts";

/** Share of the attempts that are independent of each other, before the rest builds on the best. */
const INDEPENDENT = 1 / 3;

/** A third of the attempts as best of N, then IAD, which runs its leader again before it builds on it. */
export function hybrid(archive: Archive): Move {
  const { tried, attempts, left } = archive;
  if (left <= 0) return again(archive) ?? spent("hybrid");
  if (tried.length < Math.floor(INDEPENDENT * attempts.most))
    return { ...bon(archive), by: "hybrid" };
  return again(archive) ?? { ...iad(archive), by: "hybrid" };
}

/** One more run of the script that leads by its score, while that may be noise. */
function again(archive: Archive): Move | null {
  const { retests, base } = archive;
  const [leader = incumbentOf(archive)] = ranked(scriptsOf(archive));
  const isNoisy = leader.standardError !== null && leader.standardError > 0;
  if (!isNoisy || leader.id === base.id || retests.left <= 0) return null;
  if (leader.evaluations > retests.each) return null;
  const why = `${leader.id} leads: is that noise?`;
  const facts = { evaluations: leader.evaluations };
  return { do: "run-again", script: leader.id, by: "hybrid", why, facts };
}
