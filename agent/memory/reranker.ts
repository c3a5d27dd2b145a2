import { drawsOf, gumbel, normal } from "../policies/random.ts";

/**
 * The residual reranker of RMM (2503.08026): q' = q + W_q q, m' = m + W_m m, score q'·m'. Matrices by rows, of
 * dimension × dimension numbers each.
 */
export type Reranker = {
  readonly dimension: number;
  readonly queryWeights: Float64Array;
  readonly itemWeights: Float64Array;
  /** Batches that have changed it. */
  readonly updates: number;
};

/** How the reranker draws and learns. */
export type RerankerSettings = {
  /** Scores are divided by it (paper: 0.5). */
  temperature: number;
  /** Scores of vectors of length 1 are multiplied by it: without, the paper's rate learns little. */
  scale: number;
  /** Learning rate (paper: 1e-3; ours larger, since a run gives some dozens of samples and no thousands). */
  rate: number;
  /** What a reward is compared with (paper: 0.5). */
  baseline: number;
};

export const RERANKER: RerankerSettings = {
  temperature: 0.5,
  scale: 10,
  rate: 1e-2,
  baseline: 0.5,
};

/** Standard deviation of the first weights; the paper gives none, a third party's choice. */
const SPREAD = 0.01;

/** The reranker that has learned nothing: nearly the order of the embeddings. */
export function freshReranker(dimension: number, seed: string): Reranker {
  const random = drawsOf(`reranker ${seed}`);
  const draw = () => Float64Array.from({ length: dimension ** 2 }, () => SPREAD * normal(random));
  return { dimension, queryWeights: draw(), itemWeights: draw(), updates: 0 };
}

/** v + W v. */
function residual(weights: Float64Array, vector: Float32Array): Float64Array {
  const { length } = vector;
  const sums = new Float64Array(length);
  for (let row = 0, at = 0; row < length; row++) {
    let sum = vector[row] as number;
    for (let column = 0; column < length; column++, at++)
      sum += (weights[at] as number) * (vector[column] as number);
    sums[row] = sum;
  }
  return sums;
}

/** Logits of the items for a query: scaled scores over the temperature. */
export function logitsOf(
  { queryWeights, itemWeights }: Reranker,
  query: Float32Array,
  items: readonly Float32Array[],
  { scale, temperature }: RerankerSettings = RERANKER,
): number[] {
  const asked = residual(queryWeights, query);
  const factor = scale / temperature;
  return items.map((item) => factor * dot(asked, residual(itemWeights, item)));
}

/** The `count` largest logits, best first; with `random` each has Gumbel noise added, which samples without replacement. */
export function drawTop(
  logits: readonly number[],
  count: number,
  random: (() => number) | null,
): number[] {
  const noisy = logits.map((logit) => logit + (random === null ? 0 : gumbel(random)));
  return noisy
    .map((value, index) => ({ value, index }))
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}

/** Log-probability that `order` is drawn, in this order, of the logits (Plackett-Luce without replacement). */
export function logProbability(logits: readonly number[], order: readonly number[]): number {
  const chosen = new Set<number>();
  let sum = 0;
  for (const index of order) {
    sum += (logits[index] ?? 0) - logSumExp(logits.filter((_, each) => !chosen.has(each)));
    chosen.add(index);
  }
  return sum;
}

function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** Σ_t advantage_t ∂ log p_t / ∂ logits: what each logit would have to change by. */
export function gradientOf(
  logits: readonly number[],
  order: readonly number[],
  advantages: readonly number[],
): number[] {
  const gradient = logits.map(() => 0);
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  for (const [turn, index] of order.entries()) {
    const advantage = advantages[turn] ?? 0;
    const rest = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [each, weight] of weights.entries())
      gradient[each] = (gradient[each] ?? 0) - (advantage * weight) / (rest || 1);
    gradient[index] = (gradient[index] ?? 0) + advantage;
    // What was chosen cannot be chosen again.
    weights[index] = 0;
  }
  return gradient;
}

/** One draw that was shown, with a reward for each item in its order; null: nothing is known of that one. */
export type Sample = {
  query: Float32Array;
  items: readonly Float32Array[];
  order: readonly number[];
  rewards: readonly (number | null)[];
};

/** One step of REINFORCE over a batch: Δφ = η (R − b) ∇ log P, the mean over its samples. */
export function learn(
  reranker: Reranker,
  batch: readonly Sample[],
  settings: RerankerSettings = RERANKER,
): Reranker {
  if (batch.length === 0) return reranker;
  const queryWeights = reranker.queryWeights.slice();
  const itemWeights = reranker.itemWeights.slice();
  const step = settings.rate / batch.length;
  for (const sample of batch) {
    const { changed, query, asked, plain } = weightGradients(reranker, sample, settings);
    addOuter(queryWeights, step, changed, query);
    addOuter(itemWeights, step, asked, plain);
  }
  return { ...reranker, queryWeights, itemWeights, updates: reranker.updates + 1 };
}

/**
 * The gradients by the weights, each an outer product: by W_q it is (Σ G_i m'_i) qᵀ, `changed` and `query`; by W_m it is
 * q' (Σ G_i m_i)ᵀ, `asked` and `plain`. G is the gradient by the scores.
 */
export function weightGradients(
  { dimension, queryWeights, itemWeights }: Reranker,
  { query, items, order, rewards }: Sample,
  { scale, temperature, baseline }: RerankerSettings = RERANKER,
): { changed: Float64Array; query: Float32Array; asked: Float64Array; plain: Float64Array } {
  const asked = residual(queryWeights, query);
  const moved = items.map((item) => residual(itemWeights, item));
  const factor = scale / temperature;
  const logits = moved.map((item) => factor * dot(asked, item));
  const advantages = order.map((_, turn) => {
    const reward = rewards[turn] ?? null;
    return reward === null ? 0 : reward - baseline;
  });
  const changed = new Float64Array(dimension);
  const plain = new Float64Array(dimension);
  for (const [index, gradient] of gradientOf(logits, order, advantages).entries()) {
    const [item, own] = [moved[index], items[index]];
    if (item === undefined || own === undefined) continue;
    for (let at = 0; at < dimension; at++) {
      changed[at] = (changed[at] as number) + gradient * factor * (item[at] as number);
      plain[at] = (plain[at] as number) + gradient * factor * (own[at] as number);
    }
  }
  return { changed, query, asked, plain };
}

type Vector = Float32Array | Float64Array;

/** W + step · a bᵀ, in place. */
function addOuter(weights: Float64Array, step: number, a: Vector, b: Vector): void {
  for (let row = 0, at = 0; row < a.length; row++) {
    const factor = step * (a[row] as number);
    for (let column = 0; column < b.length; column++, at++)
      weights[at] = (weights[at] as number) + factor * (b[column] as number);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}
