import { usedMembers } from "../../runs/events/scoring.ts";
import type { Blend, BlendMethod } from "../../tasks/referee/referee.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { outcomeText } from "../roles/prompt/paragraphs.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import { chooseMembers, measureBlend } from "../run/measure.ts";
import type { Run } from "../run/run.ts";
import { secondsEach } from "../run/seconds.ts";
import { type Attempt, type Ensembles, type Evaluated, triedPlan } from "../solution.ts";
import { distinctScripts } from "../trust/candidates.ts";
import { averageSeeds } from "./time-left.ts";
import { vet } from "./vet.ts";

/** Solutions a blend may draw from: enough for hill climbing to choose among, few enough to take seconds. */
const MAX_POOL = 16;
/** Members a blend may have: the final run has to repeat every one of them. */
const MAX_MEMBERS = 4;
/** Members of a plain average, where every one counts as much. */
const AVERAGED = 3;

/** Algorithm 3, and beside it the ensembles the harness computes itself from the prediction bank. */
export async function ensemble(run: Run, finals: readonly Evaluated[]): Promise<Ensembles> {
  const planned = await planEnsembles(run, finals);
  const blends = await blendBank(run);
  return { planned, blends };
}

/** Algorithm 3: R plans in turn for merging the tracks' solutions, each knowing those before; skipped with one track. */
async function planEnsembles(run: Run, finals: readonly Evaluated[]): Promise<Evaluated[]> {
  const [first, second] = finals;
  if (first === undefined || second === undefined) return [];
  const solutions = finals.map(({ solution, evaluation }) => ({
    code: solution.code,
    score: evaluation.score,
  }));
  const history: Attempt[] = [];
  const scored: Evaluated[] = [];
  for (let r = 1; r <= run.config.ensembleAttempts; r++) {
    const id = `ensemble-${r}`;
    const plan = await planOf(run, id, solutions, history);
    if (plan instanceof NoAnswer) break;
    const code = await ask(run, id, "ensembler", { plan, solutions, mode: run.mode });
    if (code instanceof NoAnswer) break;
    const parent = first.solution.id;
    const solution = { id, code, parent, origin: "ensemble" as const, track: null, plan };
    const evaluated = await evaluate(run, solution, first.evaluation.score);
    if (evaluated === null) break;
    const { status, score } = evaluated.evaluation;
    const seconds = secondsEach(evaluated.evaluation);
    history.push({ plan: triedPlan(plan, evaluated), status, score, seconds });
    if (score !== null) scored.push(evaluated);
  }
  return scored;
}

/** A_ens_planner: the next plan, vetted before it costs anything; one that is refused twice ends the planning. */
async function planOf(
  run: Run,
  id: string,
  solutions: readonly { code: string; score: number | null }[],
  history: readonly Attempt[],
): Promise<string | NoAnswer> {
  const next = (place: string, refused: string[]) =>
    ask(run, place, "ensemble-planner", { solutions, history: [...history], refused });
  const first = await next(id, []);
  if (first instanceof NoAnswer) return first;
  const tried = history.map(({ plan, status, score }) => ({
    plan,
    outcome: outcomeText(status, score),
  }));
  const about = { step: id, base: null, block: null, variants: [], tried, code: null };
  const outcome = await vet(run, id, first, about);
  if (outcome.do === "run") return first;
  if (outcome.do === "carry-out") return outcome.plan;
  const again = await next(`${id}/again`, [outcome.words]);
  if (again instanceof NoAnswer) return again;
  const second = await vet(run, id, again, about, "vetted-2");
  if (second.do === "carry-out") return second.plan;
  return second.do === "run" ? again : new NoAnswer(second.words);
}

/**
 * Averages, rank averages, hill climbing and nested stacking over all scripts of the run that err differently:
 * seconds of work, no model call. A blend of one member is that member, and one of too many could not be repeated:
 * neither counts. None where the referee has no bank.
 */
export async function blendBank(run: Run): Promise<Blend[]> {
  if (!run.config.blends || run.mode === "self-reported") return [];
  const seeds = await averageSeeds(run);
  const pool = await chooseMembers(run, distinctScripts(run), MAX_POOL);
  if (pool.length < 2) return seeds === null ? [] : [seeds];
  const methods: [BlendMethod, string[]][] = [
    ["mean", pool.slice(0, AVERAGED)],
    ["rank-mean", pool.slice(0, AVERAGED)],
    ["hill-climb", pool],
    ["stack", pool.slice(0, MAX_MEMBERS)],
  ];
  const blends: Blend[] = seeds === null ? [] : [seeds];
  for (const [method, members] of methods) {
    const blend = await measureBlend(run, `blend/${method}`, method, members);
    const used = usedMembers(blend).length;
    if (used >= 2 && used <= MAX_MEMBERS) blends.push(blend);
  }
  return blends;
}
