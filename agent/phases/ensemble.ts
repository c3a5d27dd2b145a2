import { bestFirst } from "../../tasks/competition.ts";
import type { Blend, BlendMethod } from "../../tasks/referee/referee.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { searchViews } from "../execute-view.ts";
import { ask, NoAnswer } from "../run/ask.ts";
import { commitBlend, WEIGHT_EPSILON } from "../run/commit.ts";
import type { Run } from "../run/run.ts";
import { type Attempt, type Ensembles, type Evaluated, triedPlan } from "../solution.ts";

/** Members a blend may draw from, and how many of them the final run can be asked to repeat. */
const POOL = 8;
const MEMBERS = 4;

/** Algorithm 3, and beside it the ensembles the harness computes itself from the prediction bank (design §4). */
export async function ensemble(run: Run, finals: readonly Evaluated[]): Promise<Ensembles> {
  const planned = finals.length < 2 ? [] : await planEnsembles(run, finals);
  const blends = run.config.blends && run.mode === "referee" ? await blendBank(run, finals) : [];
  return { planned, blends };
}

async function planEnsembles(run: Run, finals: readonly Evaluated[]): Promise<Evaluated[]> {
  const solutions = finals.map((each) => ({
    code: each.solution.code,
    score: each.evaluation.score,
  }));
  const history: Attempt[] = [];
  const tried: Evaluated[] = [];
  for (let r = 1; r <= run.config.ensembleAttempts; r++) {
    const id = `ensemble-${r}`;
    const plan = await ask(run, id, "ensemble-planner", { solutions, history: [...history] });
    if (plan instanceof NoAnswer) break;
    const code = await ask(run, id, "ensembler", { plan, solutions, mode: run.mode });
    if (code instanceof NoAnswer) break;
    const parent = finals[0]?.solution.id ?? null;
    const solution = { id, code, parent, origin: "ensemble" as const, track: null, plan };
    const evaluated = await evaluate(run, solution, finals[0]?.evaluation.score ?? null);
    if (evaluated === null) break;
    const { status, score, seconds } = evaluated.evaluation;
    history.push({ plan: triedPlan(plan, evaluated), status, score, seconds });
    if (score !== null) tried.push(evaluated);
  }
  return tried;
}

/** Averages, rank averages, hill-climbing and nested stacking over the bank: seconds of work, no model call. */
async function blendBank(run: Run, finals: readonly Evaluated[]): Promise<Blend[]> {
  const pool = bankPool(run, finals);
  if (pool.length < 2) return [];
  const few = pool.slice(0, Math.min(3, pool.length));
  const plans: [BlendMethod, string[]][] = [
    ["mean", few],
    ["rank-mean", few],
    ["hill-climb", pool],
    ["stack", pool.slice(0, MEMBERS)],
  ];
  const blends: Blend[] = [];
  for (const [method, members] of plans) {
    const id = `blend/${method}`;
    const value = await run.journal.step("blended", id, async () => {
      const views = searchViews(run);
      const { id: solution, ...found } = await run.referee.blend(id, method, members, views);
      return { solution, ...found, commit: await commitBlend(run, found, solution) };
    });
    const used = value.weights.filter((weight) => Math.abs(weight) > WEIGHT_EPSILON).length;
    if (used >= 2 && used <= MEMBERS) blends.push({ ...value, id: value.solution, method });
  }
  return blends;
}

/** Distinct scored scripts, the tracks' winners first, then by score: what an ensemble may be made of. */
function bankPool(run: Run, finals: readonly Evaluated[]): string[] {
  const { direction } = run.competition.metric;
  const banked = [...run.evaluated.values()]
    .filter((each) => each.evaluation.score !== null && each.solution.origin !== "ensemble")
    .sort((a, b) => (a.solution.id < b.solution.id ? -1 : 1));
  const others = bestFirst(banked, (each) => each.evaluation.score, direction);
  const seen = new Set<string>();
  const distinct = [...finals, ...others].filter((each) => {
    const isNew = !seen.has(each.solution.code);
    seen.add(each.solution.code);
    return isNew;
  });
  return distinct.slice(0, POOL).map((each) => each.solution.id);
}
