import { average } from "./seeds.ts";

/** One competition and seed with what two configurations came to; a medal is 1, none 0. */
export type Pair = { first: number; second: number };

/** The mean of the differences `second - first`, with a 95 % interval. */
export type Compared = {
  pairs: number;
  difference: number;
  interval: [number, number];
  /** How many medals differ: three or less of 22 are no difference. */
  medals: number;
  verdict: "no difference shown" | "better" | "worse";
};

/** Medals by which two whole sets must differ at least, from the spread of repeated entries of 22 competitions. */
const MIN_MEDALS = 4;
const SMALL_SET = 22;
const DRAWS = 10_000;

/**
 * Compares two configurations over the same competitions and seeds, by a bootstrap that draws competitions whole, since
 * seeds of one competition are no independent evidence. `pairs`: by competition, its seeds. The draws are the same for
 * the same pairs.
 */
export function comparePaired(pairs: readonly (readonly Pair[])[]): Compared {
  const means = pairs.map(
    (seeds) => average(seeds.map(({ first, second }) => second - first)).mean,
  );
  const difference = average(means).mean;
  const random = numbers(pairs.length);
  const draws = Array.from({ length: DRAWS }, () => {
    let sum = 0;
    for (let i = 0; i < means.length; i++) sum += means[Math.floor(random() * means.length)] ?? 0;
    return sum / means.length;
  }).sort((a, b) => a - b);
  const at = (share: number) => draws[Math.floor(share * (DRAWS - 1))] ?? Number.NaN;
  const interval: [number, number] = [at(0.025), at(0.975)];
  const seeds = Math.max(1, ...pairs.map((each) => each.length));
  const medals = pairs.flat().reduce((sum, { first, second }) => sum + second - first, 0) / seeds;
  const isShown =
    (interval[0] > 0 || interval[1] < 0) &&
    (pairs.length > SMALL_SET || Math.abs(medals) >= MIN_MEDALS);
  const verdict = isShown ? (difference > 0 ? "better" : "worse") : "no difference shown";
  return { pairs: pairs.flat().length, difference, interval, medals, verdict };
}

/**
 * Exact two-sided sign test (Conover, Practical Nonparametric Statistics, 3.4): how probable so uneven a split of
 * differences is where both signs are as probable. Differences of zero are left out before.
 */
export function signTest(better: number, worse: number): number {
  const count = better + worse;
  let term = 0.5 ** count;
  let tail = 0;
  for (let k = 0; k <= Math.min(better, worse); k++) {
    tail += term;
    term *= (count - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** Pseudo-random numbers in 0..1 (mulberry32), the same for a seed. */
function numbers(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}
