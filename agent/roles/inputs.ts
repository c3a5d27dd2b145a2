import type { Mode } from "../../runs/events/events.ts";
import type { MemoryKind } from "../../runs/events/memory.ts";
import type { SurrogateImportance, WeakRows } from "../../runs/events/scoring.ts";
import type { OtherTrack, Repaired, Tried } from "../../runs/events/solutions.ts";
import type { SearchHit } from "../search/search.ts";
import type { Attempt, ModelCard, Status, Variant } from "../solution.ts";
import type { PlannedChange } from "./reply/readers.ts";
import type { PlanVerdict } from "./reply/verdict.ts";

/** A block of a script as roles see it: id, text, and what it is about when a header comment says so. */
export type BlockView = { id: string; title: string; text: string };

/** A block among all of its script; a protected one stays as it is. */
export type ScriptBlock = BlockView & { isProtected: boolean };

/** A script as roles see it. */
export type ScriptView = { code: string; score: number | null };

/** With the seconds that one execution of it took; null: not known. */
export type TimedScript = ScriptView & { seconds: number | null };

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

/** Two scripts that an attempt is to learn from, with what tells them apart; a score is null where only that is said. */
export type Feedback = {
  best: ScriptView;
  worst: ScriptView;
  /** What is better and worse about them; null: nothing is said. */
  critique: string | null;
};

/** Which of how many attempts this is that are made from the same at once, none of them told of another. */
export type Drawn = { number: number; of: number };

/** Something that a run measured, in words; `subject` is the recipe or family it is about, where a program knows it. */
export type LearnedFact = {
  kind: MemoryKind;
  title: string;
  text: string;
  where: string | null;
  subject: string | null;
};

/** How a solution must be scored: by the referee, or by its own printed line. */
export type { Mode };

