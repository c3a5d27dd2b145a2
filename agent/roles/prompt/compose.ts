import type { RoleName } from "../inputs.ts";
import type { Prompt } from "../role.ts";
import { clip, python, quoted, untrusted, visible } from "./text.ts";

/** A part of a prompt that is cut when the whole would be too long: `show` puts what is left in its place. */
export type Cuttable = { text: string; show: (text: string) => string };
export type Part = string | Cuttable;

/** What a prompt is made of, in the order in which it can be expected again. */
export type Parts = {
  /** The same in every question to this role. */
  rules: string;
  /** Asked about more than once: the block that several plans are made for. */
  again?: readonly Part[];
  /** Known for this question only. */
  now?: readonly Part[];
};

/** Longest prompt of a role, in tokens, the brief not counted. */
export const promptBudgets: Record<RoleName, number> = {
  retriever: 24_000,
  initializer: 8_000,
  merger: 48_000,
  "data-usage": 30_000,
  ablation: 40_000,
  summarizer: 10_000,
  extractor: 40_000,
  planner: 24_000,
  coder: 24_000,
  refiner: 60_000,
  critic: 40_000,
  constraints: 16_000,
  verifier: 16_000,
  "plan-selector": 8_000,
  "plan-writer": 16_000,
  "ensemble-planner": 60_000,
  ensembler: 60_000,
  debugger: 48_000,
  "leakage-checker": 30_000,
  "leakage-corrector": 32_000,
  "subsample-finder": 30_000,
  "subsample-remover": 24_000,
  "test-writer": 30_000,
  agent: 8_000,
  reflector: 24_000,
  consolidator: 12_000,
};

/** Characters that are a token at the least, in code and prose. */
const CHARS_PER_TOKEN = 3;

/** What a prompt ends with, on a line of its own. */
export const CLOSING = "Now answer, in exactly the form asked for above.\n";

/** A titled part that is cut when it must be; without a text it is left out. */
export function cuttable(title: string, text: string | null, show: (text: string) => string): Part {
  if (text === null || text.trim() === "") return "";
  return { text, show: (left) => `# ${title}\n${show(left)}\n\n` };
}

/** A script or a block of one, under a title. */
export function code(title: string, text: string | null): Part {
  return cuttable(title, text, python);
}

/** Text from elsewhere under a title, never longer than `most` characters. */
export function data(title: string, text: string | null, most: number): Part {
  return cuttable(title, text === null ? null : clip(visible(text), most), untrusted);
}

/** Longest plan that is followed: it was asked for in a few sentences. */
const MAX_PLAN = 8_000;

/** The plan that a role is to follow, as an earlier answer said it. */
export function plan(text: string): Part {
  return cuttable("Plan", clip(text, MAX_PLAN), quoted);
}

/** Puts a prompt together within the budget of its role: the longest parts are cut first, to one length. */
export function compose(role: RoleName, { rules, again = [], now = [] }: Parts): Prompt {
  const room = promptBudgets[role] * CHARS_PER_TOKEN - rules.length - CLOSING.length;
  const longest = fittingLength([...again, ...now], room);
  const rendered = (parts: readonly Part[]) =>
    parts
      .map((part) => (typeof part === "string" ? part : part.show(clip(part.text, longest))))
      .join("");
  return { rules, script: rendered(again), rest: rendered(now) + CLOSING };
}

/** The length to which parts must be cut so that all of them fit. */
export function fittingLength(parts: readonly Part[], room: number): number {
  let left = room;
  const lengths: number[] = [];
  for (const part of parts) {
    if (typeof part === "string") left -= part.length;
    else {
      left -= part.show(part.text).length - part.text.length;
      lengths.push(part.text.length);
    }
  }
  lengths.sort((a, b) => a - b);
  for (const [index, length] of lengths.entries()) {
    const share = Math.max(0, Math.floor(left / (lengths.length - index)));
    if (length > share) return share;
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}
