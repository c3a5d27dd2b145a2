import * as z from "zod";
import { blockPart } from "./ablation.ts";
import type { RoleInputs, Target } from "./inputs.ts";
import { compose, cuttable } from "./prompt/compose.ts";
import { JSON_ONLY } from "./prompt/paragraphs.ts";
import { clip, quoted, section, some } from "./prompt/text.ts";
import { earlierLine } from "./refiner.ts";
import { data, filled } from "./reply/readers.ts";
import type { Role } from "./role.ts";
import { variantLine } from "./summarizer.ts";

const Choice: z.ZodType<Target> = z.object({ block: filled, plan: filled });

const RULES =
  section(
    "Task",
    "Choose the one block whose refinement promises the largest gain, and plan the change. A block that matters is a good choice if there is room to improve it; one that harms can be mended; prefer blocks not refined before, and do not repeat what brought no gain. Block ids of earlier steps may name other code by now.",
  ) +
  section(
    "Answer",
    `${JSON_ONLY}
{"block": "block-4", "plan": "…"}
- block: an id from the list. Only if the part to change is smaller than a block: its exact text, copied whole lines and all.
- plan: three to five sentences, concrete enough to write the code from: what is changed, how, with which settings. No long searches for hyper-parameters, nothing that multiplies the run time.`,
  );

/** A_extractor, Algorithm 2: the block to refine next, and the first plan for it. */
export const extractor: Role<RoleInputs["extractor"], Target> = {
  name: "extractor",
  prompt: ({ blocks, variants, summary, earlier }) =>
    compose("extractor", {
      rules: RULES,
      now: [
        ...(blocks.length === 0
          ? []
          : ["# Blocks that may be refined\n", ...blocks.map(blockPart)]),
        section("Ablation study", some(variants, 60, variantLine).join("\n")),
        cuttable("What it teaches", clip(summary, 4000), quoted),
        section("Refined before", some(earlier, 40, earlierLine).join("\n")),
      ],
    }),
  reply: data(Choice),
};
