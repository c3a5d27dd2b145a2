import { isSmallModel } from "../policies/auto.ts";
import { choosePolicy, type PolicyName } from "../policies/choose.ts";
import { type Effects, followPolicy, type Place } from "../policies/follow.ts";
import type { Archive, Draw, Tried } from "../policies/policy.ts";
import { drawsOf } from "../policies/random.ts";
import { outcomeText } from "../roles/prompt/paragraphs.ts";
import { NoAnswer } from "../run/ask/ask.ts";
import { executeView, searchViews } from "../run/execute.ts";
import { measureLoss } from "../run/measure.ts";
import type { Run } from "../run/run.ts";
import { secondsEach } from "../run/seconds.ts";
import { type Evaluated, triedPlan, type Variant } from "../solution.ts";
import { isGainExpected } from "../trust/accept.ts";
import type { Before, Changed, MadeAttempt, Maker, Told } from "./attempts.ts";
import { critiqueOf, feedbackFor } from "./contrast.ts";

/** Says what of a script an attempt is shown: all of it, or one block. */
type PartOf = (script: Evaluated) => string;

/**
 * A step whose attempts a policy chooses, in place of the loop over K of Algorithm 2: the policy sees scores, errors
 * and texts, and nothing of the rows; what it says is journaled. All scripts that came of it may win.
 */
export async function attemptByPolicy(
  run: Run,
  at: string,
  base: Evaluated,
  work: { name: PolicyName; asks: string; variants: readonly Variant[]; make: Maker; part: PartOf },
): Promise<Changed> {
  const scripts = new Map([[base.solution.id, base]]);
  const made: MadeAttempt[] = [];
  const most = run.config.refineK * run.config.refineRounds;
  const opening: Archive = {
    base: await triedOf(run, base, base),
    tried: [],
    incumbent: base.solution.id,
    attempts: { most, round: run.config.refineK },
    left: most,
    retests: { left: run.mode === "self-reported" ? 0 : most, each: run.config.reeval },
    isSmallModel: isSmallModel(run.models.of(work.asks, at).name),
  };
  let left = most;
  const effects: Effects = {
    async decide(number, move) {
      const random = drawsOf(run.config.seed, at, number);
      const said = await run.journal.step("policy-moved", `${at}/move-${number}`, async () => ({
        left,
        move: move(random),
      }));
      if (said.move.do === "attempt") left -= said.move.draws.length;
      return said.move;
    },
    critique: (number, { best, worst }) =>
      critiqueOf(run, `${at}/move-${number}`, {
        best: scriptAt(scripts, best),
        worst: scriptAt(scripts, worst),
        base,
        variants: work.variants,
        part: work.part,
      }),
    async attempt(place, draw, critique) {
      const one = await makeOne(run, at, work, { place, draw, critique, scripts, most });
      if (one === null) return null;
      made.push(one);
      const { evaluated } = one;
      if (evaluated === null) return null;
      scripts.set(evaluated.solution.id, evaluated);
      return { ...(await triedOf(run, base, evaluated)), parent: draw.from, critique };
    },
    runAgain: (number, script) =>
      runAgain(run, `${at}/move-${number}`, scriptAt(scripts, script.id), script),
    isBetter: (number, incumbent, challenger) =>
      isBetter(run, `${at}/move-${number}`, [incumbent, challenger], scripts),
  };
  const end = await followPolicy(choosePolicy(work.name), opening, effects);
  return changedBy(made, end);
}

async function makeOne(
  run: Run,
  at: string,
  { make, part }: { make: Maker; part: PartOf },
  {
    place,
    draw,
    critique,
    scripts,
    most,
  }: {
    place: Place;
    draw: Draw;
    critique: string | null;
    scripts: ReadonlyMap<string, Evaluated>;
    most: number;
  },
): Promise<MadeAttempt | null> {
  const pair = draw.shown && {
    best: scriptAt(scripts, draw.shown.best),
    worst: scriptAt(scripts, draw.shown.worst),
  };
  const told: Told = {
    feedback: feedbackFor(run, pair, critique, part),
    drawn: { number: place.number, of: most },
    number: place.number,
    left: most - place.number + 1,
    before: place.move === 1 ? [] : knownBefore(scripts, place, at),
  };
  const id = `${at}/attempt-${place.number}`;
  const found = await make(id, scriptAt(scripts, draw.from), told);
  return found instanceof NoAnswer ? null : found;
}

