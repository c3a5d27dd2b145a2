import type { Mode } from "../../runs/events/events.ts";
import type { SearchHit } from "../search/search.ts";
import type { Attempt, ModelCard, Status, Variant } from "../solution.ts";

/** A block of a script as roles see it: id, text, and what it is about when a header comment says so. */
export type BlockView = { id: string; title: string; text: string };

/** A script as roles see it. */
export type ScriptView = { code: string; score: number | null };

/** A given file that a script never opened, as the profile describes it. */
export type UnopenedFile = {
  name: string;
  kind: "table" | "folder" | "file";
  rows: number | null;
  columns: readonly string[];
  /** Columns that join a table to train. */
  joins: readonly string[];
};

/** A target of refinement: which block, and the first plan for it. */
export type Target = { block: string; plan: string };

/** How a solution must be scored: by the referee, or by its own printed line. */
export type { Mode };

export type RoleInputs = {
  /** Reply: exactly `count` cards (fewer only if there are no more), none of an excluded family. */
  retriever: {
    count: number;
    hits: readonly SearchHit[];
    exclude: readonly string[];
    track: number;
  };
  initializer: { card: ModelCard; mode: Mode };
  merger: { base: ScriptView; reference: ScriptView; mode: Mode };
  /** Reply: a new script, or null for "All the provided information is used." */
  "data-usage": { code: string; unopened: readonly UnopenedFile[]; mode: Mode };
  /** Reply: 2-3 variants, each one block changed or disabled; `covered` were ablated before. */
  ablation: {
    code: string;
    blocks: readonly BlockView[];
    covered: readonly string[];
    count: number;
  };
  /** Reply: prose. The ranking is computed in code and given. */
  summarizer: { baseline: number | null; variants: readonly Variant[] };
  /** Reply: a block id of `blocks` and a first plan. `earlier`: blocks refined before and whether that helped. */
  extractor: {
    blocks: readonly BlockView[];
    variants: readonly Variant[];
    summary: string;
    earlier: readonly { block: string; plan: string; improved: boolean }[];
  };
  planner: { block: BlockView; history: readonly Attempt[]; baseline: number | null };
  /** Sees block and plan only, as in the paper. Reply: the new block. */
  coder: { block: string; plan: string };
  "ensemble-planner": {
    solutions: readonly ScriptView[];
    history: readonly Attempt[];
  };
  ensembler: { plan: string; solutions: readonly ScriptView[]; mode: Mode };
  /** Reply: the whole corrected script. */
  debugger: {
    code: string;
    status: Status;
    error: string;
    round: number;
    mode: Mode;
    /** Search results for the error. */
    references: readonly SearchHit[];
  };
  "leakage-checker": { code: string; findings: readonly string[] };
  /** Reply: the corrected block. */
  "leakage-corrector": { code: string; block: string; why: string };
  /** Self-reported runs only. Reply: the exact block that subsamples, or null when there is none. */
  "subsample-finder": { code: string };
  "subsample-remover": { block: string };
  "test-writer": { code: string };
};

export type RoleOutputs = {
  retriever: ModelCard[];
  initializer: string;
  merger: string;
  "data-usage": string | null;
  ablation: { block: string; what: string; code: string }[];
  summarizer: string;
  extractor: Target;
  planner: string;
  coder: string;
  "ensemble-planner": string;
  ensembler: string;
  debugger: string;
  "leakage-checker": { leaky: boolean; block: string; why: string };
  "leakage-corrector": string;
  "subsample-finder": string | null;
  "subsample-remover": string;
  "test-writer": string;
};

export type RoleName = keyof RoleInputs;
