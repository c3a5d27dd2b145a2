import { numbered } from "./ensemble-planner.ts";
import type { RoleInputs } from "./inputs.ts";
import { compose, plan as planPart } from "./prompt/compose.ts";
import { SCRIPT_RULES, scoring, WHOLE_SCRIPT } from "./prompt/paragraphs.ts";
import { section } from "./prompt/text.ts";
import { oneCodeBlock } from "./reply/readers.ts";
import type { Role } from "./role.ts";

/** A_ensembler, Algorithm 3: one script that merges the solutions as planned. */
export const ensembler: Role<RoleInputs["ensembler"], string> = {
  name: "ensembler",
  prompt: ({ plan, solutions, mode }) =>
    compose("ensembler", {
      rules:
        section(
          "Task",
          "Write one script that trains the solutions below and merges them as the plan says.",
        ) +
        section(
          "Rules",
          `- Keep each solution's own preprocessing, model and settings; put each in a function of its own where names would clash.
- Work from the raw data; load no submission or model of an earlier run.
- Combine predictions by id, never by luck of the order.
${scoring(mode)}
${SCRIPT_RULES}`,
        ) +
        section("Answer", WHOLE_SCRIPT),
      again: numbered(solutions),
      now: [planPart(plan)],
    }),
  reply: oneCodeBlock,
};
