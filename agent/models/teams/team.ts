import type { MemberRecord } from "../../../runs/events/teams.ts";
import type { Model, Request } from "../model.ts";
import type { GraphShape } from "./graph-shape.ts";

/** A model of the pool, as a team asks it. */
export type Member = {
  /** Its name in the pool. */
  id: string;
  /** What it is, the same in every run: the configured name, and the address where one is set. */
  name: string;
  model: Model;
  /** Tokens of question and answer together that it takes; null: as many as we ask. */
  context: number | null;
};

/** One turn of a member: the place where it was asked, and what came of it. */
export type Turn = {
  member: string;
  at: string;
  /** Without the line that states a confidence; empty where there is no answer. */
  text: string;
  stop: "end" | "max-tokens" | "refusal";
  /** Why the answer cannot be used; null: it can. */
  problem: string | null;
  /** Whether there is no answer at all. */
  isAbsent: boolean;
  /** It was absent since the question is too long for it, and would be whenever it is asked. */
  hasNoRoom: boolean;
  /** How sure the member says it is, from 0 to 1; null: not asked, or not said. */
  confidence: number | null;
};

/** What a member is asked other than the role's own question. */
export type Asking = {
  /** Text that follows the question. */
  added?: string;
  /** What the answer is for, where it is no answer of the role: a verdict, a list of parts. */
  duty?: string;
  /** JSON schema of the answer, where the duty has one. */
  schema?: Record<string, unknown> | null;
  /** Why the text cannot be used; by default what is wrong with it as an answer of the role. */
  problemOf?: (text: string) => string | null;
  /** Whether the member shall say how sure it is. */
  states?: boolean;
};

/** What running the script of an answer showed; the score is the referee's, null without one. */
export type TriedOut = { outcome: string; score: number | null; printed: string; seconds: number };

/** What a policy works with: one question of a role, the members, and what is known of them. */
export type Teamwork = {
  request: Request;
  members: readonly Member[];
  settings: TeamSettings;
  /** Asks a member, once in the life of the run; `place` is below that of the question, "" is its own. Parallel or not. */
  ask(member: Member, place: string, asking?: Asking): Promise<Turn>;
  /** Kind of the task, for which outcomes are kept apart. */
  task: string;
  /** What is known of members' answers: of earlier runs, and of this one as far as it is settled. */
  known(): Promise<readonly MemberRecord[]>;
  /** The order in which a router asks; decided once in the life of the run. */
  route(decide: () => Promise<{ order: string[]; why: string }>): Promise<string[]>;
  /** What other tracks found, a line each; read once in the life of the run. */
  board(): Promise<string[]>;
  /** What the script of an answer does, run on the rows that the search scores on; null: the answer is no whole script. */
  tryOut(turn: Turn): Promise<TriedOut | null>;
};

/** The answer that was taken, and why; null where none can be used. */
export type Decision = { turn: Turn | null; why: string };

/** How several models answer one question. Pure but for what it asks of its `Teamwork`. */
export type Policy = (work: Teamwork) => Promise<Decision>;

/** Settings of a team, those of all policies; null where a policy does not have it. */
export type TeamSettings = {
  policy: string;
  rounds: number | null;
  judge: string | null;
  confidence: "stated" | "none" | null;
  minConfidence: number | null;
  downgrade: boolean | null;
  graph: GraphShape | null;
  turnSeconds: number;
};

/** A policy with its members, opened: who answers for one role. */
export type Team = { settings: TeamSettings; members: readonly Member[]; policy: Policy };

/** Waits for all, then throws what the first of them threw: no turn is left at work behind a failure. */
export async function together<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}

/** Asks one member after the other until an answer can be used; the first one at the question's own place. */
export async function firstUsable(work: Teamwork, members: readonly Member[]): Promise<Decision> {
  const failed: string[] = [];
  for (const [index, member] of members.entries()) {
    const turn = await work.ask(member, placeOfTurn(index));
    if (turn.problem === null) {
      const why =
        failed.length === 0
          ? `${member.id} answered`
          : `${failed.join("; ")}; ${member.id} answered`;
      return { turn, why };
    }
    failed.push(`${member.id}: ${turn.problem}`);
  }
  return { turn: null, why: failed.join("; ") };
}

/** Place of the n-th of members that are asked in turn, counted from 0. */
export function placeOfTurn(index: number): string {
  return index === 0 ? "" : `turn-${index + 1}`;
}

/** The member of this name; `fallback` where there is none. */
export function memberOf(work: Teamwork, id: string | null, fallback: Member): Member {
  return work.members.find((member) => member.id === id) ?? fallback;
}

/** The first member, which every team has. */
export function leadOf({ members }: Teamwork): Member {
  const [lead] = members;
  if (lead === undefined) throw new Error("a team without members");
  return lead;
}
