import type { Brief } from "../../../brief.ts";
import type { Fragments } from "../fragments.ts";

/** What an answer may use besides the role's own input. */
export type Context = { brief: Brief; fragments: Fragments; seed: number };

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
