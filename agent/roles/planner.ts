import { blockPart } from "./ablation.ts";
import type { RoleInputs } from "./inputs.ts";
import { compose } from "./prompt/compose.ts";
import { drawnText, feedbackParts } from "./prompt/feedback.ts";
import { attemptList, scoreText } from "./prompt/paragraphs.ts";
import { refusedText } from "./prompt/plan-parts.ts";
import { section } from "./prompt/text.ts";
import { prose } from "./reply/readers.ts";
import type { Role } from "./role.ts";

const RULES =
  section(
    "Task",
    "Plan another change of the block below that should score better: novel, effective, and different from every attempt that was made. Learn from them: build on what helped, leave what failed or took too long. No long searches for hyper-parameters.",
  ) +
  section(
    "Answer",
    "Three to five sentences of plain prose, concrete enough to write the code from. No code, no list.",
  );

/** A_planner, Algorithm 2: the next plan for a block, after all attempts at it so far. */
export const planner: Role<RoleInputs["planner"], string> = {
  name: "planner",
  prompt: ({ block, history, baseline, feedback, drawn, refused }) =>
    compose("planner", {
      rules: RULES,
      again: [
        "# Block to refine\n",
        blockPart(block),
        section("Score of the script with this block", scoreText(baseline)),
      ],
      now: [
        section("Attempts so far, each made on this very block", attemptList(history)),
        ...feedbackParts(feedback, "block"),
        drawnText(drawn),
        refusedText(refused),
      ],
    }),
  reply: prose,
};
