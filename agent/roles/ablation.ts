import * as z from "zod";
import type { BlockView, RoleInputs, RoleOutputs, ScriptBlock } from "./inputs.ts";
import { type Cuttable, compose, cuttable, type Part } from "./prompt/compose.ts";
import { JSON_ONLY } from "./prompt/paragraphs.ts";
import { inline, python, section, some, untrusted } from "./prompt/text.ts";
import { filled, list } from "./reply/readers.ts";
import type { Role } from "./role.ts";

const Proposal = z.object({ block: filled, what: filled, code: filled });

/** One block as prompts show it: its id, its title, its code. */
export function blockPart({ id, title, text }: BlockView): Cuttable {
  return { text, show: (left) => `${inline(id, 80)}: ${inline(title, 120)}\n${python(left)}\n\n` };
}

/** A whole script, each block cut by itself when all is too long; those that stay are marked as fixed. */
export function scriptParts(blocks: readonly ScriptBlock[]): Part[] {
  const shown = blocks.map((block) =>
    blockPart(block.isProtected ? { ...block, title: `${block.title} (fixed)` } : block),
  );
  return ["# Script, block by block; together they are all of it\n", ...shown];
}

const RULES =
  section(
    "Task",
    "Plan an ablation study: variants of the script below, as many as it says there, each with one block switched off or replaced by its plainest form, so that the change of the score tells how much the block matters. Choose parts not covered before, first those you expect to matter most, and none of which the script's own output tells that it has no part in the predictions, such as a model of weight zero. The harness puts each replacement in the place of its block, runs the script and compares the scores; do not print or compare anything.",
  ) +
  section(
    "Answer",
    `${JSON_ONLY}
{"variants": [{"block": "block-4", "what": "…", "code": "…"}]}
- block: the id of one that is not fixed; code: the whole replacement of that block, as Python. Every name that later code uses must still be defined, with the same shape and meaning. To switch a step off, pass its input through unchanged.
- what: a few words on what is changed, such as "no target encoding".`,
  );

/** A_abl, Algorithm 2: variants of the same script with one block changed each; the harness runs and counts. */
export const ablation: Role<RoleInputs["ablation"], RoleOutputs["ablation"]> = {
  name: "ablation",
  prompt: ({ blocks, printed, covered, count }) =>
    compose("ablation", {
      rules: RULES,
      now: [
        ...scriptParts(blocks),
        cuttable("What it printed last", printed, untrusted),
        section(
          "Done before",
          covered.length === 0
            ? null
            : some(covered, 60, (what) => `- ${inline(what, 300)}`).join("\n"),
        ),
        section("Variants wanted", String(count)),
      ],
    }),
  reply: list("variants", Proposal),
};
