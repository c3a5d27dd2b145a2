import type { Blend } from "../../tasks/referee/referee.ts";
import { attemptsOf } from "../config.ts";
import { evaluateOnce } from "../evaluate/evaluate.ts";
import { executeView } from "../run/execute.ts";
import { measureBlend } from "../run/measure.ts";
import type { Run } from "../run/run.ts";
import { forecastSeconds, wallClock } from "../run/seconds.ts";
import type { Evaluated, Solution } from "../solution.ts";
import { FIRST_SHUFFLE } from "../trust/canary.ts";
import { distinctScripts } from "../trust/candidates.ts";

/** Refinement steps of a track beyond those that were asked for: time and steps without a gain end it sooner. */
const MORE_STEPS = 100;
/** After so many of them without a gain a track ends. */
const MAX_IDLE = 2;
/** Further seeds of the best script: the average of three has most of what many would bring. Choices of ours, all three. */
const MORE_SEEDS = 2;

/**
 * Whether a track makes another step than those that were asked for: while the time limit leaves room for it, and
 * where the playbook answers, whose calls cost nothing. `idle`: such steps without a gain so far, since the last one.
 */
export async function hasTimeForStep(
  run: Run,
  at: string,
  base: Evaluated,
  { more, idle }: { more: number; idle: number },
): Promise<boolean> {
  if (
    run.config.untilBudget ||
    more > MORE_STEPS ||
    idle >= MAX_IDLE ||
    run.mode === "self-reported"
  )
    return false;
  const asked = run.config.refinement === "block" ? "planner" : "refiner";
  if (run.models.of(asked, at).name !== run.models.playbook.name) return false;
  const seeds = needOfSeeds(run, base, seedsOf(run, base.solution).length);
  const hasRoomForSeeds =
    seeds.executions > 0 && (await run.budget.affordsMore(`${at}/seeds`, seeds));
  // A step that runs out of room ends by itself, so that an attempt is enough; but not at the cost of other seeds of the
  // best, which come after it: then all of its scripts must have room beside them.
  const scripts = hasRoomForSeeds ? run.config.ablationVariants + attemptsOf(run.config) : 1;
  const { executions, seconds } = base.evaluation;
  const views = scripts * Math.max(1, executions);
  const each = Array.from({ length: views }, () => seconds / Math.max(1, executions));
  // The tracks share the slots.
  const slots = Math.max(1, run.slots.count / run.config.tracks);
  const kept = hasRoomForSeeds ? seeds : { executions: 0, seconds: 0 };
  return run.budget.affordsMore(`${at}/affords`, {
    executions: views + kept.executions,
    seconds: wallClock(each, slots) + kept.seconds,
  });
}

/**
 * Runs the script that a track ends with on shuffled answers, while the others search: it is likely a finalist, and the
 * track's slot would be idle. Every track does so, whichever ends first, and nothing is concluded from it before the
 * end: no race decides. Not where executions are counted, since a script that is no finalist would have cost one.
 */
export async function runCanaryEarly(run: Run, track: string, best: Evaluated): Promise<void> {
  const { canary, tracks, maxExecutions, untilBudget } = run.config;
  // Until the budget is used a track may go on.
  const isSpare = run.slots.count > 1 && tracks > 1 && maxExecutions === null && !untilBudget;
  if (run.mode === "self-reported" || canary === "off" || !isSpare) return;
  const { solution } = best;
  const seconds = forecastSeconds(run, solution.id, FIRST_SHUFFLE);
  if (!(await run.budget.fits(`${track}/early-canary`, { executions: 1, seconds }))) return;
  await executeView(run, solution, FIRST_SHUFFLE);
}

/**
 * The best script with other seeds, and the average of them all: what one seed has by luck the average has not. Null
 * where there is no time for it, or the script names no seed.
 */
export async function averageSeeds(run: Run): Promise<Blend | null> {
  if (run.mode === "self-reported") return null;
  const [best] = distinctScripts(run);
  if (best === undefined) return null;
  const seeded = seedsOf(run, best.solution);
  if (seeded.length === 0) return null;
  const need = needOfSeeds(run, best, seeded.length);
  if (!(await run.budget.affordsMore("seeds/affords", need))) return null;
  const evaluated = await Promise.all(
    seeded.map((solution) => evaluateOnce(run, solution, best.evaluation.score)),
  );
  const scored = evaluated.filter((each) => each !== null && each.evaluation.score !== null);
  if (scored.length === 0) return null;
  const members = [best, ...scored].flatMap((each) => each?.solution.id ?? []);
  return measureBlend(run, "blend/seeds", "mean", members);
}

/** What so many further seeds of a script take: their views of the search, and what each finalist is judged by. */
function needOfSeeds(run: Run, { solution, evaluation }: Evaluated, count: number) {
  const { executions, seconds } = evaluation;
  const again = Array.from({ length: count * executions }, () => seconds / executions);
  const final = Array.from({ length: count }, () => forecastSeconds(run, solution.id, "final"));
  return {
    executions: again.length + 2 * count,
    // Each is judged at the end like any finalist: canary, sealed and final run.
    seconds: wallClock([...again, ...final, ...final, ...final], run.slots.count),
  };
}

/** The same script with other seeds; none where it names none, or nothing is blended. */
function seedsOf(run: Run, base: Solution): Solution[] {
  if (!run.config.blends) return [];
  return Array.from({ length: MORE_SEEDS }, (_, index) => index + 1).flatMap((by) => {
    const code = run.python.reseed(base.code, by);
    const plan = `seed ${by + 1}`;
    const id = `seeds/${by}`;
    const { track, id: parent } = base;
    return code === null ? [] : [{ id, code, parent, origin: "seed" as const, track, plan }];
  });
}
