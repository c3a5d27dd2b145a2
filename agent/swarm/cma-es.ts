import { normal } from "../policies/random.ts";
import { clamped, type Optimizer, ranked, type Space, type Vector } from "./optimizer.ts";

/**
 * Separable CMA-ES (Ros and Hansen 2008): a covariance matrix that is diagonal, which learns from few evaluations in
 * many dimensions. Its default constants; begins in the middle. Points are clipped to 0..1 before they are judged.
 */
export function separableCmaEs({ dimensions: n, population, random }: Space): Optimizer {
  const size = Math.max(population, 2);
  const weights = recombination(size);
  const mass = 1 / sum(weights.map((each) => each ** 2));
  const constants = constantsOf(n, mass);
  const { cs, cc, c1, cmu, damping, expected } = constants;
  let mean = Array.from({ length: n }, () => 0.5);
  let variance = Array.from({ length: n }, () => 1);
  let [pathSigma, pathC] = [mean.map(() => 0), mean.map(() => 0)];
  let sigma = 0.3;
  let draws: number[][] = [];
  let generation = 0;
  return {
    ask() {
      draws = Array.from({ length: size }, () =>
        variance.map((each) => Math.sqrt(each) * normal(random)),
      );
      return draws.map((step) => step.map((each, i) => clamped((mean[i] ?? 0) + sigma * each)));
    },
    tell(values) {
      generation += 1;
      const best = ranked(values).slice(0, weights.length);
      const step = mean.map((_, i) =>
        weighted(weights, (rank) => draws[best[rank] ?? 0]?.[i] ?? 0),
      );
      mean = mean.map((each, i) => clamped(each + sigma * (step[i] ?? 0)));
      pathSigma = pathSigma.map(
        (each, i) =>
          (1 - cs) * each +
          (Math.sqrt(cs * (2 - cs) * mass) * (step[i] ?? 0)) / Math.sqrt(variance[i] ?? 1),
      );
      const long = norm(pathSigma) / Math.sqrt(1 - (1 - cs) ** (2 * generation));
      const isSlow = long < (1.4 + 2 / (n + 1)) * expected ? 1 : 0;
      pathC = pathC.map(
        (each, i) => (1 - cc) * each + isSlow * Math.sqrt(cc * (2 - cc) * mass) * (step[i] ?? 0),
      );
      variance = variance.map((each, i) => {
        const spread = weighted(weights, (rank) => (draws[best[rank] ?? 0]?.[i] ?? 0) ** 2);
        return Math.max(1e-8, (1 - c1 - cmu) * each + c1 * (pathC[i] ?? 0) ** 2 + cmu * spread);
      });
      sigma = Math.min(1, sigma * Math.exp((cs / damping) * (norm(pathSigma) / expected - 1)));
    },
  };
}

/** Logarithmic weights of the better half. */
function recombination(size: number): number[] {
  const parents = Math.max(1, Math.floor(size / 2));
  const raw = Array.from(
    { length: parents },
    (_, rank) => Math.log((size + 1) / 2) - Math.log(rank + 1),
  );
  return raw.map((each) => each / sum(raw));
}

function constantsOf(n: number, mass: number) {
  const cs = (mass + 2) / (n + mass + 5);
  const wide = (n + 2) / 3;
  return {
    cs,
    cc: (4 + mass / n) / (n + 4 + (2 * mass) / n),
    // Larger by (n + 2) / 3 than with a full matrix: that is what makes it learn sooner.
    c1: Math.min(0.5, (wide * 2) / ((n + 1.3) ** 2 + mass)),
    cmu: Math.min(0.5, (wide * 2 * (mass - 2 + 1 / mass)) / ((n + 2) ** 2 + mass)),
    damping: 1 + 2 * Math.max(0, Math.sqrt((mass - 1) / (n + 1)) - 1) + cs,
    expected: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n ** 2)),
  };
}

function weighted(weights: readonly number[], of: (rank: number) => number): number {
  return sum(weights.map((weight, rank) => weight * of(rank)));
}

function norm(vector: Vector): number {
  return Math.sqrt(sum(vector.map((each) => each ** 2)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
