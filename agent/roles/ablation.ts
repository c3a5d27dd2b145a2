import { z } from "zod";
import type { BlockView, RoleInputs, RoleOutputs } from "./inputs.ts";
import { JSON_ONLY } from "./paragraphs.ts";
import { filled, list } from "./readers.ts";
import type { Role } from "./role.ts";
import { clip, python, section } from "./text.ts";

const Proposal = z.object({ block: filled, what: filled, code: filled });

/** One block as prompts show it: its id, its title, its code. */
export function blockText(block: BlockView): string {
  return `${block.id}: ${block.title}\n${python(clip(block.text, 12_000))}`;
}

/** A_abl, Algorithm 2: variants of the same script with one block changed each; the harness runs and counts. */
export const ablation: Role<RoleInputs["ablation"], RoleOutputs["ablation"]> = {
  name: "ablation",
  prompt: ({ code, blocks, covered, count }) =>
    section("Script", python(code)) +
    section("Blocks that may be changed", blocks.map(blockText).join("\n\n")) +
    section(
      "Done before",
      covered.length === 0 ? null : covered.map((what) => `- ${clip(what, 300)}`).join("\n"),
    ) +
    section(
      "Task",
      `Plan an ablation study: ${count} variants of this script, each with one block switched off or replaced by its plainest form, so that the change of the score tells how much the block matters. Choose parts not covered before, first those you expect to matter most. The harness puts each replacement in the place of its block, runs the script and compares the scores; do not print or compare anything.`,
    ) +
    section(
      "Answer",
      `${JSON_ONLY}
{"variants": [{"block": "block-4", "what": "…", "code": "…"}]}
- block: an id from the list; code: the whole replacement of that block, as Python. Every name that later code uses must still be defined, with the same shape and meaning. To switch a step off, pass its input through unchanged.
- what: a few words on what is changed, such as "no target encoding".`,
    ),
  reply: list("variants", Proposal),
};
