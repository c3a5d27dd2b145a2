import type { RoleInputs } from "./inputs.ts";
import { SCRIPT_RULES, scoring, WHOLE_SCRIPT } from "./paragraphs.ts";
import { oneCodeBlock } from "./readers.ts";
import type { Role } from "./role.ts";
import { clip, section, untrusted } from "./text.ts";

/** A_init, Algorithm 1: a first, simple solution from one model card. */
export const initialiser: Role<RoleInputs["initialiser"], string> = {
  name: "initialiser",
  prompt: ({ card, mode }) =>
    section(
      "Task",
      `Write a first solution of this competition with the model "${card.modelName}".`,
    ) +
    section("Why this model", card.why === "" ? null : untrusted(clip(card.why, 1000))) +
    section("Example of its use", untrusted(clip(card.exampleCode, 8000))) +
    section(
      "Rules",
      `- Use this model and no other; no ensembling, no search for hyper-parameters. Keep it simple: sound preprocessing, sensible fixed settings, a loss that suits the metric.
- Use every table and column of the data that can help. Prefer PyTorch where a neural net is called for, on the GPU if there is one.
${scoring(mode)}
${SCRIPT_RULES}`,
    ) +
    section("Answer", WHOLE_SCRIPT),
  reply: oneCodeBlock,
};
