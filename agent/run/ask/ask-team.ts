import { ModelUnavailable } from "../../../runs/errors.ts";
import type { EventValue } from "../../../runs/events/events.ts";
import type { TeamTurn } from "../../../runs/events/teams.ts";
import {
  joinRecords,
  questionOutcomes,
  recordsOf,
  taskKind,
} from "../../../runs/report/across/member-outcomes.ts";
import { isTooLong } from "../../models/failure.ts";
import type { Model, Request } from "../../models/model.ts";
import { estimateTokens } from "../../models/pricing.ts";
import { readConfidence, STATE_CONFIDENCE } from "../../models/teams/confidence.ts";
import type {
  Asking,
  Decision,
  Member,
  Team,
  Teamwork,
  TriedOut,
  Turn,
} from "../../models/teams/team.ts";
import { promptText } from "../../roles/role.ts";
import { boardOf, settledBefore } from "../context/board.ts";
import type { Run } from "../run.ts";

/** What of a run a team needs. */
export type TeamRun = {
  journal: Pick<Run["journal"], "step" | "record" | "events">;
  models: Pick<Run["models"], "known" | "playbook">;
  config: Pick<Run["config"], "fallback">;
  slots: Pick<Run["slots"], "once">;
  brief: Run["brief"];
  signal: AbortSignal;
};

/** No reply, and why: a limit, or the end of the run's time. */
type Unanswered = { why: string };
/** No reply of a member, and whether that is for the length of the question alone. */
type Absent = Unanswered & { hasNoRoom: boolean };
type Answered = Pick<EventValue<"answered">, "text" | "stop">;

/** What a question of a team needs of whoever asks it. */
export type Asker = {
  /** One journaled reply of a model, within the limits; `stop` may end it earlier. */
  call(request: Request, model: Model, stop: AbortSignal | null): Promise<Answered | Unanswered>;
  /** Why a text cannot be used as an answer of the role; null: it can. */
  problemOf(text: string): string | null;
  /** What the script of an answer does; `id` is its place. */
  tryOut(id: string, text: string): Promise<TriedOut | null>;
};

function isUnanswered<None extends Unanswered>(reply: Answered | None): reply is None {
  return !("text" in reply);
}

/**
 * One answer of a team, by its policy: every turn of a member is a call of its own in the journal. The answer can be
 * used unless none can. Throws `ModelUnavailable` where nobody could be reached and nobody stands in.
 */
export async function askTeam(
  run: TeamRun,
  team: Team,
  request: Request,
  asker: Asker,
): Promise<Answered | Unanswered> {
  const { at, role } = request;
  const slots: (Turn | null)[] = [];
  const stopped: string[] = [];
  const decision = await team.policy(workOf(run, team, request, { asker, slots, stopped }));
  const turns = slots.flatMap((turn) => turn ?? []);
  const [limit] = stopped;
  if (decision.turn === null && limit !== undefined) return { why: limit };
  if (decision.turn === null && turns.every((turn) => turn.isAbsent))
    return standIn(run, team, request, asker, { decision, turns });
  await run.journal.step("team-answered", `${at}/team`, async () => ({
    role,
    policy: team.settings.policy,
    members: team.members.map(({ id, name }) => ({ id, model: name })),
    turns: turns.map(toRecord),
    chosen: decision.turn?.at ?? null,
    why: decision.why,
  }));
  // Of answers that cannot be used one is handed on, so that the question is asked again with what was wrong.
  return decision.turn ?? turns.find((turn) => !turn.isAbsent) ?? { why: decision.why };
}

function toRecord({ member, at, problem, confidence }: Turn): TeamTurn {
  return { member, at, problem, confidence };
}

type State = {
  asker: Asker;
  /** All turns so far, in the order in which they began; null while one is under way. */
  slots: (Turn | null)[];
  /** Why the run itself ended a turn. */
  stopped: string[];
};

function workOf(run: TeamRun, team: Team, request: Request, state: State): Teamwork {
  const { at, role } = request;
  const { journal } = run;
  const task = taskKind(run.brief);
  const known = async () => {
    const before = await run.slots.once("teams-known", () =>
      journal.step("teams-known", "teams-known", () => run.models.known()),
    );
    const own = questionOutcomes(settledBefore(journal.events, at));
    return joinRecords([before.records, recordsOf(own)]);
  };
  return {
    request,
    members: team.members,
    settings: team.settings,
    task,
    known,
    ask: (member, place, asking = {}) =>
      takeTurn(run, team, { member, place, asking }, request, state),
    async route(decide) {
      const { order } = await journal.step("routed", `${at}/route`, async () => ({
        role,
        task,
        ...(await decide()),
      }));
      return order;
    },
    async board() {
      const read = await journal.step("board-read", `${at}/board`, async () => ({
        lines: boardOf(journal.events, at),
      }));
      return read.lines;
    },
    tryOut: (turn) => state.asker.tryOut(`${turn.at}/tried`, turn.text),
  };
}

type Turning = { member: Member; place: string; asking: Asking };

/** One turn of a member: whatever it does or fails to do, it costs no more than this turn. */
async function takeTurn(
  run: TeamRun,
  team: Team,
  { member, place, asking }: Turning,
  question: Request,
  state: State,
): Promise<Turn> {
  const slot = state.slots.push(null) - 1;
  const request = requestFor(question, { place, asking });
  const reply = await replyOf(run, team, member, request, state);
  const turn = turnOf(member, request.at, reply, {
    states: asking.states ?? false,
    problemOf: asking.problemOf ?? state.asker.problemOf,
  });
  state.slots[slot] = turn;
  return turn;
}

