import type { RoleInputs, ScriptView } from "./inputs.ts";
import { code as codePart, compose, type Part } from "./prompt/compose.ts";
import { attemptList, scoreText } from "./prompt/paragraphs.ts";
import { refusedText } from "./prompt/plan-parts.ts";
import { section } from "./prompt/text.ts";
import { prose } from "./reply/readers.ts";
import type { Role } from "./role.ts";

/** The scripts to be combined, each under its number. */
export function numbered(solutions: readonly ScriptView[]): Part[] {
  return solutions.map(({ code, score }, index) =>
    codePart(`Solution ${index + 1} (${scoreText(score)})`, code),
  );
}

const RULES =
  section(
    "Task",
    "Plan how to merge the solutions below into one that scores better than each. The plan is about the merging (which predictions are combined, how, with what weights, from which out-of-fold predictions), not about hyper-parameters. It should be easy to write, effective, and different from every plan that was tried. The solutions themselves change as little as possible.",
  ) +
  section(
    "Rules",
    "Never fit weights or a meta-learner on predictions for rows their models were trained on: use out-of-fold predictions. The run time is that of all solutions together.",
  ) +
  section(
    "Answer",
    "Three to six sentences of plain prose, concrete enough to write the code from. No code, no list.",
  );

/** A_ens_planner, Algorithm 3: how to merge the solutions, after all attempts so far. */
export const ensemblePlanner: Role<RoleInputs["ensemble-planner"], string> = {
  name: "ensemble-planner",
  prompt: ({ solutions, history, refused }) =>
    compose("ensemble-planner", {
      rules: RULES,
      again: numbered(solutions),
      now: [section("Plans tried", attemptList(history)), refusedText(refused)],
    }),
  reply: prose,
};
