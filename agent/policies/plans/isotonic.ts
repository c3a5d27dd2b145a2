/** A plan that was executed: what the verifier gave it, and whether its script gained. */
export type VerifiedPlan = { score: number; gained: boolean };

/** Scores from `from` on: how many plans, and the share of them that gained, made to rise with the score. */
export type Step = { from: number; plans: number; rate: number };

/** What the verifier's scores are worth: the fitted steps, and the score from which plans gain more often than the average one. */
export type Calibration = { plans: number; rate: number; steps: Step[]; threshold: number };

/** Executed plans that a calibration needs: a choice of ours. */
export const MIN_PLANS = 30;

/**
 * Isotonic regression of gains on the verifier's scores by pooling adjacent violators (Barlow et al. 1972). Null with
 * fewer plans than can tell anything.
 */
export function calibrate(plans: readonly VerifiedPlan[]): Calibration | null {
  if (plans.length < MIN_PLANS) return null;
  const rate = plans.filter(({ gained }) => gained).length / plans.length;
  const steps: Step[] = [];
  for (const [from, group] of byScore(plans)) {
    const gained = group.filter((each) => each.gained).length;
    let step: Step = { from, plans: group.length, rate: gained / group.length };
    for (
      let last = steps.at(-1);
      last !== undefined && last.rate >= step.rate;
      last = steps.at(-1)
    ) {
      steps.pop();
      step = pooled(last, step);
    }
    steps.push(step);
  }
  const good = steps.find((step) => step.rate >= rate) ?? steps.at(-1);
  return { plans: plans.length, rate, steps, threshold: good?.from ?? 0 };
}

function byScore(plans: readonly VerifiedPlan[]): [number, VerifiedPlan[]][] {
  const groups = new Map<number, VerifiedPlan[]>();
  for (const plan of plans) groups.set(plan.score, [...(groups.get(plan.score) ?? []), plan]);
  return [...groups].sort(([a], [b]) => a - b);
}

function pooled(a: Step, b: Step): Step {
  const plans = a.plans + b.plans;
  return { from: a.from, plans, rate: (a.plans * a.rate + b.plans * b.rate) / plans };
}

/** One line for people. */
export function calibrationText(found: Calibration | null, threshold: number): string {
  if (found === null)
    return `threshold ${threshold}: fewer than ${MIN_PLANS} vetted plans were executed so far, so it is not calibrated`;
  const steps = found.steps.map(
    ({ from, rate, plans }) => `from ${from}: ${percent(rate)} of ${plans}`,
  );
  return `threshold ${threshold}: of ${found.plans} executed plans ${percent(found.rate)} gained; ${steps.join(", ")}`;
}

function percent(rate: number): string {
  return `${Math.round(100 * rate)} %`;
}