function turnOf(
  { id: member }: Member,
  at: string,
  reply: Answered | Absent,
  { states, problemOf }: Required<Pick<Asking, "states" | "problemOf">>,
): Turn {
  if (isUnanswered(reply)) {
    const none = { text: "", stop: "end" as const, confidence: null };
    return { member, at, ...none, problem: reply.why, isAbsent: true, hasNoRoom: reply.hasNoRoom };
  }
  // Who was not asked how sure it is may have a variable of that name.
  const unstated = { confidence: null, rest: reply.text };
  const { confidence, rest } = states ? readConfidence(reply.text) : unstated;
  const problem = reply.stop === "refusal" ? "it was a refusal" : problemOf(rest);
  const { stop } = reply;
  return { member, at, text: rest, stop, problem, isAbsent: false, hasNoRoom: false, confidence };
}

function requestFor(
  question: Request,
  { place, asking }: { place: string; asking: Asking },
): Request {
  const { added = "", states = false, duty } = asking;
  const rest = question.parts.rest + added + (states ? STATE_CONFIDENCE : "");
  const parts = { ...question.parts, rest };
  return {
    ...question,
    at: place === "" ? question.at : `${question.at}/${place}`,
    // A verdict or a list of parts is no answer of the role.
    role: duty === undefined ? question.role : `${question.role}/${duty}`,
    schema: duty === undefined ? question.schema : (asking.schema ?? null),
    webSearch: question.webSearch && duty === undefined,
    parts,
    prompt: promptText(parts),
  };
}

/** The reply of a member, or why it is absent. That it was absent is journaled, since all that follows depends on it. */
async function replyOf(
  run: TeamRun,
  { settings }: Team,
  member: Member,
  request: Request,
  { asker, stopped }: State,
): Promise<Answered | Absent> {
  const { at, role } = request;
  const before = absenceIn(run, at);
  if (before !== null) return before;
  const tooLong = problemOfLength(member, request);
  const reply =
    tooLong === null
      ? await callOf(run, settings.turnSeconds, member, request, asker)
      : { why: tooLong, hasNoRoom: true };
  if (!isUnanswered(reply)) return reply;
  if (run.signal.aborted || /^limit reached/u.test(reply.why)) stopped.push(reply.why);
  else
    await run.journal.record("member-absent", `${at}/absent`, {
      role,
      member: member.id,
      ...reply,
    });
  return reply;
}

async function callOf(
  run: TeamRun,
  seconds: number,
  member: Member,
  request: Request,
  asker: Asker,
): Promise<Answered | Absent> {
  const late = AbortSignal.timeout(1000 * seconds);
  try {
    const reply = await asker.call(request, member.model, late);
    if (!isUnanswered(reply)) return reply;
    const isLate = late.aborted && !run.signal.aborted;
    return { why: isLate ? `no answer within ${seconds} s` : reply.why, hasNoRoom: false };
  } catch (error) {
    if (error instanceof ModelUnavailable)
      return { why: error.message, hasNoRoom: isTooLong(error.message) };
    throw error;
  }
}

function problemOfLength(
  { context }: Member,
  { prompt, brief, maxOutputTokens }: Request,
): string | null {
  if (context === null) return null;
  const tokens = estimateTokens(brief.text + prompt);
  // An answer needs room, too, if not all that it may take.
  const room = context - Math.min(maxOutputTokens, context / 4);
  return tokens <= room
    ? null
    : `the question has about ${tokens} tokens, and its context of ${context} has no room for that and an answer`;
}

/**
 * Why a member was absent at this place in an earlier session; null where it was not, or where nothing was answered at
 * its place since: then nothing depends on it, and it is asked again.
 */
function absenceIn(run: TeamRun, at: string): Absent | null {
  const question = at.replace(/(\/[^/]+\/\d+)(?:\/.*)?$/u, "$1");
  const { events } = run.journal;
  const absent = events.findLast(
    (event) => event.type === "member-absent" && event.key === `${at}/absent`,
  );
  if (absent === undefined || absent.type !== "member-absent") return null;
  // A later session asked it again, and it did answer: that answer stands.
  if (events.some(({ seq, type, key }) => seq > absent.seq && type === "answered" && key === at))
    return null;
  const isSettled = events.some(
    ({ seq, type, key }) =>
      seq > absent.seq &&
      (type === "answered" || type === "team-answered") &&
      (key === question || key.startsWith(`${question}/`)),
  );
  const { why, hasNoRoom } = absent.value;
  return isSettled ? { why, hasNoRoom } : null;
}

/**
 * Nobody answered: the playbook stands in where it may, if some member has answered before, or if the question is too
 * long for all of them, which no later session would change.
 */
async function standIn(
  run: TeamRun,
  { members }: Team,
  request: Request,
  asker: Asker,
  { decision: { why }, turns }: { decision: Decision; turns: readonly Turn[] },
): Promise<Answered | Unanswered> {
  const names = new Set(members.map(({ id }) => id));
  const answered = run.journal.events.some(
    ({ type, value }) =>
      type === "team-answered" &&
      value.turns.some(({ member, problem }) => names.has(member) && problem === null),
  );
  const noRoom = turns.length > 0 && turns.every(({ hasNoRoom }) => hasNoRoom);
  if (run.config.fallback !== "playbook" || !(answered || noRoom)) {
    const mend = noRoom
      ? "name a member with a larger context"
      : "check their addresses and run the same command again (a replay needs the same `models`)";
    throw new ModelUnavailable(`no member of the team answered ${request.at}: ${why}; ${mend}`);
  }
  return asker.call({ ...request, at: `${request.at}/fallback` }, run.models.playbook, null);
}
