import type { ShownMemory } from "../../../../runs/events/memory.ts";
import type { Brief } from "../../../brief.ts";
import type { Fragments } from "../fragments.ts";

/** What an answer may use besides the role's own input. */
export type Context = {
  brief: Brief;
  fragments: Fragments;
  seed: number;
  /** What earlier runs learned; without a memory nothing, and every answer is what it would be. */
  memories?: readonly ShownMemory[];
};

/** How much what was measured elsewhere moves a recipe among the others, against its prior: a choice of ours. */
const MEMORY_WEIGHT = 0.3;

/** What earlier runs say for or against a recipe or family, by its id. */
export function rememberedWorth({ memories = [] }: Context, id: string): number {
  const own = memories.filter(({ subject }) => subject === id);
  return MEMORY_WEIGHT * own.reduce((sum, { worth }) => sum + worth, 0);
}

/** Numbers of the items that are about recipes an answer names. */
export function remembered({ memories = [] }: Context, ids: readonly string[]): number[] {
  return memories.flatMap(({ subject }, number) =>
    subject !== null && ids.includes(subject) ? [number] : [],
  );
}

/** The line that says which items an answer went by; empty where none was shown. */
export function citationLine({ memories = [] }: Context, numbers: readonly number[]): string {
  if (memories.length === 0) return "";
  return `\nMemories used: ${numbers.length === 0 ? "none" : `[${numbers.join(", ")}]`}\n`;
}

/** Python in the fence that a reply carries code in. */
export function fenced(code: string): string {
  return `\`\`\`python\n${code.trimEnd()}\n\`\`\`\n`;
}

/** Ids that a plan names in square brackets, in order, each once. */
export function namedIds(plan: string): string[] {
  const found = [...plan.matchAll(/\[([a-z0-9][a-z0-9-]*)\]/gu)].map((match) => match[1] ?? "");
  return [...new Set(found)];
}

/** Whether score `a` beats score `b` in the competition's direction; null loses to any number. */
export function beats(context: Context, a: number | null, b: number | null): boolean {
  if (a === null) return false;
  if (b === null) return true;
  return context.brief.competition.metric.direction === "maximize" ? a > b : a < b;
}
