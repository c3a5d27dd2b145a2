import * as z from "zod";
import type { Event, EventValue } from "../../events/events.ts";
import type { MemberRecord } from "../../events/teams.ts";
import { addUsd, allTokens } from "../../ledger.ts";
import { type Attempt, attemptsOf, ownerOf } from "../attempts.ts";

/** One question to a role, who answered it at which cost, and what came of the answer. */
export type QuestionOutcome = {
  at: string;
  role: string;
  task: string;
  /** `single` where one model was asked. */
  policy: string;
  /** Models that took part, by what they are; `answeredBy`: whose answer was taken. */
  models: string[];
  answeredBy: string | null;
  /** All calls for this question, of whatever member. */
  calls: QuestionCall[];
  /** From 0 (failed, or of no use) to 1 (better than before); null: not known. */
  outcome: number | null;
};

/** One call for a question; `outcome` is that of its own answer where it is known. */
export type QuestionCall = {
  at: string;
  model: string;
  tokens: number;
  usd: number | null;
  confidence: number | null;
  outcome: number | null;
};

type TeamAnswer = EventValue<"team-answered">;

/** The questions of a run in the order of the journal, with their outcomes as the referee measured them. */
export function questionOutcomes(events: readonly Event[]): QuestionOutcome[] {
  const attempts = attemptsOf(events);
  const outcomeOf = outcomesBy(attempts);
  const task = taskOf(events);
  const calls = callsByPlace(events);
  const teams = events.flatMap((event) =>
    event.type === "team-answered"
      ? [{ at: event.key.replace(/\/team$/u, ""), ...event.value }]
      : [],
  );
  const ofTeams = new Set(teams.flatMap((team) => placesOf(team, calls)));
  const keys = new Set([...calls.keys(), ...teams.map(({ at }) => at)]);
  const found: QuestionOutcome[] = [];
  for (const team of teams) {
    const outcome =
      lostItsTurn(keys, team.at) || team.chosen === null ? 0 : outcomeOf(team.role, team.at);
    found.push(ofTeam(team, { calls, task, outcome }));
  }
  for (const [at, call] of calls) {
    if (ofTeams.has(at)) continue;
    const outcome = lostItsTurn(keys, at) ? 0 : outcomeOf(call.role, at);
    const { role, model, tokens, usd } = call;
    const own = { at, model, tokens, usd, confidence: null, outcome };
    found.push({
      at,
      role,
      task,
      policy: "single",
      models: [model],
      answeredBy: model,
      calls: [own],
      outcome,
    });
  }
  return found;
}

/** What is known of every model in every role on every kind of task, over any number of questions. */
export function recordsOf(questions: readonly QuestionOutcome[]): MemberRecord[] {
  const records = new Map<string, MemberRecord>();
  for (const { role, task, calls } of questions) {
    for (const { model, tokens, usd, outcome, confidence } of calls) {
      const key = JSON.stringify([role, model, task]);
      const record = records.get(key) ?? blank(role, model, task);
      record.calls += 1;
      record.tokens += tokens;
      record.usd = addUsd(record.usd, usd);
      if (outcome !== null) {
        record.answers += 1;
        record.outcome += outcome;
        if (confidence !== null) record.stated.push([confidence, outcome]);
      }
      records.set(key, record);
    }
  }
  return [...records.values()];
}

/** The same of several sources: earlier runs, and this one. */
export function joinRecords(sources: readonly (readonly MemberRecord[])[]): MemberRecord[] {
  const joined = new Map<string, MemberRecord>();
  for (const each of sources.flat()) {
    const key = JSON.stringify([each.role, each.model, each.task]);
    const sum = joined.get(key) ?? blank(each.role, each.model, each.task);
    joined.set(key, {
      ...sum,
      answers: sum.answers + each.answers,
      outcome: sum.outcome + each.outcome,
      calls: sum.calls + each.calls,
      tokens: sum.tokens + each.tokens,
      usd: addUsd(sum.usd, each.usd),
      stated: [...sum.stated, ...each.stated],
    });
  }
  return [...joined.values()];
}

function blank(role: string, model: string, task: string): MemberRecord {
  return { role, model, task, answers: 0, outcome: 0, tokens: 0, calls: 0, usd: 0, stated: [] };
}

type Call = { role: string; model: string; tokens: number; usd: number | null };