/** Attempts of the moves before this one, in their order: those of the same move are not known to each other. */
function knownBefore(
  scripts: ReadonlyMap<string, Evaluated>,
  { number, draw }: Place,
  at: string,
): Before[] {
  const first = number - draw;
  return [...scripts.values()]
    .filter(({ solution }) => solution.id.startsWith(`${at}/attempt-`))
    .filter(({ solution }) => attemptNumber(solution.id) <= first)
    .sort((a, b) => attemptNumber(a.solution.id) - attemptNumber(b.solution.id))
    .map(({ solution, evaluation }) => ({
      from: solution.parent ?? "",
      plan: solution.plan ?? "",
      code: solution.code,
      outcome: outcomeText(evaluation.status, evaluation.score),
    }));
}

function attemptNumber(id: string): number {
  return Number(/attempt-(\d+)/u.exec(id)?.[1] ?? 0);
}

function scriptAt(scripts: ReadonlyMap<string, Evaluated>, id: string): Evaluated {
  const found = scripts.get(id);
  if (found === undefined) throw new Error(`a policy named ${id}, which is no script of the step`);
  return found;
}

/** A script as a policy sees it; its error is that of the gain over the script that the step began with. */
async function triedOf(run: Run, base: Evaluated, script: Evaluated): Promise<Tried> {
  const { id, code, plan } = script.solution;
  const { score, seconds } = script.evaluation;
  const isMeasured = script !== base && score !== null && base.evaluation.score !== null;
  const { standardError } = isMeasured
    ? await measureLoss(run, base, script)
    : { standardError: null };
  return {
    id,
    parent: null,
    value: orientedScore(run, score),
    standardError,
    evaluations: 1,
    code,
    plan,
    critique: null,
    seconds,
  };
}

/** A score turned so that more is better. */
function orientedScore({ competition }: Run, score: number | null): number | null {
  return score === null || competition.metric.direction === "maximize" ? score : -score;
}

async function isBetter(
  run: Run,
  at: string,
  [incumbent, challenger]: readonly [Tried, Tried],
  scripts: ReadonlyMap<string, Evaluated>,
): Promise<boolean> {
  const [was, now] = [scriptAt(scripts, incumbent.id), scriptAt(scripts, challenger.id)];
  // What ran again has scores of other seeds beside its first: they are not paired with those of others.
  const isRunAgain = incumbent.evaluations > 1 || challenger.evaluations > 1;
  if (run.config.accept === "strict" || isRunAgain)
    return (
      (challenger.value ?? Number.NEGATIVE_INFINITY) > (incumbent.value ?? Number.NEGATIVE_INFINITY)
    );
  return isGainExpected(run, was, now, `${at}/better`);
}

/** Runs a script once more with another seed, on every search view; its value is the mean over the seeds then. */
async function runAgain(
  run: Run,
  at: string,
  { solution, evaluation }: Evaluated,
  script: Tried,
): Promise<Tried | null> {
  const views = searchViews(run).filter((view) => evaluation.views.includes(view));
  const each = secondsEach(evaluation);
  const need = { executions: views.length, seconds: views.length * each };
  if (views.length === 0 || !(await run.budget.affordsRerun(`${at}/again`, need))) return null;
  const changes = await Promise.all(
    views.map(async (view) => {
      const [was, now] = await Promise.all([
        executeView(run, solution, view),
        executeView(run, solution, `${view}@${script.evaluations}`),
      ]);
      const [before, after] = [
        orientedScore(run, was?.score ?? null),
        orientedScore(run, now?.score ?? null),
      ];
      return before === null || after === null ? null : after - before;
    }),
  );
  const known = changes.filter((change) => change !== null);
  if (known.length < views.length) return null;
  const change = known.reduce((sum, each) => sum + each, 0) / known.length;
  const first = orientedScore(run, evaluation.score) ?? 0;
  const sum = (script.value ?? 0) * script.evaluations + first + change;
  const evaluations = script.evaluations + 1;
  return { ...script, evaluations, value: sum / evaluations };
}

/** The scripts of the step, and which of its changes led to the one that stands. */
function changedBy(made: readonly MadeAttempt[], end: Archive): Changed {
  const lineage = new Set<string>();
  const parents = new Map(end.tried.map(({ id, parent }) => [id, parent]));
  for (let id: string | null = end.incumbent; id !== null; id = parents.get(id) ?? null)
    lineage.add(id);
  const tried = made.flatMap(({ evaluated }) => (evaluated === null ? [] : [evaluated]));
  return {
    tried: tried.sort((a, b) => attemptNumber(a.solution.id) - attemptNumber(b.solution.id)),
    changes: made.map(({ block, plan, evaluated }) => ({
      block,
      plan: triedPlan(plan, evaluated),
      improved: evaluated !== null && lineage.has(evaluated.solution.id),
    })),
  };
}
