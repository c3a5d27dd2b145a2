import type { Run } from "../run/run.ts";
import type { Evaluated } from "../solution.ts";
import type { Scratch } from "./scratch/scratch.ts";

/** A script that is being worked on; `parent`: the solution that it comes from. */
export type Draft = { code: string; parent: string | null; change: string };

/** What a model wants to keep in mind: what it does next, what stands in its way, or what it found out. */
export type Note = { kind: "plan" | "problem" | "fact"; text: string };

/** What is worked on, by one model or by several in turn. */
export type Workspace = { scripts: Map<string, Draft>; notes: Note[] };

/** How the referee scores what is worked on; the driver says how. */
export type Scoring = {
  /** Every script that was handed in, oldest first, scored or not. */
  readonly attempts: readonly Evaluated[];
  /** The best so far as the search accepted it. */
  readonly best: Evaluated | null;
  /** Why no further script may be scored now; null: one may. */
  refusal(): string | null;
  /** Scores a script, as an attempt of the search; null when the budget ended before. */
  score(draft: Draft): Promise<Scored | null>;
  /** Scores variants of a solution and what each lost against it; null when the budget ended before. */
  ablate(
    base: Evaluated,
    variants: readonly { what: string; code: string }[],
  ): Promise<Lost[] | null>;
};

/** A script that was handed in, and what it gained over the best before it, in the metric's good direction. */
export type Scored = { evaluated: Evaluated; isBest: boolean; gained: Gained | null };

export type Gained = { over: string; gain: number; standardError: number | null };

/** What a variant lost against its base, in the metric's good direction. */
export type Lost = {
  what: string;
  solution: string;
  status: string;
  score: number | null;
  loss: number | null;
  standardError: number | null;
};

/** What the tools of a conversation may use. */
export type ToolContext = {
  readonly run: Run;
  /** Role that is played, and place of the conversation. */
  readonly role: string;
  readonly at: string;
  readonly scratch: Scratch;
  readonly workspace: Workspace;
  /** What one call may take at most, in seconds; null: its own limit. */
  readonly seconds: number | null;
  /** Null for roles that only look. */
  readonly scoring: Scoring | null;
};
