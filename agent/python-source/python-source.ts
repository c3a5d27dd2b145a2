import type { Mode } from "../roles/inputs.ts";
import { type Block, splitBlocks } from "./blocks.ts";
import { type Similarity, type SourceFile, similarities } from "./copied.ts";
import { dataFlowOf } from "./data-flow.ts";
import { findSpan, type Problem, type Span } from "./find.ts";
import { type Learners, learnersOf } from "./learners.ts";
import { replaceSpan } from "./replace.ts";
import { reseed } from "./reseed.ts";
import type { Finding, FindingsFor } from "./rules/finding.ts";
import { findingsOf } from "./rules/findings.ts";
import { parseScoreLine } from "./score-line.ts";
import { type Stripped, stripped } from "./strip.ts";
import { firstSyntaxError, type SyntaxProblem } from "./syntax.ts";
import { loadPython, type Parse } from "./tree.ts";
import { bitsCarried } from "./weigh.ts";

/** Python as a tree: what a script is made of, how a part of it is replaced, what a rule sees in it. */
export interface PythonSource {
  /** The first syntax error, its line counted from 1, or null. */
  hasSyntaxError(code: string): SyntaxProblem | null;
  /** Every line that is not blank is in exactly one block, in order. */
  blocks(code: string, mode: Mode): Block[];
  /** The code with `text` in the place of the span, the rest byte-identical; empty text and broken syntax are problems. */
  replaceSpan(code: string, span: Span, text: string): string | Problem;
  /** The one span a quoted text means. */
  findBlock(code: string, text: string): Span | Problem;
  /** Static leak rules: most only hint; see `Weight`. */
  staticFindings(code: string, task: FindingsFor): Finding[];
  /** What runs of a script: the code without what only people read. */
  stripped(code: string): Stripped;
  /** Bits that its literals carry, but for the task's own words. */
  bitsCarried(code: string, vocabulary: ReadonlySet<string>): number;
  /** Whether an edit touches what a script reads, fits and predicts on, more than settings and prints. */
  changesDataFlow(before: string, after: string): boolean;
  /** What a script learns with, by the names in it. */
  learners(code: string): Learners;
  /** The same script with other seeds; null where it names none. */
  reseed(code: string, by: number): string | null;
  /** Every file of the left against every one of the right, the most similar first. */
  similarities(left: readonly SourceFile[], right: readonly SourceFile[]): Similarity[];
  /** The score of a self-reported run, read strictly. */
  parseScoreLine(output: string): number | null;
}

let loading: Promise<Parse> | null = null;

/** Loads the grammar once per process; everything after is synchronous. */
export async function openPython(): Promise<PythonSource> {
  loading ??= loadPython();
  const parse = await loading;
  return {
    hasSyntaxError: (code) => parse(code, (root) => firstSyntaxError(root, code)),
    blocks: (code, mode) => parse(code, (root) => splitBlocks(root, code, mode)),
    replaceSpan: (code, span, text) => replaceSpan(parse, code, span, text),
    findBlock: findSpan,
    staticFindings: (code, task) => parse(code, (root) => findingsOf(root, task)),
    stripped: (code) => stripped(parse, code),
    bitsCarried: (code, vocabulary) => parse(code, (root) => bitsCarried(root, vocabulary)),
    changesDataFlow: (before, after) =>
      parse(before, (root) => dataFlowOf(root)) !== parse(after, (root) => dataFlowOf(root)),
    reseed,
    similarities: (left, right) => similarities(parse, left, right),
    learners: (code) => parse(code, learnersOf),
    parseScoreLine,
  };
}
