/** Nodes that took part, by number, and what the graph was worth with them alone. */
export type Coalition = { nodes: readonly number[]; value: number };

/** What the whole graph is worth more than the graph without a node, for each node that was left out. */
export function leaveOneOut(
  whole: number,
  without: readonly { node: number; value: number }[],
): { node: number; credit: number }[] {
  return without.map(({ node, value }) => ({ node, credit: whole - value }));
}

/**
 * Banzhaf values by maximum sample reuse (Wang and Jia, arXiv 2205.15466): the mean worth of the coalitions with a node
 * less that of those without it; null where one of the two was never drawn.
 */
export function banzhaf(
  coalitions: readonly Coalition[],
  nodes: readonly number[],
): { node: number; credit: number | null }[] {
  return nodes.map((node) => {
    const [inside, outside]: [number[], number[]] = [[], []];
    for (const { nodes: some, value } of coalitions)
      (some.includes(node) ? inside : outside).push(value);
    const isKnown = inside.length > 0 && outside.length > 0;
    return { node, credit: isKnown ? mean(inside) - mean(outside) : null };
  });
}

/** Coalitions drawn evenly: every node is in with probability 1/2; never nobody. */
export function drawCoalitions(
  count: number,
  nodes: readonly number[],
  random: () => number,
): number[][] {
  return Array.from({ length: count }, () => {
    for (;;) {
      const some = nodes.filter(() => random() < 0.5);
      if (some.length > 0 || nodes.length === 0) return some;
    }
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
