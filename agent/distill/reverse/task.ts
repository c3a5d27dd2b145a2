import type { Provenance, Row } from "../row.ts";

/** Roles whose tasks have an inverse that can be checked. */
export const REVERSE_ROLES = ["debugger", "leakage", "ablation"] as const;
export type ReverseRole = (typeof REVERSE_ROLES)[number];

type Question = Row["parts"][number]["messages"];

type Base = {
  id: string;
  split: Row["split"];
  /** Folder of the run that it is from, by competition and run. */
  provenance: Provenance;
  /** What the role is asked, as it is asked in a run. */
  question: Question;
};

/** A script that fails, to be mended. */
export type DebugTask = Base & {
  role: "debugger";
  /** `of a run`, or the kind of the bug that was planted. */
  kind: string;
  broken: string;
  /** A script that is known to run; null where none is. */
  mended: string | null;
  exception: string;
  traceback: string;
};

/** A script that may learn from what it must not know. */
export type LeakTask = Base & {
  role: "leakage";
  /** The rule that finds the leak; null: there is none. */
  rule: string | null;
  code: string;
  /** The script without the leak, and the lines that leak; the same script and none where there is none. */
  clean: string;
  leak: string[];
};

/** A table of an ablation, most important block first. */
export type AblationTask = Base & { role: "ablation"; table: Ablated[] };
export type Ablated = {
  block: string;
  what: string;
  /** How much the score loses without it. */
  importance: number;
  standardError: number | null;
};

export type ReverseTask = DebugTask | LeakTask | AblationTask;

/** What a teacher said of a task: the answer in several ways, the first one counts; the question back; its answer. */
export type Taught = { forward: string[]; question: string; backward: string };

/** Teaches: rules, or a language model. */
export type Teacher = {
  name: string;
  /** The answer to the question of the role, said in its n-th way; null: it has none. */
  forward(task: ReverseTask, way: number): Promise<string | null>;
  /** A question that asks for what the task began with, given its answer. */
  question(task: ReverseTask, forward: string): Promise<string | null>;
  /** The answer to that. */
  backward(task: ReverseTask, question: string): Promise<string | null>;
  /** Whether the two directions agree; null: it cannot judge. */
  consistent: ((task: ReverseTask, taught: Taught) => Promise<boolean>) | null;
};
