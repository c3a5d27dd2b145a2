import * as z from "zod";
import type { Event, EventValue } from "../../events/events.ts";
import type { Direction } from "../../events/scoring.ts";
import type { SplitName } from "../../record/splits.ts";
import { type Attempt, attemptsOf, ownerOf } from "../attempts.ts";
import { type ToolUse, toolUses } from "../called-tools.ts";
import { planScores } from "./vetted-plans.ts";

const SCHEMA = 1;

/** Briefs of any version. */
const Brief = z.looseObject({ text: z.string() });

/** One role call with its measured outcome: what later parts learn from. Derived from a journal, never a second truth. */
export type Trajectory = {
  schema: typeof SCHEMA;
  competition: string;
  /** By competition; `test` enters no data set and no memory. */
  split: SplitName;
  run: string;
  /** The journal key of the call. */
  step: string;
  /** The solution it started from. */
  parent: string | null;
  role: string;
  prompt: string;
  /** The brief, which every question begins with, the question and the reply. */
  messages: { role: "system" | "user" | "assistant"; content: string }[];
  /** Tools that the reply called and what they answered, and pages that its provider's search read. */
  toolCalls: ToolUse[];
  /** `playbook` is named as such. */
  model: string;
  tokens: EventValue<"answered">["tokens"];
  usd: number | null;
  logprobs: null;
  codeBefore: string | null;
  codeAfter: string | null;
  execution: TrajectoryExecution | null;
  /** Of the metric; null where the run did not begin. */
  direction: Direction | null;
  /** The referee's. */
  scoreBefore: number | null;
  scoreAfter: number | null;
  /** Standard error of the paired difference. */
  noise: number | null;
  accepted: boolean | null;
  /** Ids of items of the memory, in the order of their numbers in the prompt. */
  memoryShown: string[];
  memoryCited: string[];
  /** The verifier's, -100 to 100; null: nobody has judged the plan. */
  planScore: number | null;
};

/** How the last execution of a call's solution went. */
export type TrajectoryExecution = {
  outcome: EventValue<"executed">["outcome"];
  exitCode: number | null;
  exception: string | null;
  traceback: string | null;
};

/** Where a run's rows belong, and its code: `read` gives the script a commit holds. */
export type TrajectorySource = {
  run: string;
  split: Trajectory["split"];
  read: (commit: string) => Promise<string | null>;
};

/** One row per role call of a run, in the order of the journal. */
export async function trajectoriesOf(
  events: readonly Event[],
  source: TrajectorySource,
): Promise<Trajectory[]> {
  const attempts = new Map(attemptsOf(events).map((attempt) => [attempt.id, attempt]));
  const context = {
    source,
    attempts,
    places: placesOf(events, attempts),
    ...indexed(events),
    planScores: planScores(events),
    uses: toolUses(events),
  };
  const code = new Map<string, Promise<string | null>>();
  const read = async (attempt: Attempt | null): Promise<string | null> => {
    const commit = attempt?.commit ?? null;
    if (commit === null) return null;
    const known = code.get(commit) ?? source.read(commit);
    code.set(commit, known);
    return await known;
  };
  const rows: Trajectory[] = [];
  for (const event of events)
    if (event.type === "answered") rows.push(await row(context, event, read));
  return rows;
}

type Context = {
  source: TrajectorySource;
  attempts: ReadonlyMap<string, Attempt>;
  places: ReadonlyMap<string, string>;
  competition: string;
  direction: Trajectory["direction"];
  brief: string | null;
  executions: ReadonlyMap<string, EventValue<"executed">>;
  errors: ReadonlyMap<string, number | null>;
  planScores: ReadonlyMap<string, number>;
  uses: ReadonlyMap<string, ToolUse[]>;
  /** By the place of a call without the number of its try, and by the call that was usable. */
  shown: ReadonlyMap<string, string[]>;
  cited: ReadonlyMap<string, string[]>;
};

async function row(
  context: Context,
  event: Event<"answered">,
  read: (attempt: Attempt | null) => Promise<string | null>,
): Promise<Trajectory> {
  const { role, prompt, text, model, tokens, usd } = event.value;
  const { attempts, source } = context;
  const at = ownerOf(attempts, event.key);
  // A debugger is asked at the script that failed; what it made is the repaired one.
  const own = role === "debugger" ? repairOf(attempts, at) : at;
  const parent =
    role === "debugger" ? (at?.id ?? null) : (at?.parent ?? startOf(context, event.key));
  const before = attempts.get(parent ?? "") ?? null;
  const execution = context.executions.get(own?.id ?? "");
  return {
    schema: SCHEMA,
    competition: context.competition,
    split: source.split,
    run: source.run,
    step: event.key,
    parent,
    role,
    prompt,
    messages: conversation(context.brief, prompt, text),
    toolCalls: context.uses.get(event.key) ?? [],
    model,
    tokens,
    usd,
    logprobs: null,
    codeBefore: await read(before),
    codeAfter: await read(own),
    execution: execution === undefined ? null : executionOf(execution),
    direction: context.direction,
    scoreBefore: own?.parentScore ?? before?.score ?? null,
    scoreAfter: own?.score ?? null,
    noise: context.errors.get(own?.id ?? "") ?? null,
    accepted: isAccepted(own),
    ...memoryOf(context, event.key),
    planScore: planScoreOf(context, own ?? at),
  };
}

