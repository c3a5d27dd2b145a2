import {
  type Archive,
  type Draw,
  type Move,
  ranked,
  scriptsOf,
  spent,
  type Tried,
} from "./policy.ts";
import { normalMean } from "./random.ts";

/**
 * What the worth of a branch is before anything came of it: normal, of unknown mean and variance (normal-inverse-gamma),
 * as if one script of middle worth had been seen. Choices of ours.
 */
const PRIOR = { mean: 0.5, count: 1, shape: 1, scale: 0.02 };
/** Attempts that are drawn at a time; the paper's library warns that more make the tree too wide. */
const MAX_AT_ONCE = 5;

/**
 * Adaptive branching Monte Carlo tree search, variant A (arXiv 2503.04412): from the root, at each script a draw from
 * what its own new attempts were worth against a draw from what lies below it decides whether the tree gets wider
 * there or deeper. Scores are mapped to [0, 1] by rank, so that no metric's scale matters; a failure is worth 0.
 */
export function abmcts(archive: Archive, random: () => number): Move {
  if (archive.left <= 0) return spent("abmcts");
  const tree = treeOf(archive);
  const size = Math.min(archive.attempts.round, archive.left, MAX_AT_ONCE);
  const draws = Array.from(
    { length: size },
    (): Draw => ({
      from: choose(tree, archive.base.id, random),
      shown: null,
    }),
  );
  const wider = draws.filter(({ from }) => from === archive.base.id).length;
  const why = `${wider} of ${size} wider at the root, the others deeper`;
  const facts = { wider, deeper: size - wider };
  return { do: "attempt", draws, by: "abmcts", why, facts };
}

/** What is known of the scripts made from each: the worth of each one, and of all below it. */
type Tree = { childrenOf: Map<string, Tried[]>; worth: Map<string, number>; failed: Set<string> };

function treeOf(archive: Archive): Tree {
  const childrenOf = new Map<string, Tried[]>();
  for (const each of archive.tried) {
    const parent = each.parent ?? archive.base.id;
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), each]);
  }
  const failed = new Set(archive.tried.flatMap(({ id, value }) => (value === null ? [id] : [])));
  return { childrenOf, worth: worthByRank(scriptsOf(archive)), failed };
}

/** 1 for the best script, towards 0 for the worst; the same for equal scores; 0 without a score. */
function worthByRank(scripts: readonly Tried[]): Map<string, number> {
  const scored = ranked(scripts.filter(({ value }) => value !== null));
  return new Map(
    scripts.map(({ id, value }) => {
      if (value === null) return [id, 0];
      const above = scored.filter((each) => (each.value ?? 0) > value).length;
      const equal = scored.filter((each) => each.value === value).length;
      return [id, 1 - (above + equal / 2) / scored.length];
    }),
  );
}

/** The script that the next attempt begins with: down the tree, until a new attempt looks best. */
function choose(tree: Tree, root: string, random: () => number): string {
  let at = root;
  for (;;) {
    const children = tree.childrenOf.get(at) ?? [];
    const open = children.filter(({ id }) => !tree.failed.has(id));
    const wider = sample(
      children.map(({ id }) => tree.worth.get(id) ?? 0),
      random,
    );
    const deeper = sample(
      open.flatMap(({ id }) => below(tree, id)),
      random,
    );
    if (open.length === 0 || wider >= deeper) return at;
    const drawn = open.map((child) => ({ child, worth: sample(below(tree, child.id), random) }));
    const [best] = drawn.sort((a, b) => b.worth - a.worth);
    at = best?.child.id ?? at;
  }
}

/** What a script and all that came of it were worth. */
function below(tree: Tree, id: string): number[] {
  const children = tree.childrenOf.get(id) ?? [];
  return [tree.worth.get(id) ?? 0, ...children.flatMap((child) => below(tree, child.id))];
}

/** A draw from what a branch may be worth, by what came of it so far. */
function sample(worths: readonly number[], random: () => number): number {
  return normalMean(PRIOR, worths, random);
}
