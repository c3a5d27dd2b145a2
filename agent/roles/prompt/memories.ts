import type { ShownMemory } from "../../../runs/events/memory.ts";
import type { Prompt } from "../role.ts";
import { clip, inline, section, untrusted } from "./text.ts";

/** Characters of one item in a prompt. */
const MAX_ITEM = 1_200;

const HOW: Record<"prose" | "data", string> = {
  prose:
    "End your answer with a line of its own, outside of any code, that names the numbers of those that you went by: `Memories used: [0, 2]`, or `Memories used: none`.",
  data: "Where a card goes by one of them, put its number into the sentence of `why`, as in `[0]`. Nowhere else.",
};

/**
 * A question with what earlier runs learned put before the part that changes most. The answer is to say which of the
 * items it went by: from that, and from what the change then gains, the choice of items is learned.
 */
export function withMemories(
  prompt: Prompt,
  memories: readonly ShownMemory[],
  form: "prose" | "data",
): Prompt {
  if (memories.length === 0) return prompt;
  const items = memories.map(
    ({ kind, title, text }, number) =>
      `[${number}] ${kind.replaceAll("-", " ")}: ${inline(title, 200)}\n${clip(text, MAX_ITEM)}`,
  );
  const body = `From other competitions, measured there; it may or may not hold here. Go by an item only where its conditions fit.\n${untrusted(items.join("\n\n"))}\n${HOW[form]}`;
  return { ...prompt, rest: section("What earlier runs learned", body) + prompt.rest };
}
