import type { Variant } from "../solution.ts";
import type { RoleInputs } from "./inputs.ts";
import { compose } from "./prompt/compose.ts";
import { outcomeText, scoreText } from "./prompt/paragraphs.ts";
import { inline, section, some } from "./prompt/text.ts";
import { prose } from "./reply/readers.ts";
import type { Role } from "./role.ts";

/** A variant with its score and importance in one line; the harness has computed the numbers. */
export function variantLine(variant: Variant): string {
  const { block, what, status, score, importance, standardError } = variant;
  const error = standardError === null ? "" : ` ± ${scoreText(standardError)}`;
  const effect = importance === null ? "" : `, importance ${scoreText(importance)}${error}`;
  return `- ${inline(block, 80)}, ${inline(what, 300)}: ${outcomeText(status, score)}${effect}`;
}

const RULES =
  section(
    "Task",
    "Say in three to six sentences what the ablation study below teaches: which blocks carry the score, which do nothing or harm, and which differences are within the noise. Take the numbers as they are, compute none, and draw no conclusion from a variant without a score.",
  ) + section("Answer", "Plain prose, no code, no list.");

/** A_summarize, Algorithm 2: a summary of an ablation whose ranking is already computed. */
export const summarizer: Role<RoleInputs["summarizer"], string> = {
  name: "summarizer",
  prompt: ({ baseline, variants }) =>
    compose("summarizer", {
      rules: RULES,
      now: [
        section(
          "Ablation study",
          `The script as it is: ${scoreText(baseline)}. Its variants, each with one block changed, most important first; importance is how much the script loses by the change (positive: the block helps; negative: it does better without), with its standard error:\n${some(variants, 60, variantLine).join("\n")}`,
        ),
      ],
    }),
  reply: prose,
};
