/** What is known of one arm: answers with a known outcome and their sum, on tasks of this kind and on others. */
export type Arm = {
  id: string;
  here: { answers: number; outcome: number };
  elsewhere: { answers: number; outcome: number };
  /** Of a call, in any one unit; null: not known. */
  cost: number | null;
};

/** Answers on tasks of other kinds count for so many at most: a choice of ours. */
const ELSEWHERE_COUNTS = 3;
/** A cheaper arm is as good when its mean is within this of any other's, with 95 % certainty (one-sided): a choice of ours. */
const MARGIN = 0.1;
const Z = 1.645;
/** Answers that every arm must have for that. */
const MIN_ANSWERS = 20;

type Estimate = { arm: Arm; answers: number; mean: number };

/**
 * The arms in the order in which they are asked. By UCB1 (Auer et al. 2002): highest mean + sqrt(2 ln T / n) first,
 * one never tried before all others. With `downgrade` the cheapest arm that is as good as any comes first.
 */
export function orderArms(
  arms: readonly Arm[],
  { downgrade }: { downgrade: boolean },
): { order: string[]; why: string } {
  const estimates = arms.map(estimate);
  const total = estimates.reduce((sum, { answers }) => sum + answers, 0);
  const bound = ({ answers, mean }: Estimate) =>
    answers === 0 ? Number.POSITIVE_INFINITY : mean + Math.sqrt((2 * Math.log(total)) / answers);
  const ranked = estimates
    .map((each, index) => ({ ...each, index, bound: bound(each) }))
    .sort((a, b) => (a.bound === b.bound ? a.index - b.index : b.bound - a.bound));
  const cheaper = downgrade ? cheaperAsGood(estimates) : null;
  const order = ranked.map(({ arm }) => arm.id);
  const [first] = ranked;
  if (cheaper !== null)
    return {
      order: [cheaper.arm.id, ...order.filter((id) => id !== cheaper.arm.id)],
      why: `as good as any and cheaper: ${words(cheaper)}`,
    };
  return { order, why: first === undefined ? "no member" : words(first) };
}

/** The cheapest arm that is as good as any other; null: that is the dearest one, or too little is known. */
function cheaperAsGood(estimates: readonly Estimate[]): Estimate | null {
  const isKnown = estimates.every(
    ({ answers, arm }) => answers >= MIN_ANSWERS && arm.cost !== null,
  );
  if (!isKnown) return null;
  const costOf = ({ arm }: Estimate) => arm.cost ?? 0;
  const dearest = Math.max(...estimates.map(costOf));
  const good = estimates
    .filter((each) => costOf(each) < dearest && estimates.every((other) => isAsGood(each, other)))
    .sort((a, b) => costOf(a) - costOf(b));
  return good[0] ?? null;
}

function isAsGood(cheap: Estimate, other: Estimate): boolean {
  if (cheap === other) return true;
  const error = Math.sqrt(variance(cheap) + variance(other));
  return other.mean - cheap.mean + Z * error <= MARGIN;
}

/** Of the mean; outcomes lie in [0, 1], and an arm that never failed is not certain. */
function variance({ mean, answers }: Estimate): number {
  const smoothed = (mean * answers + 1) / (answers + 2);
  return (smoothed * (1 - smoothed)) / answers;
}

function estimate(arm: Arm): Estimate {
  const { here, elsewhere } = arm;
  const borrowed = Math.min(ELSEWHERE_COUNTS, elsewhere.answers);
  const answers = here.answers + borrowed;
  const other = elsewhere.answers === 0 ? 0 : elsewhere.outcome / elsewhere.answers;
  return { arm, answers, mean: answers === 0 ? 0 : (here.outcome + borrowed * other) / answers };
}

function words({ answers, mean }: Estimate): string {
  if (answers === 0) return "not tried yet";
  return `mean outcome ${mean.toFixed(2)} of ${Math.round(answers)} answers`;
}
