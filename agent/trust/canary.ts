import type { EventValue } from "../../runs/events/events.ts";
import { showNumber } from "../../runs/report/formats.ts";
import { type Metric, perfectScore } from "../../tasks/competition.ts";
import type { View } from "../../tasks/referee/referee.ts";
import { executeView } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Evaluation, Solution } from "../solution.ts";
import { isRule } from "./disguise.ts";

/** What became of a script under shuffled answers. */
export type CanaryResult = EventValue<"canary">;

/** Why the canary is run on a script that nothing speaks against. */
export const FINALIST = "finalist";

/** Shuffles: one by rule; the second confirms what the first found, or replaces one that did not run. */
export const FIRST_SHUFFLE: View = "shuffled-0";
const VIEWS: readonly View[] = [FIRST_SHUFFLE, "shuffled-1"];

/** A gain of more standard errors than this, */
const MAX_STANDARD_ERRORS = 5;
/** that takes more than this share of the way to a perfect score, is no usual one. */
const MAX_SHARE_OF_WAY = 0.5;
/** Nearer to perfect than this, in units of the metric's range, is suspicious too. All three are choices of ours. */
const NEARLY_PERFECT = 0.002;

/** Normal quantile of a 95 % interval's ends. */
const Z_95 = 1.96;

/** Why a score should not count before the canary was run; null: it is an ordinary one. */
export function suspicionOf(
  run: Run,
  evaluation: Pick<Evaluation, "score" | "interval">,
  parentScore: number | null,
): string | null {
  const { score, interval } = evaluation;
  if (score === null) return null;
  const { metric } = run.competition;
  const left = distanceToPerfect(metric, score);
  if (left !== null && left <= NEARLY_PERFECT * rangeOf(run))
    return `a score of ${score} is nearly perfect`;
  if (parentScore === null || interval === null) return null;
  const gain = metric.direction === "maximize" ? score - parentScore : parentScore - score;
  const error = (interval[1] - interval[0]) / (2 * Z_95);
  const whole = distanceToPerfect(metric, parentScore) ?? Math.abs(parentScore);
  if (gain <= MAX_STANDARD_ERRORS * error || gain <= MAX_SHARE_OF_WAY * whole) return null;
  return `a gain of ${showNumber(gain)} over ${showNumber(parentScore)} is more than ${MAX_STANDARD_ERRORS} standard errors and more than half of the way to perfect`;
}

/** How far a score is from perfect; null where nobody knows what perfect is. */
function distanceToPerfect(metric: Metric, score: number): number | null {
  const perfect = perfectScore(metric.name);
  return perfect === null ? null : Math.abs(perfect - score);
}

/** What one unit of the metric is: the target's range for errors in its own unit, else 1 (percentages 100). */
function rangeOf(run: Run): number {
  const { name } = run.competition.metric;
  if (name === "smape") return 100;
  const { target } = run.brief.profile;
  if (target === null) return 1;
  const width = target.max - target.min;
  if (name === "mse") return width ** 2;
  return name === "rmse" || name === "mae" || name === "pinball" ? width : 1;
}

/**
 * The label-shuffle canary: the script is run once more where the answers of the training rows were shuffled
 * (a permutation test, Ojala and Garriga 2010). What it still knows of the true ones reaches it by another way. It
 * is called a leak only when two shuffles say so; when it does not run, it is tried once more and stays unverified.
 */
export function runCanary(run: Run, solution: Solution, asked: string): Promise<CanaryResult> {
  return conclude(run, solution, asked, () => assessCanary(run, solution));
}

/** Says in the journal that the canary was not run on a script, and why; what was found before stands. */
export function skipCanary(
  run: Run,
  solution: Solution,
  asked: string,
  why: string,
): Promise<CanaryResult> {
  return conclude(run, solution, asked, async () => skipped(why));
}

type Found = Pick<CanaryResult, "verdict" | "why">;

/** A verdict of the search stands at the end too, unless it was that the budget did not allow one. */
async function conclude(
  run: Run,
  solution: Solution,
  asked: string,
  find: () => Promise<Found>,
): Promise<CanaryResult> {
  const { id } = solution;
  const earlier = run.journal.recorded("canary", `${id}/canary`);
  const isFinal = asked === FINALIST;
  if (isFinal && earlier !== null && earlier.verdict !== "skipped") return earlier;
  const key = `${id}/${isFinal ? "canary-at-the-end" : "canary"}`;
  return run.slots.once(key, async () => {
    const { verdict, why } = await find();
    return run.journal.step("canary", key, async () => ({ solution: id, asked, verdict, why }));
  });
}

async function assessCanary(run: Run, solution: Solution): Promise<Found> {
  if (run.mode === "self-reported")
    return skipped("a self-reported run has no split whose answers could be shuffled");
  let above: string | null = null;
  let failed: string | null = null;
  for (const view of VIEWS) {
    const outcome = await executeView(run, solution, view);
    if (outcome === null && above === null && failed === null)
      return skipped("the budget does not allow the execution");
    if (outcome === null) break;
    if (outcome.status !== "scored") {
      failed = `it did not run on shuffled answers (${outcome.status}): ${lastLine(outcome.reason)}`;
      continue;
    }
    const found = await measure(run, solution, view);
    if (!found.aboveChance) return { verdict: "passed", why: textOf(found) };
    if (above !== null) return ruleOrAnswers(run, solution, found);
    above = textOf(found);
  }
  return { verdict: "unverified", why: failed ?? `no second shuffle could confirm: ${above}` };
}

/** A script that learns nothing is above chance, too, when it goes by a rule: that is no leak. */
async function ruleOrAnswers(
  run: Run,
  solution: Solution,
  found: EventValue<"shuffled">,
): Promise<Found> {
  const rule = await isRule(run, solution, found);
  if (rule.isRule) return { verdict: "passed", why: rule.why };
  return { verdict: "above-chance", why: `${textOf(found)} (${rule.why})` };
}

function measure(run: Run, { id }: Solution, view: View) {
  return run.journal.step("shuffled", `${id}/${view}/canary`, async () => ({
    solution: id,
    view,
    ...(await run.referee.canary(id, view)),
  }));
}

function skipped(why: string): Found {
  return { verdict: "skipped", why };
}

function textOf({ score, real, chance, aboveChance }: EventValue<"shuffled">): string {
  const [low, high] = chance.map((end) => showNumber(end));
  const text = `trained on shuffled answers it scores ${showNumber(score)} (${showNumber(real)} on the true ones); chance is ${low} to ${high}`;
  return aboveChance ? `${text}: it knows answers by another way than the training rows` : text;
}

function lastLine(reason: string | null): string {
  return (reason ?? "").trim().split("\n").at(-1)?.slice(0, 200) ?? "";
}
