/*
 * Vectors rounded to whole numbers, two rows in each double: one multiplication serves both, and the sums stay exact.
 * A field holds 26 bits; by Cauchy and Schwarz the product of two vectors of length FIELD, and every part of it, has
 * less than 25. Products of the rounded numbers are near the true ones, within a bound that is known.
 */

const FIELD = 4096;
const SHIFT = 2 ** 26;
/** Added and taken away again, it leaves the nearest whole number of a small one (1.5 × 2^52: faster than to round). */
const NEAREST = 1.5 * 2 ** 52;

/** Rows of `dimension` numbers, in pairs: row 2p in the lower field and row 2p + 1 in the upper one. */
export type Packed = {
  readonly numbers: Float64Array;
  readonly dimension: number;
  /** Length of the longest row. */
  readonly longest: number;
};

/** Packs rows of `dimension` numbers that lie one after the other. */
export function packRows(vectors: Float32Array, dimension: number): Packed {
  const rows = vectors.length / dimension;
  const pairs = Math.ceil(rows / 2);
  const longest = longestRow(vectors, dimension);
  const scale = FIELD / longest;
  const numbers = new Float64Array(pairs * dimension);
  for (let pair = 0; pair < pairs; pair++) {
    const to = pair * dimension;
    const lower = 2 * to;
    // Without a row of its own, the upper field of the last pair has the lower one's.
    const upper = 2 * pair + 1 < rows ? lower + dimension : lower;
    for (let at = 0; at < dimension; at++)
      numbers[to + at] =
        whole(scale * (vectors[lower + at] as number)) +
        SHIFT * whole(scale * (vectors[upper + at] as number));
  }
  return { numbers, dimension, longest };
}

function whole(small: number): number {
  return small + NEAREST - NEAREST;
}

/** A query to compare with packed rows. `slack`: by how much a product can be off. */
export type PackedQuery = { numbers: Float64Array; unit: number; slack: number };

export function packQuery(query: Float32Array, { dimension, longest }: Packed): PackedQuery {
  const length = norm(query) || 1;
  const scale = FIELD / length;
  // Each number is off by half a step at most.
  const off = Math.sqrt(dimension) / 2 / FIELD;
  return {
    numbers: Float64Array.from(query, (value) => Math.round(scale * value)),
    unit: (longest / FIELD) * (length / FIELD),
    slack: longest * length * (2 * off + off * off),
  };
}

/** Pairs that are compared with a query together: each of its numbers is read once for all of them. */
export const PAIRS_TOGETHER = 8;

/** Sums of a query with `PAIRS_TOGETHER` pairs, each of which `lowerOf` and `upperOf` take apart. */
export function packedSums(
  { numbers: query }: PackedQuery,
  { numbers, dimension }: Packed,
  pairs: Int32Array,
  sums: Float64Array,
): void {
  // Plain variables and no array for the sums: taking an array apart costs as much here as the products themselves.
  const aAt = (pairs[0] as number) * dimension;
  const bAt = (pairs[1] as number) * dimension;
  const cAt = (pairs[2] as number) * dimension;
  const dAt = (pairs[3] as number) * dimension;
  const eAt = (pairs[4] as number) * dimension;
  const fAt = (pairs[5] as number) * dimension;
  const gAt = (pairs[6] as number) * dimension;
  const hAt = (pairs[7] as number) * dimension;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let at = 0; at < dimension; at++) {
    const value = query[at] as number;
    a += value * (numbers[aAt + at] as number);
    b += value * (numbers[bAt + at] as number);
    c += value * (numbers[cAt + at] as number);
    d += value * (numbers[dAt + at] as number);
    e += value * (numbers[eAt + at] as number);
    f += value * (numbers[fAt + at] as number);
    g += value * (numbers[gAt + at] as number);
    h += value * (numbers[hAt + at] as number);
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  sums[4] = e;
  sums[5] = f;
  sums[6] = g;
  sums[7] = h;
}

export function upperOf(sum: number): number {
  return Math.round(sum / SHIFT);
}

export function lowerOf(sum: number): number {
  return sum - SHIFT * upperOf(sum);
}

function longestRow(vectors: Float32Array, dimension: number): number {
  let longest = 0;
  for (let from = 0; from < vectors.length; from += dimension)
    longest = Math.max(longest, norm(vectors, from, from + dimension));
  return longest || 1;
}

function norm(numbers: Float32Array, from = 0, to = numbers.length): number {
  let square = 0;
  for (let at = from; at < to; at++) square += (numbers[at] as number) ** 2;
  return Math.sqrt(square);
}
