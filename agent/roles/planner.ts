import { blockPart } from "./ablation.ts";
import { compose } from "./compose.ts";
import type { RoleInputs } from "./inputs.ts";
import { attemptList, scoreText } from "./paragraphs.ts";
import { prose } from "./readers.ts";
import type { Role } from "./role.ts";
import { section } from "./text.ts";

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
  prompt: ({ block, history, baseline }) =>
    compose("planner", {
      rules: RULES,
      again: [
        "# Block to refine\n",
        blockPart(block),
        section("Score of the script with this block", scoreText(baseline)),
      ],
      now: [section("Attempts so far, each made on this very block", attemptList(history))],
    }),
  reply: prose,
};
