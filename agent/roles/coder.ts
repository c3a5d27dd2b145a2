import type { RoleInputs } from "./inputs.ts";
import { code, compose, plan as planPart } from "./prompt/compose.ts";
import { WHOLE_BLOCK } from "./prompt/paragraphs.ts";
import { section } from "./prompt/text.ts";
import { oneCodeBlock } from "./reply/readers.ts";
import type { Role } from "./role.ts";

const RULES =
  section(
    "Task",
    "Rewrite the block below as the plan says. Your block takes the old one's place in the script; nothing else changes.",
  ) +
  section(
    "Rules",
    `- Every name the block uses without defining it exists already in the script: invent no stand-ins and read no data again.
- Every name the block defines must be defined after it too, with the same shape and meaning, for later code uses it.
- Keep what the plan does not speak of, the comment that heads the block and any subsampling included.
- Import what you newly need inside the block. Let errors surface: no try/except that hides a failure.`,
  ) +
  section("Answer", WHOLE_BLOCK);

/** A_coder, Algorithm 2: writes the new block from block and plan alone. */
export const coder: Role<RoleInputs["coder"], string> = {
  name: "coder",
  prompt: ({ block, plan }) =>
    compose("coder", {
      rules: RULES,
      again: [code("Block of a longer script", block)],
      now: [planPart(plan)],
    }),
  reply: oneCodeBlock,
};
