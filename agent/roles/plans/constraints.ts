import type { RoleInputs } from "../inputs.ts";
import { compose } from "../prompt/compose.ts";
import { JSON_ONLY } from "../prompt/paragraphs.ts";
import { listed, subjectParts } from "../prompt/plan-parts.ts";
import { section } from "../prompt/text.ts";
import { filled, list } from "../reply/readers.ts";
import type { Role } from "../role.ts";

const RULES =
  section(
    "Task",
    "Name the constraints that every plan for the part below has to keep to: those that are said, and those that follow from the data, the metric, the limits and what later code needs. One short sentence each, three to eight of them, nothing that holds of any script.",
  ) + section("Answer", `${JSON_ONLY}\n{"constraints": ["…", "…"]}`);

/** The constraint agent of PlanGEN (arXiv 2502.16111), once for each block. */
export const constraints: Role<RoleInputs["constraints"], string[]> = {
  name: "constraints",
  prompt: ({ block, titles, facts }) =>
    compose("constraints", {
      rules: RULES,
      now: [...subjectParts(block, titles), section("Known", listed(facts))],
    }),
  reply: list("constraints", filled),
};
