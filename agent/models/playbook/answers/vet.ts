import type { RoleInputs } from "../../../roles/inputs.ts";
import { candidates, planText, promise } from "../blocks.ts";
import { recipeOf } from "../library.ts";
import { type Context, namedIds } from "./context.ts";

/** What the brief asks of any plan, in sentences. */
export function constrain(_: RoleInputs["constraints"], { brief }: Context): string {
  const { metric, target_columns } = brief.competition;
  const constraints = [
    `Predictions are scored by ${metric.name}, which is ${metric.direction}d.`,
    `Nothing is fitted on ${target_columns.join(", ")} of rows that are predicted.`,
    `An execution has ${brief.limits.seconds} s and ${brief.limits.memoryMb} MB.`,
    "Only installed packages are used, and nothing is downloaded.",
  ];
  return JSON.stringify({ constraints });
}

/** A plan is worth what its recipes promise before anything was tried; one that names none is unknown. */
export function judgePlan({ plan, measured }: RoleInputs["verifier"], { brief }: Context): string {
  const known = namedIds(plan).flatMap((id) => recipeOf(id) ?? []);
  const best = Math.max(0, ...known.map((recipe) => promise(recipe, brief)));
  const failed = namedIds(plan).filter((id) =>
    measured.some((line) => line.includes(`[${id}]`) && /failed|timed out|no gain/u.test(line)),
  ).length;
  const gain = Math.round(100 * best) - 40 * failed;
  const grounded = known.length === 0 ? 0 : 60;
  const score = Math.max(-100, Math.min(100, known.length === 0 ? 0 : gain + 20));
  const why =
    known.length === 0
      ? "No recipe is named, so that nothing is known of it."
      : `Its best recipe has a prior of ${best.toFixed(2)}; ${failed} of them failed before.`;
  return `${why}\ngain: ${Math.max(-100, Math.min(100, gain))}\ngrounded: ${grounded}\nfeasible: 80\nscore: ${score}`;
}

/** One recipe after the other is tried: whole plans suit best. */
export function suitabilityOf(): string {
  return JSON.stringify({ bon: 0.8, tot: 0.3, rebase: 0.4 });
}

/** The most promising recipe for the block that was not refused, by the number of the idea. */
export function writePlan(input: RoleInputs["plan-writer"], { brief }: Context): string {
  const { block, words, measured, number } = input;
  const refused = new Set(namedIds([words, ...measured].join(" ")));
  const open =
    block === null ? [] : candidates(block, [], brief).filter(({ id }) => !refused.has(id));
  const chosen = open[(number - 1) % Math.max(1, open.length)];
  const plan =
    chosen === undefined
      ? "Average the model over three seeds."
      : planText([chosen.id], chosen.title, []);
  return JSON.stringify({ plan, isComplete: true });
}
