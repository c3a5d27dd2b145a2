import { evaluate } from "../evaluate/evaluate.ts";
import { askPlaybook, NoAnswer } from "../run/ask/ask.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, ModelCard } from "../solution.ts";
import { publishFirst } from "./publish.ts";

const CARD: ModelCard = {
  modelName: "built-in baseline",
  exampleCode: "",
  family: "linear",
  why: "every track failed",
  sources: [],
};

/** The built-in baseline of the playbook, for a run whose tracks all failed; empty when it fails too. */
export async function baseline(run: Run): Promise<Evaluated[]> {
  const id = "baseline";
  const code = await askPlaybook(run, id, "initializer", {
    card: CARD,
    mode: run.mode,
    others: [],
  });
  if (code instanceof NoAnswer) return [];
  const plan = CARD.modelName;
  const solution = { id, code, parent: null, origin: "init" as const, track: null, plan };
  const evaluated = await evaluate(run, solution, null);
  if (evaluated === null || evaluated.evaluation.score === null) return [];
  await publishFirst(run, [evaluated]);
  return [evaluated];
}
