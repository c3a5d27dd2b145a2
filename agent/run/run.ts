import type { Event, EventType, EventValue, Step } from "../../runs/events/events.ts";
import type { History } from "../../runs/record/history.ts";
import type { Redact } from "../../runs/record/secrets.ts";
import type { JudgedPlan } from "../../runs/report/across/vetted-plans.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import type { Competition } from "../../tasks/competition.ts";
import type { Referee, View } from "../../tasks/referee/referee.ts";
import type { Brief } from "../brief.ts";
import type { Config } from "../config.ts";
import type { Memory } from "../memory/memory.ts";
import type { Model } from "../models/model.ts";
import type { Team } from "../models/teams/team.ts";
import type { PythonSource } from "../python-source/python-source.ts";
import type { Mode, RoleName } from "../roles/inputs.ts";
import type { Search, Web } from "../search/search.ts";
import type { ChosenCard, Evaluated, Solution } from "../solution.ts";
import type { Budget } from "./budget.ts";

/** What a phase may use. Made by the command line, used by every phase; nothing here decides anything. */
export type Run = {
  readonly id: string;
  /** Absolute path of `runs/<competition>/<id>`. */
  readonly folder: string;
  readonly config: Config;
  readonly competition: Competition;
  readonly mode: Mode;
  readonly brief: Brief;
  /** Hash of the cached prefix that every request of the run begins with. */
  readonly prefixHash: string;
  readonly journal: RunJournal;
  readonly budget: RunBudget;
  readonly slots: Slots;
  readonly models: Models;
  readonly retrieval: Retrieval;
  /** What earlier runs learned; null: the run learns from nothing and leaves nothing. */
  readonly memory: Memory | null;
  readonly sandbox: Sandbox;
  readonly referee: Referee;
  readonly history: History;
  readonly python: PythonSource;
  /** Plans of earlier runs that a model judged, with what became of them. */
  readonly pastPlans: () => Promise<readonly JudgedPlan[]>;
  /** Ends what is in flight: at the run's deadline by a `LimitReached`, at the user's wish by an `Interrupted`. */
  readonly signal: AbortSignal;
  /** Ends what the run cannot go on without, only when the whole run is ended. */
  readonly lastingSignal: AbortSignal;
  /** Ends what makes the first submission: when the whole run is ended, or its time limit is over. */
  readonly submissionSignal: AbortSignal;
  /** Every solution evaluated so far, by id. */
  readonly evaluated: Map<string, Evaluated>;
  /** Scripts that passed the leak check and that the budget did not let be scored, by id. */
  readonly drafts: Map<string, Solution>;
};

/** The journal as phases use it: effects that happen once, and what is recorded of them. */
export type RunJournal = {
  readonly step: Step;
  /** All lines. Tracks add to them side by side: what steers must look only at those before one that it knows. */
  readonly events: readonly Event[];
  /** Journals what happened in this session only, and may happen again. */
  record<K extends EventType>(type: K, key: string, value: Event<K>["value"]): Promise<void>;
  /** Places where the run may already have been: the recorded event of a key, if there is one. */
  recorded<K extends EventType>(type: K, key: string): Event<K>["value"] | null;
  /** ISO time of the last effect journaled for a solution before the step at `key`, so that commits get the same id again. */
  timeOf(id: string, key: string): string;
  /** What models were asked below a solution before the step at `key`: what comes later, as for a repair, is not its own. */
  callsBefore(id: string, key: string): Event<"answered" | "unanswered">["value"][];
  /** Whether what the recorded step at a key left in the run's folder is gone or damaged, and has to be made again. */
  isLost(key: string): boolean;
  /** Hash of what a view has shown to the last script that ran on it; null before the first. */
  shownInput(view: View): string | null;
  /** Takes seconds out of the run's time that only made again what an earlier session had. */
  leaveOut(seconds: number): void;
  /** Takes out of a text what no file of the run may contain; the journal does so by itself. */
  readonly redact: Redact;
};

/** The hard limits of the run, as phases may use them. */
export type RunBudget = Omit<Budget, "stop" | "reached" | "isFinalizing">;

/** Executions side by side. */
export type Slots = {
  readonly count: number;
  /** Waits for a free execution slot; what is urgent goes before what waits already. */
  run<T>(work: () => Promise<T>, options: { isUrgent: boolean }): Promise<T>;
  /** Waits until nothing runs, and lets nothing begin until the work is done. */
  runAlone<T>(work: () => Promise<T>): Promise<T>;
  /** One piece of work per key and process, shared by all who ask for it. */
  once<T>(key: string, work: () => Promise<T>): Promise<T>;
};

/** The models that answer. */
export type Models = {
  /** The model that answers for a role at a place of the algorithm, where no team does. */
  of(role: RoleName | string, at: string): Model;
  /** The several models that play a role; null: one does. */
  team(role: string): Team | null;
  /** What earlier runs say of their members. */
  known(): Promise<EventValue<"teams-known">>;
  /** The built-in policy, for the baseline when every track failed. */
  readonly playbook: Model;
};

/** Where models for the competition are searched. */
export type Retrieval = {
  /** The shipped catalogue. */
  readonly catalogue: Search;
  readonly web: Web;
  /** Cards that the user gave; they join the pool. */
  readonly userCards: readonly ChosenCard[];
};
