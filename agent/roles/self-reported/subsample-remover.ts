import type { RoleInputs } from "../inputs.ts";
import { code, compose } from "../prompt/compose.ts";
import { WHOLE_BLOCK } from "../prompt/paragraphs.ts";
import { section } from "../prompt/text.ts";
import { oneCodeBlock } from "../reply/readers.ts";
import type { Role } from "../role.ts";

/** Finalization, self-reported: the same block on all training rows. */
export const subsampleRemover: Role<RoleInputs["subsample-remover"], string> = {
  name: "subsample-remover",
  prompt: ({ block }) =>
    compose("subsample-remover", {
      rules:
        section(
          "Task",
          "The block below reduces the training rows to a sample. Rewrite it so that all training rows are used. Every name it defines must still be defined; change nothing else.",
        ) + section("Answer", WHOLE_BLOCK),
      now: [code("Block of a longer script", block)],
    }),
  reply: oneCodeBlock,
};
