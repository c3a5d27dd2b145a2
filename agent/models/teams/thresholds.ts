/** A level of a cascade: what a call costs, and stated confidence with outcome (0 to 1) of earlier answers. */
export type Level = { cost: number; stated: readonly (readonly [number, number])[] };

/** Answers with known outcome that a level needs before its threshold is fitted: a choice of ours. */
const MIN_STATED = 30;
/** Quantiles of the confidence that are tried as thresholds. */
const STEPS = 20;
/** Quality that may be lost against the best level, as a share of it; the goal is .02, less the error of a fit. */
const TOLERANCE = 0.01;

/**
 * Thresholds below which a level defers to the next, one a level but the last: the cheapest cascade whose expected
 * outcome is within the tolerance of the best single level's. The levels' errors are taken to be independent. Null
 * where a level has too few answers with a known outcome. Costs are in any one unit.
 */
export function fitThresholds(levels: readonly Level[]): number[] | null {
  if (levels.length < 2 || levels.some(({ stated }) => stated.length < MIN_STATED)) return null;
  const means = levels.map(({ stated }) => mean(stated.map(([, outcome]) => outcome)));
  const wanted = Math.max(...means) * (1 - TOLERANCE);
  let frontier: Plan[] = [{ thresholds: [], reach: 1, cost: 0, outcome: 0 }];
  for (const [index, level] of levels.entries()) {
    const isLast = index === levels.length - 1;
    const cuts = isLast ? [Number.NEGATIVE_INFINITY] : cutsOf(level);
    const kept = cuts.map((cut) => keptBy(level, cut));
    frontier = frontier.flatMap((plan) => kept.map((each) => extended(plan, level.cost, each)));
  }
  const good = frontier.filter(({ outcome }) => outcome >= wanted);
  const candidates = good.length > 0 ? good : [mostOf(frontier)];
  const best = candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
  return best.thresholds.slice(0, -1);
}

/** What a cascade so far comes to for each question: the share that goes on, cost and outcome. */
type Plan = { thresholds: number[]; reach: number; cost: number; outcome: number };

/** What a threshold keeps of a level's answers: their share, and their outcomes as a share of all. */
type Kept = { cut: number; share: number; gained: number };

function keptBy({ stated }: Level, cut: number): Kept {
  const kept = stated.filter(([confidence]) => confidence >= cut);
  const gained = kept.reduce((sum, [, outcome]) => sum + outcome, 0);
  return { cut, share: kept.length / stated.length, gained: gained / stated.length };
}

function extended(plan: Plan, cost: number, { cut, share, gained }: Kept): Plan {
  return {
    thresholds: [...plan.thresholds, cut],
    reach: plan.reach * (1 - share),
    cost: plan.cost + plan.reach * cost,
    outcome: plan.outcome + plan.reach * gained,
  };
}

/** Quantiles of the confidence, and one that defers everything. */
function cutsOf({ stated }: Level): number[] {
  const sorted = stated.map(([confidence]) => confidence).sort((a, b) => a - b);
  const quantiles = Array.from(
    { length: STEPS },
    (_, step) => sorted[Math.floor((step / STEPS) * sorted.length)] ?? 0,
  );
  return [...new Set(quantiles), Number.POSITIVE_INFINITY];
}

function mostOf(plans: readonly Plan[]): Plan {
  return plans.reduce((a, b) => (b.outcome > a.outcome ? b : a));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
