import type { RoleInputs, ScriptView } from "./inputs.ts";
import { attemptList, scoreText } from "./paragraphs.ts";
import { prose } from "./readers.ts";
import type { Role } from "./role.ts";
import { python, section } from "./text.ts";

/** The scripts to be combined, each under its number. */
export function numbered(solutions: readonly ScriptView[]): string {
  return solutions
    .map(({ code, score }, index) =>
      section(`Solution ${index + 1} (${scoreText(score)})`, python(code)),
    )
    .join("");
}

/** A_ens_planner, Algorithm 3: how to merge the solutions, after all attempts so far. */
export const ensemblePlanner: Role<RoleInputs["ensemble-planner"], string> = {
  name: "ensemble-planner",
  prompt: ({ solutions, history }) =>
    numbered(solutions) +
    section("Plans tried", attemptList(history)) +
    section(
      "Task",
      "Plan how to merge these solutions into one that scores better than each. The plan is about the merging (which predictions are combined, how, with what weights, from which out-of-fold predictions), not about hyper-parameters. It should be easy to write, effective, and different from every plan above. The solutions themselves change as little as possible.",
    ) +
    section(
      "Rules",
      "Never fit weights or a meta-learner on predictions for rows their models were trained on: use out-of-fold predictions. The run time is that of all solutions together.",
    ) +
    section(
      "Answer",
      "Three to six sentences of plain prose, concrete enough to write the code from. No code, no list.",
    ),
  reply: prose,
};
