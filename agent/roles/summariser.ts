import type { Variant } from "../solution.ts";
import type { RoleInputs } from "./inputs.ts";
import { outcomeText, scoreText } from "./paragraphs.ts";
import { prose } from "./readers.ts";
import type { Role } from "./role.ts";
import { clip, section } from "./text.ts";

/** A variant and what it cost, in one line; the numbers are the harness's. */
export function variantLine(variant: Variant): string {
  const { block, what, status, score, importance, standardError } = variant;
  const error = standardError === null ? "" : ` ± ${scoreText(standardError)}`;
  const effect = importance === null ? "" : `, importance ${scoreText(importance)}${error}`;
  return `- ${block}, ${clip(what, 300)}: ${outcomeText(status, score)}${effect}`;
}

/** A_summarize, Algorithm 2: words for an ablation whose ranking is already computed. */
export const summariser: Role<RoleInputs["summariser"], string> = {
  name: "summariser",
  prompt: ({ baseline, variants }) =>
    section(
      "Ablation study",
      `The script as it is: ${scoreText(baseline)}. Its variants, each with one block changed, most important first; importance is how much the script loses by the change (positive: the block helps; negative: it does better without), with its standard error:\n${variants.map(variantLine).join("\n")}`,
    ) +
    section(
      "Task",
      "Say in three to six sentences what this teaches: which blocks carry the score, which do nothing or harm, and which differences are within the noise. Take the numbers as they are, compute none, and draw no conclusion from a variant without a score.",
    ) +
    section("Answer", "Plain prose, no code, no list."),
  reply: prose,
};
