import { drawsOf } from "../policies/random.ts";

/** A measured value of one row; rows of one cluster (a competition) are not independent of each other. */
export type Clustered = { cluster: string; value: number };
/** A mean with its 95 % interval; null where there is nothing, or only one cluster. */
export type Estimate = { mean: number | null; interval: readonly [number, number] | null };

const DRAWS = 2000;
const TAIL = 0.025;

/**
 * The mean over rows, with the 95 % percentile interval of the bootstrap in which whole clusters are drawn anew. The
 * draws are always the same ones.
 */
export function estimate(rows: readonly Clustered[]): Estimate {
  if (rows.length === 0) return { mean: null, interval: null };
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { cluster, value } of rows) {
    const known = sums.get(cluster) ?? { sum: 0, count: 0 };
    sums.set(cluster, { sum: known.sum + value, count: known.count + 1 });
  }
  const clusters = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const mean = meanOf(clusters);
  if (clusters.length < 2) return { mean, interval: null };
  const random = drawsOf("bootstrap");
  const means = Array.from({ length: DRAWS }, () => meanOf(drawn(clusters, random))).sort(
    (a, b) => a - b,
  );
  const at = (share: number): number => means[Math.round(share * (DRAWS - 1))] ?? mean;
  return { mean, interval: [at(TAIL), at(1 - TAIL)] };
}

type Sum = { sum: number; count: number };

function meanOf(clusters: readonly Sum[]): number {
  const sum = clusters.reduce((total, each) => total + each.sum, 0);
  return sum / clusters.reduce((total, { count }) => total + count, 0);
}

/** As many clusters as there are, with replacement. */
function drawn(clusters: readonly Sum[], random: () => number): Sum[] {
  return clusters.map((own) => clusters[Math.floor(random() * clusters.length)] ?? own);
}
