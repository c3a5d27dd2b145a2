import * as z from "zod";
import type { RoleInputs, RoleOutputs } from "../inputs.ts";
import { compose } from "../prompt/compose.ts";
import { JSON_ONLY } from "../prompt/paragraphs.ts";
import { listed } from "../prompt/plan-parts.ts";
import { section } from "../prompt/text.ts";
import { data } from "../reply/readers.ts";
import type { Role } from "../role.ts";

const RULES =
  section(
    "Task",
    `A plan is to be written anew. Say how suited each way of writing it is here, from 0 to 1:
- bon: several whole plans, the best is taken; for a cheap block with one obvious kind of change.
- tot: step by step, the best path is taken further; for a change in several steps that build on each other.
- rebase: many first steps, the better ones get more next ones; where very different ideas are possible.`,
  ) + section("Answer", `${JSON_ONLY}\n{"bon": 0.5, "tot": 0.5, "rebase": 0.5}`);

const share = z.number().min(0).max(1);

/** The prior of PlanGEN's selection agent (arXiv 2502.16111). */
export const planSelector: Role<RoleInputs["plan-selector"], RoleOutputs["plan-selector"]> = {
  name: "plan-selector",
  prompt: ({ facts, constraints }) =>
    compose("plan-selector", {
      rules: RULES,
      now: [section("Known", listed(facts)), section("Constraints", listed(constraints))],
    }),
  reply: data(z.object({ bon: share, tot: share, rebase: share })),
};
