import type { RoleInputs } from "./inputs.ts";
import { code as codePart, compose } from "./prompt/compose.ts";
import { WHOLE_BLOCK } from "./prompt/paragraphs.ts";
import { clip, quoted, section } from "./prompt/text.ts";
import { oneCodeBlock } from "./reply/readers.ts";
import type { Role } from "./role.ts";

const RULES =
  section(
    "Task",
    "Rewrite the block below so that it leaks no longer: fit on training rows only, then apply to the others; with target statistics, out of fold. Your block takes the old one's place; every name it defines must still be defined, with the same shape and meaning. Change nothing else.",
  ) + section("Answer", WHOLE_BLOCK);

/** A_leakage, second call: the leaking block, corrected. */
export const leakageCorrector: Role<RoleInputs["leakage-corrector"], string> = {
  name: "leakage-corrector",
  prompt: ({ code, block, why }) =>
    compose("leakage-corrector", {
      rules: RULES,
      now: [
        codePart("Script", code),
        codePart("Block of it that leaks", block),
        section("Why", quoted(clip(why, 2000))),
      ],
    }),
  reply: oneCodeBlock,
};
