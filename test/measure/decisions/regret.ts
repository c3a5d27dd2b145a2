import { normalQuantile } from "../../../agent/trust/normal.ts";
import { mean } from "../timing.ts";

/** What a run submitted, the best that it had, and what one prediction for all rows scores: all on hidden answers but the last. */
export type Outcome = {
  competition: string;
  seed: number;
  rule: string;
  sign: 1 | -1;
  submitted: number | null;
  single: number | null;
  blend: number | null;
  /** On the search folds: nobody has it on the hidden answers. */
  constant: number | null;
};

/** Mean of some numbers with its 95 % interval (Student's t); the interval is null with fewer than three. */
export type Estimate = { mean: number; interval: [number, number] | null; of: number };

/**
 * By how much what was submitted is worse than the best that the run had, in shares of what the best single script is
 * better than a constant: zero at best, below it where it is better.
 */
export function regretOf(outcome: Outcome, best: "single" | "blend"): number | null {
  const { submitted, sign } = outcome;
  const [top, unit] = [outcome[best], unitOf(outcome)];
  return top === null || submitted === null || unit === null
    ? null
    : (sign * (top - submitted)) / unit;
}

/** By how much one rule's submission is better than another's in the same competition with the same seed, in shares alike. */
export function pairedGains(all: readonly Outcome[], rule: string, other: string): number[] {
  return all
    .filter((each) => each.rule === rule)
    .flatMap((one) => {
      const pair = all.find(
        ({ competition, seed, rule: name }) =>
          name === other && competition === one.competition && seed === one.seed,
      );
      const unit = unitOf(one);
      if (pair === undefined || unit === null) return [];
      if (one.submitted === null || pair.submitted === null) return [];
      return [(one.sign * (one.submitted - pair.submitted)) / unit];
    });
}

export function estimate(values: readonly number[]): Estimate {
  const [of, center] = [values.length, mean(values)];
  if (of < 3) return { mean: center, interval: null, of };
  const squares = values.reduce((sum, each) => sum + (each - center) ** 2, 0);
  const error = studentQuantile(of - 1) * Math.sqrt(squares / (of - 1) / of);
  return { mean: center, interval: [center - error, center + error], of };
}

function unitOf({ single, constant, sign }: Outcome): number | null {
  if (single === null || constant === null) return null;
  const unit = sign * (single - constant);
  return unit > 0 ? unit : null;
}

/** The upper end of 95 % of Student's t, by Cornish and Fisher's expansion (Abramowitz and Stegun, 26.7.5). */
function studentQuantile(freedom: number): number {
  const z = normalQuantile(0.975);
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return z + terms.reduce((sum, term, at) => sum + term / freedom ** (at + 1), 0);
}
