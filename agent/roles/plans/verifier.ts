import type { RoleInputs } from "../inputs.ts";
import { compose, plan as planPart } from "../prompt/compose.ts";
import { listed, subjectParts } from "../prompt/plan-parts.ts";
import { section } from "../prompt/text.ts";
import { type PlanVerdict, planVerdict } from "../reply/verdict.ts";
import type { Role } from "../role.ts";

const RULES =
  section(
    "Task",
    "Judge the plan below before anything is run. Strictly: most plans gain nothing, and a plan that breaks a constraint is worth -100.",
  ) +
  section(
    "Counts, each a whole number from -100 to 100",
    `- gain: the improvement that is to be expected of it; 0 for none.
- grounded: whether it follows from what was measured, rather than from what is usually said.
- feasible: whether it can be written and run within one execution.
- score: the plan as a whole; 95 and more only for one that is to be run as it stands.`,
  ) +
  section(
    "Answer",
    "Two to four sentences of reasons: what is good, what has to be better. Then four lines, each in this form:\ngain: <number>\ngrounded: <number>\nfeasible: <number>\nscore: <number>",
  );

/** The verification agent of PlanGEN (arXiv 2502.16111), by the three counts of AIBuildAI-2.5 (arXiv 2609.25047). */
export const verifier: Role<RoleInputs["verifier"], PlanVerdict> = {
  name: "verifier",
  prompt: ({ plan, block, constraints, measured }) =>
    compose("verifier", {
      rules: RULES,
      again: [...subjectParts(block, []), section("Constraints", listed(constraints))],
      now: [section("What was measured", listed(measured)), planPart(plan)],
    }),
  reply: planVerdict,
};
