import { bestFirst } from "../../tasks/competition.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import type { UnopenedFile } from "../roles/inputs.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import { printedBy } from "../run/context/tried.ts";
import type { Run } from "../run/run.ts";
import { secondsEach } from "../run/seconds.ts";
import type { Evaluated, ModelCard } from "../solution.ts";
import { acceptNoWorse } from "../trust/accept.ts";

/** Algorithm 1, its first loop: one script per card, evaluated side by side. Null: no script, or no budget to run it. */
export function evaluateCards(
  run: Run,
  track: string,
  cards: readonly ModelCard[],
  others: readonly string[],
): Promise<Evaluated | null>[] {
  return cards.map(async (card, index) => {
    const id = `${track}/init-${index + 1}`;
    const code = await ask(run, id, "initializer", { card, mode: run.mode, others });
    if (code instanceof NoAnswer) return null;
    const solution = {
      id,
      code,
      parent: null,
      origin: "init" as const,
      track,
      plan: card.modelName,
    };
    return evaluate(run, solution, null);
  });
}

/**
 * Algorithm 1, its second loop: merges the candidates into the best of them, best first, until a merge is not
 * accepted; then the use of the data is checked. Null when no candidate has a score.
 */
export async function initialize(
  run: Run,
  track: string,
  candidates: readonly Promise<Evaluated | null>[],
): Promise<Evaluated | null> {
  const evaluated = (await Promise.all(candidates)).filter((each) => each !== null);
  const [first, ...references] = bestFirst(
    evaluated.filter((each) => each.evaluation.score !== null),
    (each) => each.evaluation.score,
    run.competition.metric.direction,
  );
  if (first === undefined) return null;
  let best = first;
  for (const [index, reference] of references.entries()) {
    const at = `${track}/merge-${index + 1}`;
    const merged = await merge(run, at, track, best, reference);
    const next = await acceptNoWorse(run, at, best, merged);
    const hasFailed = merged === null || merged.evaluation.score === null;
    if (next === best && !(hasFailed && run.config.mergeOnFailure === "continue")) break;
    best = next;
  }
  return useAllData(run, track, best);
}

/** A_merger: one more model trained in the best script so far. */
async function merge(
  run: Run,
  id: string,
  track: string,
  base: Evaluated,
  reference: Evaluated,
): Promise<Evaluated | null> {
  const input = {
    base: timed(base),
    reference: timed(reference),
    printed: run.config.refinement === "block" ? null : printedBy(run, reference.solution.id),
    mode: run.mode,
  };
  const code = await ask(run, id, "merger", input);
  if (code instanceof NoAnswer) return null;
  const plan = `merge ${reference.solution.id}`;
  const solution = { id, code, parent: base.solution.id, origin: "merge" as const, track, plan };
  return evaluate(run, solution, base.evaluation.score);
}

function timed({ solution, evaluation }: Evaluated) {
  return { code: solution.code, score: evaluation.score, seconds: secondsEach(evaluation) };
}

/**
 * A_data: once, before refinement, by what the audit says was opened and not by the text of the script; its
 * rewrite is kept only if it is not worse beyond noise. Where all was opened there is nothing to
 * ask, unless the paper's way is asked for, which finds hints in the description too.
 */
async function useAllData(run: Run, track: string, best: Evaluated): Promise<Evaluated> {
  const { dataUsage } = run.config;
  const unopened = unopenedFiles(run, best.evaluation.opened);
  if (dataUsage === "off" || (dataUsage === "auto" && unopened.length === 0)) return best;
  const id = `${track}/data-usage`;
  const { id: parent, code: base } = best.solution;
  const code = await ask(run, id, "data-usage", { code: base, unopened, mode: run.mode });
  if (code instanceof NoAnswer || code === null || code === base) return best;
  const plan = `use ${unopened.map(({ name }) => name).join(", ") || "all the data"}`;
  const solution = { id, code, parent, origin: "data-usage" as const, track, plan };
  return acceptNoWorse(run, id, best, await evaluate(run, solution, best.evaluation.score));
}

/** The files of the competition that a script never opened; of a folder it is enough that one file was. */
function unopenedFiles(run: Run, opened: readonly string[]): UnopenedFile[] {
  const { profile, competition } = run.brief;
  const inTest = profile.columns.filter((column) => column.inTest);
  const main: UnopenedFile[] = [
    {
      name: competition.files.train,
      kind: "table",
      rows: profile.trainRows,
      columns: profile.columns.map((column) => column.name),
      joins: [],
    },
    {
      name: competition.files.test,
      kind: "table",
      rows: profile.testRows,
      columns: inTest.map((column) => column.name),
      joins: [],
    },
  ];
  const others = profile.other.map(({ name, kind, rows, columns, keys, uniqueKey }) => {
    const many = uniqueKey ? "one row per key" : "several rows per key";
    const joins = keys.map((key) => `${key.column} = train.${key.trainColumn}, ${many}`);
    return { name, kind, rows, columns, joins };
  });
  return [...main, ...others].filter(({ name }) => {
    const path = name.replace(/\/+$/u, "");
    return !opened.some((each) => each === path || each.startsWith(`${path}/`));
  });
}
