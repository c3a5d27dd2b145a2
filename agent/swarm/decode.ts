/** Weights of edges from row to column, one for each pair of nodes; the diagonal counts for nothing. */
export type Matrix = readonly (readonly number[])[];

/** Who feeds whom: `order` is topological, sources first and the node that answers last. */
export type Decoded = { order: number[]; edges: [from: number, to: number][]; sink: number };

export type Decoding = {
  /** Share of the probability that is drawn from: 0.8 in the paper, 0 (always the likeliest) in its repository. */
  topP: number;
  /** Further edges, to nodes that were placed earlier, from this weight on; null: each node feeds one other, as in the paper. */
  edgesFrom: number | null;
  /** Nodes that may answer at the end; null: all. */
  ends: readonly number[] | null;
};

/**
 * G-DECODE of Heterogeneous Swarms (arXiv 2502.04510): the end node by softmax(1 / outdegree), then one node after the
 * other by softmax(outdegree), each with an edge to a placed node v by softmax(a_uv). Acyclic, with one sink that all
 * nodes reach. The matrix is left as it is.
 */
export function decode(
  matrix: Matrix,
  random: () => number,
  { topP, edgesFrom, ends }: Decoding,
): Decoded {
  const nodes = matrix.map((_, node) => node);
  const degrees = matrix.map((row, node) => sum(row.filter((_, to) => to !== node)));
  const weight = (from: number, to: number) => matrix[from]?.[to] ?? 0;
  const degree = (node: number) => degrees[node] ?? 0;
  const candidates = ends ?? nodes;
  const sink = pick(
    candidates,
    candidates.map((node) => 1 / Math.max(degree(node), 1e-9)),
    { topP, random },
  );
  const placed = [sink];
  const edges: Decoded["edges"] = [];
  let left = nodes.filter((node) => node !== sink);
  while (left.length > 0) {
    const from = pick(left, left.map(degree), { topP, random });
    const to = pick(
      placed,
      placed.map((node) => weight(from, node)),
      { topP, random },
    );
    for (const node of placed)
      if (node === to || (edgesFrom !== null && weight(from, node) >= edgesFrom))
        edges.push([from, node]);
    placed.push(from);
    left = left.filter((node) => node !== from);
  }
  return { order: placed.toReversed(), edges, sink };
}

/** One of the items by top-p over the softmax of their values; top-p 0 is the item with the largest value. */
function pick(
  items: readonly number[],
  values: readonly number[],
  { topP, random }: { topP: number; random: () => number },
): number {
  const ranked = items
    .map((item, index) => ({ item, value: values[index] ?? 0 }))
    .sort((a, b) => b.value - a.value);
  const [first] = ranked;
  if (first === undefined) throw new Error("nothing to pick from");
  if (topP <= 0) return first.item;
  const weights = ranked.map(({ value }) => Math.exp(value - first.value));
  const kept = nucleus(weights, topP);
  let rest = random() * sum(kept);
  for (const [index, each] of kept.entries()) {
    rest -= each;
    if (rest < 0) return ranked[index]?.item ?? first.item;
  }
  return ranked[kept.length - 1]?.item ?? first.item;
}

/** The largest weights, as few as have that share of the sum. */
function nucleus(sorted: readonly number[], share: number): number[] {
  const all = sum(sorted);
  const kept: number[] = [];
  for (const weight of sorted) {
    kept.push(weight);
    if (sum(kept) >= share * all) break;
  }
  return kept;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** A matrix of so many nodes from a vector of its weights off the diagonal, row by row. */
export function toMatrix(vector: readonly number[], nodes: number): number[][] {
  return Array.from({ length: nodes }, (_, row) =>
    Array.from({ length: nodes }, (__, column) => {
      if (row === column) return 0;
      return vector[row * (nodes - 1) + (column < row ? column : column - 1)] ?? 0;
    }),
  );
}