export type RoleInputs = {
  /** Reply: `count` cards for each of the tracks in turn, then `spare` ones (fewer only if there are no more), none of an excluded family. */
  retriever: {
    count: number;
    spare: number;
    hits: readonly SearchHit[];
    exclude: readonly string[];
    tracks: readonly number[];
  };
  /** `others`: models that another track begins with. */
  initializer: { card: ModelCard; mode: Mode; others: readonly string[] };
  /** `printed`: what tells why the reference is good; null: nothing, or not shown. */
  merger: {
    base: TimedScript;
    reference: TimedScript;
    printed: string | null;
    mode: Mode;
  };
  /** Reply: a new script, or null for "All the provided information is used." */
  "data-usage": { code: string; unopened: readonly UnopenedFile[]; mode: Mode };
  /** Sees the script block by block. Reply: 2-3 variants, each one block changed or disabled; `covered` were ablated before. */
  ablation: {
    blocks: readonly ScriptBlock[];
    /** What the script printed last; null: nothing, or not shown. */
    printed: string | null;
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
  planner: {
    block: BlockView;
    history: readonly Attempt[];
    baseline: number | null;
    /** Of the block rather than the script. */
    feedback: Feedback | null;
    drawn: Drawn | null;
    /** Plans for this very attempt that were refused, and why. */
    refused: readonly string[];
  };
  /** Sees block and plan only, as in the paper. Reply: the new block. */
  coder: { block: string; plan: string };
  /** Sees the whole script and what the run knows. Reply: a plan, and the blocks or the script that it changes. */
  refiner: {
    blocks: readonly ScriptBlock[];
    score: number | null;
    /** Of the script, or of one that it comes from; ranked, the block that matters most first. */
    variants: readonly Variant[];
    /** What the script printed last; null: nothing. */
    printed: string | null;
    /** Seconds of one run by block, those that take some; empty: a quick script, or not known. */
    spent: readonly { block: string; seconds: number }[];
    /** Changes of this track's earlier scripts and what came of them. */
    earlier: readonly { block: string; plan: string; improved: boolean }[];
    /** Changes of this very script in this step. */
    history: readonly (Attempt & { block: string })[];
    feedback: Feedback | null;
    drawn: Drawn | null;
    /** Plans for this very attempt that were refused, and why. */
    refused: readonly string[];
    /** The plan that is to be carried out; null: it is to be found. */
    carryOut: string | null;
    /** What else the track tried, oldest first. */
    tried: readonly Tried[];
    /** Models that the other tracks begin with. */
    others: readonly string[];
    /** Groups of rows on which the script does worst; null: not known. */
    weak: WeakRows | null;
    /** Columns that its predictions follow most; null: not known. */
    surrogateImportance: SurrogateImportance | null;
    /** What the other tracks have come to. */
    tracks: readonly OtherTrack[];
    /** Steps without a gain before this one: after one a whole new script may be written. */
    idle: number;
    /** Attempts that are left in this step, and seconds of the run; null: no limit. */
    left: { attempts: number; seconds: number | null };
  };
  /** Reply: prose, what is better and worse about the two. `facts`: what was measured of them. */
  critic: {
    best: ScriptView;
    worst: ScriptView;
    facts: readonly string[];
  };
  /** Reply: what every plan for the block, or the script, has to keep to, said and unsaid. */
  constraints: { block: BlockView | null; titles: readonly string[]; facts: readonly string[] };
  /** Reply: three counts and a score, each a whole number from -100 to 100. `measured`: what a plan can be grounded in. */
  verifier: {
    plan: string;
    block: BlockView | null;
    constraints: readonly string[];
    measured: readonly string[];
  };
  /** Reply: how suited each way of writing a plan is, 0 to 1. */
  "plan-selector": { facts: readonly string[]; constraints: readonly string[] };
  /** Reply: a whole plan, or the next step behind `before`, and whether the plan is complete with it. */
  "plan-writer": {
    block: BlockView | null;
    titles: readonly string[];
    constraints: readonly string[];
    measured: readonly string[];
    before: readonly string[];
    what: "step" | "plan";
    /** Why the plan before was refused. */
    words: string;
    number: number;
  };
  "ensemble-planner": {
    solutions: readonly ScriptView[];
    history: readonly Attempt[];
    refused: readonly string[];
  };
  ensembler: { plan: string; solutions: readonly ScriptView[]; mode: Mode };
  /** Reply: the whole corrected script. */
  debugger: {
    code: string;
    /** What the script was to do, and the last version that ran; null where there is none. */
    plan: string | null;
    worked: string | null;
    status: Status;
    error: string;
    round: number;
    mode: Mode;
    /** Search results for the error. */
    references: readonly SearchHit[];
    /** How failures of the same kind were mended earlier in the run. */
    repairs: readonly Repaired[];
    /** Whether corrections did not help, so that the script is to be written anew. */
    isFresh: boolean;
  };
  "leakage-checker": { code: string; findings: readonly string[] };
  /** Reply: the corrected block. */
  "leakage-corrector": { code: string; block: string; why: string };
  /** Self-reported runs only. Reply: the exact block that subsamples, or null when there is none. */
  "subsample-finder": { code: string };
  "subsample-remover": { block: string };
  "test-writer": { code: string };
  /** Drives a whole search with tools. `handOver`: what a model before it left; `attempts`: scored scripts it may have; null: no limit, as in `limits` of the run. */
  agent: {
    mode: Mode;
    handOver: string | null;
    attempts: number | null;
    limits: { seconds: number | null; executions: number | null; usd: number | null };
  };
  /** Facts that a run measured. Reply: topics, each with the numbers of the facts that it rests on. */
  reflector: { facts: readonly LearnedFact[] };
  /** Reply: what becomes of a new item beside those nearest to it. */
  consolidator: { item: LearnedFact; neighbors: readonly LearnedFact[] };
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
  refiner: PlannedChange;
  critic: string;
  constraints: string[];
  verifier: PlanVerdict;
  "plan-selector": { bon: number; tot: number; rebase: number };
  "plan-writer": { plan: string; isComplete: boolean };
  "ensemble-planner": string;
  ensembler: string;
  debugger: string;
  "leakage-checker": { leaky: boolean; block: string; why: string };
  "leakage-corrector": string;
  "subsample-finder": string | null;
  "subsample-remover": string;
  "test-writer": string;
  agent: string;
  reflector: { kind: MemoryKind; title: string; text: string; facts: number[] }[];
  consolidator: {
    operation: "add" | "merge" | "delete" | "nothing";
    index: number | null;
    text: string;
  }[];
};

export type RoleName = keyof RoleInputs;
