import type { GainKind } from "../../runs/events/trust.ts";
import { normalBelow } from "./normal.ts";

/*
 * What a measured gain is worth: gains of one kind of step are normal around a mean, and each is measured with a
 * normal error. Mean and spread of the gains are fitted by empirical Bayes to the attempts of the run (Efron and
 * Morris 1973; Efron 2010, "Large-Scale Inference", chapter 1), which a shipped prior stands beside as a few attempts
 * more.
 */

/** A gain in the metric's good direction, with the standard error that it was measured with. */
export type Measured = { gain: number; standardError: number };

/** Mean and spread of the true gains of one kind. */
export type Prior = { mean: number; spread: number };

/** What is known of a true gain after it was measured; `probability`: that it is above zero. */
export type Posterior = Prior & { probability: number };

/**
 * Attempts that the shipped mean and the shipped spread count for. A run soon shows whether its changes help at all, so
 * the mean counts for little; a spread is known from many only, so it counts for what two steps try. Choices of ours, by
 * `npm run measure -- decisions --parts rules`: the rule must not follow changes that mostly harm.
 */
const SHIPPED_ATTEMPTS = { mean: 0.5, spread: 8 };
/** A spread smaller than this share of the shipped one would decide without looking. */
const MIN_SPREAD = 0.1;
/** Steps of the fit: it has converged long before. */
const FIT_STEPS = 200;
/**
 * Standard errors that a prior may move a measured gain by: gains of one kind are not normal (a change may break the
 * script), and what is measured beyond doubt stands, whatever others gained (limited translation; Efron and Morris
 * 1972, "Limiting the Risk of Bayes and Empirical Bayes Estimators", part II). A choice of ours.
 */
const MAX_TRANSLATION = 2;
/** Standard deviations from the mean at which an attempt's influence on the fit ends (Huber 1964). A choice of ours. */
const MAX_INFLUENCE = 2;

/**
 * Gains in shares of what the incumbent is better than a constant. The mean of ablation variants, which are built to
 * be worse, is that of recorded runs of the playbook (docs/figures.md, "How much steps gain"); there refinements and
 * merges gained little on average, and a mean above zero would let measured losses in, so theirs is zero. Spreads are
 * wider than there, since the runs were few. Use of the data and ensembles: a guess of ours.
 */
const SHIPPED: Record<GainKind, Prior> = {
  refine: { mean: 0, spread: 0.006 },
  ablation: { mean: -0.016, spread: 0.012 },
  merge: { mean: 0, spread: 0.006 },
  tuning: { mean: 0.0005, spread: 0.006 },
  ensemble: { mean: 0.002, spread: 0.006 },
};

/** The shipped prior in the metric's unit. `unit`: by how much the incumbent is better than a constant. */
export function shippedPrior(kind: GainKind, unit: number): Prior {
  const { mean, spread } = SHIPPED[kind];
  return { mean: mean * unit, spread: spread * unit };
}

/**
 * Mean and spread of the true gains, by expectation maximization over the measured ones and the shipped prior, which
 * counts as attempts whose true gains are known.
 */
export function fitPrior(shipped: Prior, measured: readonly Measured[]): Prior {
  const known = measured.filter(
    ({ gain, standardError }) => Number.isFinite(gain) && standardError >= 0,
  );
  const least = MIN_SPREAD * shipped.spread;
  let { mean, spread } = shipped;
  for (let step = 0; step < FIT_STEPS; step++) {
    const each = known.map((one) =>
      normalPosterior(bounded(one, { mean, spread }), { mean, spread }),
    );
    const center =
      (SHIPPED_ATTEMPTS.mean * shipped.mean + each.reduce((sum, one) => sum + one.mean, 0)) /
      (SHIPPED_ATTEMPTS.mean + each.length);
    const squares = each.reduce((sum, one) => sum + (one.mean - center) ** 2 + one.spread ** 2, 0);
    const variance =
      (SHIPPED_ATTEMPTS.spread * shipped.spread ** 2 + squares) /
      (SHIPPED_ATTEMPTS.spread + each.length);
    [mean, spread] = [center, Math.max(least, Math.sqrt(variance))];
  }
  return { mean, spread };
}

/** What is expected of a measured gain, and how sure that is. */
export function posteriorOf(measured: Measured, prior: Prior): Posterior {
  const { gain, standardError } = measured;
  const { mean: unlimited, spread } = normalPosterior(measured, prior);
  const most = MAX_TRANSLATION * standardError;
  const mean = Math.min(Math.max(unlimited, gain - most), gain + most);
  // What has no error is known: equal predictions gain nothing, whatever others gain.
  const probability = spread > 0 ? normalBelow(mean / spread) : Number(mean > 0);
  return { mean, spread, probability };
}

/** Normal prior and normal error: the mean of both, each by its precision. */
function normalPosterior({ gain, standardError }: Measured, prior: Prior): Prior {
  const weight =
    standardError > 0 ? prior.spread ** 2 / (prior.spread ** 2 + standardError ** 2) : 1;
  const mean = weight * gain + (1 - weight) * prior.mean;
  return { mean, spread: standardError * Math.sqrt(weight) };
}

/** A gain as far from the mean as it may count for. */
function bounded({ gain, standardError }: Measured, { mean, spread }: Prior): Measured {
  const most = MAX_INFLUENCE * Math.hypot(spread, standardError);
  return { gain: Math.min(Math.max(gain, mean - most), mean + most), standardError };
}