function callsByPlace(events: readonly Event[]): Map<string, Call> {
  const calls = new Map<string, Call>();
  for (const event of events) {
    if (event.type !== "answered" && event.type !== "unanswered") continue;
    const at = event.key.replace(/\/unanswered$/u, "");
    const { role, tokens, usd } = event.value;
    const model =
      event.type === "answered" ? event.value.model : (event.value.tries[0]?.model ?? "unknown");
    const before = calls.get(at);
    calls.set(at, {
      role,
      model,
      tokens: (before?.tokens ?? 0) + allTokens(tokens),
      usd: before === undefined ? usd : addUsd(before.usd, usd),
    });
  }
  return calls;
}

/** Places of all calls for a question of a team: its turns, and what stood in for all of them. */
function placesOf(
  { at, turns }: TeamAnswer & { at: string },
  calls: ReadonlyMap<string, Call>,
): string[] {
  const instead = `${at}/fallback`;
  return [...turns.map((turn) => turn.at), ...(calls.has(instead) ? [instead] : [])];
}

function ofTeam(
  team: TeamAnswer & { at: string },
  {
    calls,
    task,
    outcome,
  }: { calls: ReadonlyMap<string, Call>; task: string; outcome: number | null },
): QuestionOutcome {
  const { at, role, policy, members, turns, chosen } = team;
  const names = new Map(members.map(({ id, model }) => [id, model]));
  const asked = turns.map(({ member, at: place, problem, confidence }) => {
    const call = calls.get(place);
    const own = place === chosen ? outcome : problem === null ? null : 0;
    return {
      at: place,
      model: names.get(member) ?? member,
      tokens: call?.tokens ?? 0,
      usd: call === undefined ? 0 : call.usd,
      confidence,
      outcome: own,
    };
  });
  const answeredBy = asked.find((call) => call.at === chosen)?.model ?? null;
  return { at, role, task, policy, models: [...names.values()], answeredBy, calls: asked, outcome };
}

/** Whether the same question was asked once more: the answer could not be used. */
function lostItsTurn(keys: ReadonlySet<string>, at: string): boolean {
  const turn = /^(.*)\/(\d+)$/u.exec(at);
  return turn !== null && keys.has(`${turn[1]}/${Number(turn[2]) + 1}`);
}

/** Roles whose answer becomes the script of the place where they were asked, or the plan for it. */
const OF_ATTEMPT = new Set([
  "initializer",
  "merger",
  "coder",
  "refiner",
  "planner",
  "plan-writer",
  "ensembler",
  "ensemble-planner",
]);

/** What came of an answer, by role and place; null: nothing was executed that tells. */
function outcomesBy(attempts: readonly Attempt[]) {
  const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const children = new Map<string, Attempt[]>();
  for (const attempt of attempts)
    if (attempt.parent !== null)
      children.set(attempt.parent, [...(children.get(attempt.parent) ?? []), attempt]);
  return (role: string, at: string): number | null => {
    if (OF_ATTEMPT.has(role)) return worth(ownerOf(byId, at));
    // The place ends in the role and the number of the try.
    const place = at.replace(/\/[^/]+\/\d+$/u, "");
    if (role === "extractor")
      return bestWorth(attempts.filter(({ id }) => id.startsWith(`${place}/attempt-`)));
    if (role !== "debugger") return null;
    const mended = (children.get(place) ?? []).find(({ id }) =>
      /\/(?:fix|replacement)-\d+$/u.test(id),
    );
    return mended === undefined ? null : mended.status === "scored" ? 1 : 0;
  };
}

/** 0: it did not run to a score; 0.5: it did; 1: it scored better than what it came from, or came from nothing. */
function worth(attempt: Attempt | null): number | null {
  if (attempt === null) return null;
  if (attempt.status !== "scored") return 0;
  return attempt.change === null || attempt.change === "better" ? 1 : 0.5;
}

function bestWorth(attempts: readonly Attempt[]): number | null {
  const known = attempts.flatMap((attempt) => worth(attempt) ?? []);
  return known.length === 0 ? null : Math.max(...known);
}

const Seen = z.object({
  competition: z.object({ type: z.string() }),
  profile: z.object({ trainRows: z.number() }),
});

/** Kind of a task by its brief: what is predicted, and how many rows there are. */
export function taskKind(brief: unknown): string {
  const seen = Seen.safeParse(brief);
  if (!seen.success) return "unknown";
  const { trainRows } = seen.data.profile;
  const size = trainRows < 10_000 ? "small" : trainRows < 100_000 ? "medium" : "large";
  return `${seen.data.competition.type}, ${size}`;
}

function taskOf(events: readonly Event[]): string {
  const started = events.find((event) => event.type === "run-started");
  return taskKind(started?.value.brief ?? null);
}
