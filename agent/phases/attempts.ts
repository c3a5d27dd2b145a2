import type { Drawn, Feedback } from "../roles/inputs.ts";
import type { NoAnswer } from "../run/ask/ask.ts";
import type { Evaluated } from "../solution.ts";

/** A change that was tried: of which block or blocks, by which plan, and whether the script stood that it led to. */
export type Change = { block: string; plan: string; improved: boolean };

/** The scripts of a step, and the changes that led to them. */
export type Changed = { tried: Evaluated[]; changes: Change[] };

/** What an attempt is told beside the script that it changes. `number`: of the attempts of the step. */
export type Told = {
  feedback: Feedback | null;
  drawn: Drawn;
  number: number;
  left: number;
  before: Before[];
};

/** An attempt of the step that is known by now. */
export type Before = { from: string; plan: string; code: string; outcome: string };

/** An attempt that was made: of which block or blocks, by which plan; `evaluated` null: nothing new came of it. */
export type MadeAttempt = { block: string; plan: string; evaluated: Evaluated | null };

/** How a change is made to a script, on one block or on the whole of it. */
export type Maker = (id: string, from: Evaluated, told: Told) => Promise<MadeAttempt | NoAnswer>;
