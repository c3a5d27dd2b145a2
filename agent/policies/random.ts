import { sha256 } from "../../runs/sha256.ts";

/** Numbers in [0, 1) that depend on the words alone (mulberry32, seeded by their hash): a replay draws the same. */
export function drawsOf(...words: readonly (string | number)[]): () => number {
  let state = Number.parseInt(sha256(words.join("\0")).slice(0, 8), 16);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A draw from the standard Gumbel distribution, by its inverse. */
export function gumbel(random: () => number): number {
  const u = Math.min(1 - 1e-12, Math.max(1e-12, random()));
  return -Math.log(-Math.log(u));
}

/** A draw from a gamma distribution of scale 1 (Marsaglia and Tsang 2000); a shape below 1 by their power of a uniform. */
function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A prior over the mean and the variance of a normal distribution: `count` observations of `mean`; shape and scale of its variance. */
export type NormalPrior = { mean: number; count: number; shape: number; scale: number };

/** A draw of the mean of a normal distribution, given a normal-inverse-gamma prior and what was observed (Murphy 2007, §3). */
export function normalMean(
  prior: NormalPrior,
  observed: readonly number[],
  random: () => number,
): number {
  const n = observed.length;
  const average = n === 0 ? 0 : observed.reduce((sum, each) => sum + each, 0) / n;
  const squares = observed.reduce((sum, each) => sum + (each - average) ** 2, 0);
  const count = prior.count + n;
  const mean = (prior.count * prior.mean + n * average) / count;
  const between = (prior.count * n * (average - prior.mean) ** 2) / (2 * count);
  const scale = prior.scale + squares / 2 + between;
  const variance = scale / gamma(prior.shape + n / 2, random);
  return mean + Math.sqrt(variance / count) * normal(random);
}
