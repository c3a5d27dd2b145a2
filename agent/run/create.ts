import PQueue from "p-queue";
import { Interrupted } from "../../runs/errors.ts";
import type { Event, Step } from "../../runs/events/events.ts";
import type { History } from "../../runs/record/history.ts";
import type { Journal } from "../../runs/record/journal.ts";
import { shownInputs } from "../../runs/record/losses.ts";
import type { Redact } from "../../runs/record/secrets.ts";
import type { JudgedPlan } from "../../runs/report/across/vetted-plans.ts";
import { sha256 } from "../../runs/sha256.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import type { Competition } from "../../tasks/competition.ts";
import type { Referee } from "../../tasks/referee/referee.ts";
import type { Brief } from "../brief.ts";
import type { Config } from "../config.ts";
import type { Memory } from "../memory/memory.ts";
import type { PythonSource } from "../python-source/python-source.ts";
import { assumedSlowdown, openBudget } from "./budget.ts";
import { openDeadline } from "./deadline.ts";
import { pausable } from "./pausable.ts";
import type { Models, Retrieval, Run, RunJournal, Slots } from "./run.ts";

/** The parts of a run: real ones chosen by the command line, shipped fakes by tests. */
export type Parts = {
  id: string;
  folder: string;
  config: Config;
  competition: Competition;
  brief: Brief;
  journal: Journal;
  history: History;
  sandbox: Sandbox;
  referee: Referee;
  python: PythonSource;
  pastPlans: () => Promise<readonly JudgedPlan[]>;
  models: Models;
  retrieval: Retrieval;
  memory: Memory | null;
  /** Takes out of a text what no file of the run may contain. */
  redact: Redact;
  /** Keys of recorded steps whose files are gone or damaged. */
  lost: ReadonlySet<string>;
};

/** A run and the ways its owner may end it early. */
export type RunHandle = {
  run: Run;
  /** Limits that refused something, by name. */
  reached: ReadonlySet<string>;
  /** Ends the search: nothing new starts, what is in flight is stopped, the run finalizes with what it has. */
  stopSearch(): void;
  /** Leaves everything as it is, for a later session to go on with: nothing new starts, what is in flight is stopped. */
  pause(): void;
  /** Waits until nothing is at work any more; what makes the first submission is brought to its end before. */
  settled(): Promise<void>;
  /** Ends everything at once. */
  abort(): void;
};

/** Puts the parts together; nothing happens until the pipeline asks for it. */
export function createRun(parts: Parts): RunHandle {
  const { id, folder, config, competition, sandbox, brief, referee } = parts;
  const { history, python, models, retrieval } = parts;
  const slots = config.slots ?? sandbox.slots;
  const paused = new AbortController();
  const journal = pausable(parts.journal, paused.signal);
  const shared = new Map<string, Promise<unknown>>();
  const budget = openBudget(journal, config, { assumedSlowdown: assumedSlowdown(brief), slots });
  const deadline = openDeadline(budget.secondsLeft);
  const end = openDeadline(budget.secondsLeftOfAll);
  // What a script took may change what is kept for finalizing.
  journal.subscribe(({ type }) => type === "executed" && deadline.move());
  const search = new AbortController();
  const all = new AbortController();
  const run: Run = {
    id,
    folder,
    config,
    competition,
    mode: referee.split.kind === "self-reported" ? "self-reported" : "referee",
    brief,
    prefixHash: sha256(brief.text).slice(0, 16),
    journal: runJournal(journal, parts, all.signal),
    budget,
    slots: openSlots(slots, shared),
    models,
    retrieval,
    memory: parts.memory,
    sandbox,
    referee,
    history,
    python,
    pastPlans: parts.pastPlans,
    get signal() {
      const stops = budget.isFinalizing ? [] : [search.signal];
      return AbortSignal.any([...stops, paused.signal, all.signal, deadline.signal]);
    },
    get submissionSignal() {
      return AbortSignal.any([all.signal, end.signal]);
    },
    lastingSignal: all.signal,
    evaluated: new Map(),
    drafts: new Map(),
  };
  return {
    run,
    reached: budget.reached,
    stopSearch() {
      budget.stop("interrupted");
      search.abort();
    },
    pause: () => paused.abort(),
    settled: () => settled(shared),
    abort: () => all.abort(),
  };
}

/** Once a run is aborted nothing more begins: what other tracks make of the abort must not become a fact of the run. */
function runJournal(
  journal: Journal,
  { redact, lost }: Pick<Parts, "redact" | "lost">,
  aborted: AbortSignal,
): RunJournal {
  const step: Step = async (type, key, effect) => {
    if (aborted.aborted) throw new Interrupted(`aborted before ${key}`);
    return journal.step(type, key, effect);
  };
  return {
    step,
    events: journal.events,
    async record(type, key, value) {
      await journal.append(type, key, value);
    },
    recorded: (type, key) => journal.find(type, key)?.value ?? null,
    timeOf: (id, key) => timeOf(journal, id, key),
    callsBefore: (id, key) =>
      eventsBefore(journal, id, key).flatMap((event) =>
        event.type === "answered" || event.type === "unanswered" ? [event.value] : [],
      ),
    isLost: (key) => lost.has(key),
    leaveOut: (seconds) => journal.leaveOut(seconds),
    shownInput: (view) => shownInputs(journal.events).get(view) ?? null,
    redact,
  };
}

/** Waits for shared work until there is no more of it than before. */
async function settled(shared: ReadonlyMap<string, Promise<unknown>>): Promise<void> {
  for (let before = -1; before !== shared.size; ) {
    before = shared.size;
    await Promise.allSettled(shared.values());
  }
}

function openSlots(count: number, shared: Map<string, Promise<unknown>>): Slots {
  const queue = new PQueue({ concurrency: count });
  let last: Promise<unknown> = Promise.resolve();
  return {
    count,
    run: (work, { isUrgent }) => queue.add(work, { priority: isUrgent ? 1 : 0 }),
    runAlone(work) {
      const turn = last.then(async () => {
        queue.pause();
        try {
          await queue.onPendingZero();
          return await work();
        } finally {
          queue.start();
        }
      });
      last = turn.catch(() => undefined);
      return turn;
    },
    async once<T>(key: string, work: () => Promise<T>): Promise<T> {
      const started = shared.get(key) ?? work();
      shared.set(key, started);
      const value = (await started) as T;
      // What the budget refused may be asked for again when there is more.
      if (value === null) shared.delete(key);
      return value;
    },
  };
}

/** Time of the last effect journaled for a solution before a step, so that a repeated commit gets the same id. */
function timeOf(journal: Journal, id: string, key: string): string {
  const own = eventsBefore(journal, id, key).at(-1);
  return (own ?? journal.events[0])?.time ?? new Date(0).toISOString();
}

/** What was journaled below a solution before a step: the same in every session. */
function eventsBefore(journal: Journal, id: string, key: string): Event[] {
  const end = journal.events.findIndex((event) => event.key === key);
  const before = end === -1 ? journal.events : journal.events.slice(0, end);
  return before.filter((event) => event.key.startsWith(`${id}/`));
}
