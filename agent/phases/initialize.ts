import { bestFirst } from "../../tasks/competition.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { ask, NoAnswer } from "../run/ask.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, ModelCard } from "../solution.ts";
import { acceptNoWorse } from "../trust/accept.ts";
import { useAllData } from "../use-data.ts";
import { publishFirst } from "./publish.ts";

/** Algorithm 1: evaluates one script per card, merges them best first while that does not hurt, checks the use of the data. */
export async function initialize(
  run: Run,
  track: string,
  cards: readonly ModelCard[],
): Promise<Evaluated | null> {
  const candidates = cards.map((card, index) => candidate(run, track, card, index + 1));
  // The first submission is made beside the merges: nothing in them waits for it.
  const published = candidates.map(async (each) => publishFirst(run, await each));
  const [best] = await Promise.all([mergeBest(run, track, candidates), ...published]);
  return best;
}

async function mergeBest(
  run: Run,
  track: string,
  candidates: readonly Promise<Evaluated | null>[],
): Promise<Evaluated | null> {
  const tried = await Promise.all(candidates);
  const scored = bestFirst(
    tried.filter((each) => each !== null).filter((each) => each.evaluation.score !== null),
    (each) => each.evaluation.score,
    run.competition.metric.direction,
  );
  let best = scored[0];
  if (best === undefined) return null;
  for (const [index, reference] of scored.slice(1).entries()) {
    const merged = await merge(run, `${track}/merge-${index + 1}`, track, best, reference);
    const kept = await acceptNoWorse(run, `${track}/merge-${index + 1}`, best, merged);
    const failed = merged === null || merged.evaluation.score === null;
    if (kept === best && !(failed && run.config.mergeOnFailure === "continue")) break;
    best = kept;
  }
  return useAllData(run, track, best);
}

async function candidate(
  run: Run,
  track: string,
  card: ModelCard,
  index: number,
): Promise<Evaluated | null> {
  const id = `${track}/init-${index}`;
  const code = await ask(run, id, "initialiser", { card, mode: run.mode });
  if (code instanceof NoAnswer) return null;
  const solution = { id, code, parent: null, origin: "init" as const, track, plan: card.modelName };
  return evaluate(run, solution, null);
}

async function merge(run: Run, id: string, track: string, base: Evaluated, reference: Evaluated) {
  const input = { base: view(base), reference: view(reference), mode: run.mode };
  const code = await ask(run, id, "merger", input);
  if (code instanceof NoAnswer) return null;
  const plan = `merge ${reference.solution.id}`;
  const solution = { id, code, parent: base.solution.id, origin: "merge" as const, track, plan };
  return evaluate(run, solution, base.evaluation.score);
}

function view(evaluated: Evaluated) {
  return { code: evaluated.solution.code, score: evaluated.evaluation.score };
}
