import * as z from "zod";
import type { RoleInputs, RoleOutputs } from "../inputs.ts";
import { compose } from "../prompt/compose.ts";
import { JSON_ONLY } from "../prompt/paragraphs.ts";
import { listed, subjectParts } from "../prompt/plan-parts.ts";
import { section } from "../prompt/text.ts";
import { data, filled } from "../reply/readers.ts";
import type { Role } from "../role.ts";

const RULES =
  section(
    "Task",
    "Plan a change of the part below that should score better. A plan before was refused: say something better, different from all that was tried, within the constraints. Where a single step is asked for, say only the next one behind those that stand.",
  ) +
  section(
    "Answer",
    `${JSON_ONLY}\n{"plan": "two to five sentences of prose, or the next step in one", "isComplete": true}\n\`isComplete\`: whether code can be written from the plan as it stands then.`,
  );

/** Who writes plans for best of N, tree of thoughts and REBASE (PlanGEN, arXiv 2502.16111). */
export const planWriter: Role<RoleInputs["plan-writer"], RoleOutputs["plan-writer"]> = {
  name: "plan-writer",
  prompt: ({ block, titles, constraints, measured, before, what, words, number }) =>
    compose("plan-writer", {
      rules: RULES,
      again: [...subjectParts(block, titles), section("Constraints", listed(constraints))],
      now: [
        section("What was measured", listed(measured)),
        section("The plan before", listed([words])),
        section("Steps so far", listed(before)),
        section("Asked for", what === "step" ? "The next step." : "A whole plan."),
        section(
          "Idea",
          `Number ${number} of several that are asked for: another one than the first.`,
        ),
      ],
    }),
  reply: data(z.object({ plan: filled, isComplete: z.boolean() })),
};