function memoryOf({ shown, cited }: Context, key: string) {
  return { memoryShown: shown.get(above(key)) ?? [], memoryCited: cited.get(key) ?? [] };
}

function planScoreOf({ planScores: scores }: Context, attempt: Attempt | null): number | null {
  return scores.get(attempt?.id ?? "") ?? null;
}

function isAccepted(attempt: Attempt | null): boolean | null {
  return attempt === null || attempt.verdict === null ? null : attempt.verdict === "accepted";
}

function conversation(brief: string | null, prompt: string, text: string): Trajectory["messages"] {
  const before = brief === null ? [] : [{ role: "system" as const, content: brief }];
  return [...before, { role: "user", content: prompt }, { role: "assistant", content: text }];
}

function indexed(events: readonly Event[]) {
  const started = events.find((event) => event.type === "run-started")?.value;
  const executions = new Map<string, EventValue<"executed">>();
  const errors = new Map<string, number | null>();
  for (const event of events) {
    if (event.type === "executed") executions.set(event.value.solution, event.value);
    if (event.type === "compared" || event.type === "decided")
      errors.set(event.value.challenger, event.value.standardError);
  }
  return {
    competition: started?.competition.id ?? "unknown",
    direction: started?.competition.direction ?? null,
    brief: Brief.safeParse(started?.brief).data?.text ?? null,
    executions,
    errors,
    ...remembered(events),
  };
}

/** What calls were shown of the memory, by their place; what the usable answer cited, by its key. */
function remembered(events: readonly Event[]) {
  const shown = new Map<string, string[]>();
  const cited = new Map<string, string[]>();
  const usable = new Map<string, string>();
  for (const { type, key, value } of events) {
    const place = above(key);
    if (type === "answered") usable.set(place, key);
    const ids = type === "memory-shown" ? value.shown.map(({ id }) => id) : null;
    if (ids !== null) shown.set(place, ids);
    if (type === "memory-cited") cited.set(usable.get(place) ?? key, value.cited);
  }
  return { shown, cited };
}

/** Which solution was worked on at a place (`track-1/refine-2`): as its events name it, or as its attempts' parent. */
function placesOf(
  events: readonly Event[],
  attempts: ReadonlyMap<string, Attempt>,
): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const event of events)
    if (event.type === "ablated" || event.type === "targeted")
      places.set(above(event.key), event.value.solution);
  for (const { id, parent } of attempts.values())
    if (parent !== null && !places.has(above(id))) places.set(above(id), parent);
  return places;
}

function repairOf(attempts: ReadonlyMap<string, Attempt>, broken: Attempt | null): Attempt | null {
  if (broken === null) return null;
  const children = [...attempts.values()].filter((each) => each.parent === broken.id);
  return children.find((each) => /\/fix-\d+$/u.test(each.id)) ?? null;
}

function startOf({ places }: Context, key: string): string | null {
  for (let place = above(key); place !== ""; place = above(place)) {
    const start = places.get(place);
    if (start !== undefined) return start;
  }
  return null;
}

function above(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/")));
}

/** How an execution ended, by its outcome and the end of its log. */
export function executionOf({
  outcome,
  exitCode,
  log,
}: Pick<EventValue<"executed">, "outcome" | "exitCode" | "log">): TrajectoryExecution {
  const start = log.lastIndexOf("Traceback (most recent call last)");
  const traceback = outcome === "finished" || start === -1 ? null : log.slice(start).trimEnd();
  return { outcome, exitCode, exception: exceptionOf(traceback), traceback };
}

/** The class on the last line that looks like `ValueError: …` or `module.Error`. */
function exceptionOf(traceback: string | null): string | null {
  const lines = (traceback ?? "").split("\n").toReversed();
  for (const line of lines) {
    const name = /^([A-Za-z_][\w.]*)(?::|$)/u.exec(line)?.[1];
    if (name !== undefined) return name;
  }
  return null;
}
