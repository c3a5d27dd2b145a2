import { blockPart } from "../ablation.ts";
import type { BlockView } from "../inputs.ts";
import { type Part, plan } from "./compose.ts";
import { clip, quoted, section, some } from "./text.ts";

/** Lines of a list in a prompt about plans. */
const MAX_LINES = 40;
/** Characters of each. */
const MAX_CHARS = 600;

/** What a plan is about: the block, or the sections of the whole script. */
export function subjectParts(block: BlockView | null, titles: readonly string[]): Part[] {
  if (block !== null) return ["# Block that is to change\n", blockPart(block)];
  return [section("Blocks of the script, any of which may change", listed(titles))];
}

/** Lines of other answers and of measurements, each marked as such. */
export function listed(lines: readonly string[]): string {
  return some(lines, MAX_LINES, (line) => quoted(clip(line, MAX_CHARS))).join("\n");
}

/** Plans that were refused for this attempt, and why. */
export function refusedText(refused: readonly string[]): string {
  return section(
    "Refused before anything was run, plan another one",
    refused.length === 0 ? "" : listed(refused),
  );
}

/** The plan that is to be carried out as it is. */
export function carryOutParts(carryOut: string | null): Part[] {
  if (carryOut === null) return [];
  return ["# Carry out exactly this plan, and repeat it as yours\n", plan(carryOut)];
}
