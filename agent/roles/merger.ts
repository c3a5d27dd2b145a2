import type { RoleInputs, TimedScript } from "./inputs.ts";
import { code, compose, cuttable } from "./prompt/compose.ts";
import { SCRIPT_RULES, scoreText, scoring, WHOLE_SCRIPT } from "./prompt/paragraphs.ts";
import { section, untrusted } from "./prompt/text.ts";
import { oneCodeBlock } from "./reply/readers.ts";
import type { Role } from "./role.ts";

/** A_merger, Algorithm 1: folds one more candidate into the best solution so far. */
export const merger: Role<RoleInputs["merger"], string> = {
  name: "merger",
  prompt: ({ base, reference, printed, mode }) =>
    compose("merger", {
      rules:
        section(
          "Task",
          "Fold the reference solution into the base solution: the base stays the code base, and the reference's model is trained in it as well. Combine the predictions by a simple average first; weight them only if that is plainly better.",
        ) +
        section(
          "Rules",
          `- Keep like with like: all preprocessing together, then all training, then the combination.
- Each model keeps the preprocessing it needs; share what both need.
- Average what is comparable: probabilities with probabilities, values on the scale on which the metric measures errors.
- Their work adds up, within the limit of one run: where their seconds together come near it, each does less (trees, folds, seeds), the slower one first.
${scoring(mode)}
${SCRIPT_RULES}`,
        ) +
        section("Answer", WHOLE_SCRIPT),
      now: [
        code(`Base solution (${timedText(base)})`, base.code),
        code(`Reference solution (${timedText(reference)})`, reference.code),
        cuttable("What the reference printed last", printed, untrusted),
      ],
    }),
  reply: oneCodeBlock,
};

function timedText({ score, seconds }: TimedScript): string {
  return `${scoreText(score)}${seconds === null ? "" : `, ${Math.round(seconds)} s a run`}`;
}
