import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelUnavailable } from "../../runs/errors.ts";
import type { ToolCall } from "../../runs/events/tools.ts";
import { sha256 } from "../../runs/sha256.ts";
import { isTooLong } from "../models/failure.ts";
import type { Conversation, Exchange, Picture, Reply, ToolAnswer } from "../models/model.ts";
import type { RoleInputs, RoleName } from "../roles/inputs.ts";
import { askTurn, NoAnswer } from "../run/ask/ask.ts";
import { type Called, callTool } from "./call-tool.ts";
import { digestOf, keptOf, tokensOf } from "./compact.ts";
import { specOf, type Tool } from "./tool.ts";
import type { ToolContext } from "./tool-context.ts";

/** A question that is worked on with tools. */
export type Work<N extends RoleName> = {
  context: ToolContext;
  name: N;
  input: RoleInputs[N];
  tools: readonly Tool[];
  /** Whether a reply without a call is the answer; else it is asked to go on, until a tool ends the work. */
  endsByAnswer: boolean;
  /** What is said of the tools behind the question; null: the question says it. */
  preface: string | null;
  /** Whether the provider's own search may be used, too. */
  mayBrowse: boolean;
  /** After so many calls, or seconds of them, nothing more may be called; null: no limit. */
  most: { calls: number; seconds: number } | null;
  /** Asked before each turn: why the work is over; null: it goes on. */
  isOver: (at: string) => Promise<string | null>;
  /** Whether the work ends where the model cannot be reached; else that is thrown. */
  mayBeAbsent: () => boolean;
};

/** How the work ended: why, the last reply where it is the answer, and the conversation that led there. */
export type Worked = { why: string; answer: Reply | null; conversation: Conversation };

/** Calls of one reply that are done; what is beyond is refused. */
const MAX_PARALLEL = 8;
/** Turns in a row that bring nothing, before calls are asked for in text, and before the work ends: choices of ours. */
const IDLE_TURNS = { askInText: 2, end: 8, endOfLook: 3 };
/** Why work ends whose turns bring nothing. */
export const NOTHING_CAME = "nothing came of it";
/** The same call with the same answer, in a row. */
const MAX_REPEATS = 3;
/** A bound on what no budget ends: a model that is free. */
const MAX_TURNS = 1000;

/** Where a conversation stands; all of it follows from the journal. */
type State = {
  conversation: Conversation;
  calls: number;
  seconds: number;
  idle: number;
  /** The call before, and how many times in a row it was made. */
  last: { call: string; times: number };
  /** Every call that was made: one that is made again brings nothing new. */
  made: ReadonlySet<string>;
};

/**
 * Asks, does what is called, answers, and asks again, until the work is over. Every reply and every call is a step of
 * the journal, so that a later session goes on in the middle; all else here is a function of them.
 */
export async function converse<N extends RoleName>(work: Work<N>): Promise<Worked> {
  const { tools } = work;
  let state: State = {
    conversation: {
      tools: tools.map(specOf),
      mayCall: true,
      asText: false,
      digest: work.preface,
      exchanges: [],
    },
    calls: 0,
    seconds: 0,
    idle: 0,
    last: { call: "", times: 0 },
    made: new Set(),
  };
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const at = `${work.context.at}/turn-${turn}`;
    const over =
      (await work.isOver(at)) ?? (state.idle >= mostIdle(work, state) ? NOTHING_CAME : null);
    if (over !== null) return { why: over, answer: null, conversation: state.conversation };
    const reply = await askOrMiss(work, `${at}/ask`, state.conversation);
    if (reply instanceof NoAnswer)
      return { why: reply.why, answer: null, conversation: state.conversation };
    const calls = reply.turn?.calls ?? [];
    if (work.endsByAnswer && calls.length === 0 && reply.stop !== "refusal")
      return { why: "answered", answer: reply, conversation: state.conversation };
    const done = await doCalls(work, state, reply, at);
    state = await shortened(work, at, done.state);
    if (done.end !== null) return { why: done.end, answer: null, conversation: state.conversation };
  }
  return { why: `${MAX_TURNS} turns are over`, answer: null, conversation: state.conversation };
}

/** Turns that may bring nothing: few, where no further call is allowed and an answer is all that is asked for. */
function mostIdle<N extends RoleName>({ endsByAnswer }: Work<N>, { conversation }: State): number {
  return endsByAnswer && !conversation.mayCall ? IDLE_TURNS.endOfLook : IDLE_TURNS.end;
}

/** The next reply; where the model is missed, that is journaled, since all that follows depends on it. */
async function askOrMiss<N extends RoleName>(
  { context: { run }, name, input, mayBrowse, mayBeAbsent }: Work<N>,
  at: string,
  conversation: Conversation,
): Promise<Reply | NoAnswer> {
  const known = run.journal.recorded("member-absent", `${at}/absent`);
  if (known !== null) return new NoAnswer(known.why);
  try {
    return await askTurn(run, at, name, input, { conversation, mayBrowse });
  } catch (error) {
    if (!(error instanceof ModelUnavailable) || !mayBeAbsent()) throw error;
    const facts = {
      role: name,
      member: run.models.of(name, at).name,
      why: error.message,
      hasNoRoom: isTooLong(error.message),
    };
    const { why } = await run.journal.step("member-absent", `${at}/absent`, async () => facts);
    return new NoAnswer(why);
  }
}

/** One reply: its calls done, and what the model is told; `end`: why nothing follows. */
async function doCalls<N extends RoleName>(
  work: Work<N>,
  state: State,
  reply: Reply,
  at: string,
): Promise<{ state: State; end: string | null }> {
  const { most } = work;
  const turn = reply.turn ?? { text: reply.text, calls: [], raw: null };
  const done = await answerCalls(work, state, turn.calls, at);
  if (done === null) return { state, end: OVER };
  const { answers, calls, seconds, last, made, end } = done;
  const idle = done.useful > 0 ? 0 : state.idle + 1;
  const mayCall = most === null || (calls < most.calls && seconds < most.seconds);
  const note = noteOf(reply, work, { idle, mayCall });
  const exchange: Exchange = { turn: saidIn(reply, turn), answers, note };
  const asText = state.conversation.asText || (idle >= IDLE_TURNS.askInText && calls === 0);
  const exchanges = [...state.conversation.exchanges, exchange];
  const conversation = { ...state.conversation, exchanges, mayCall, asText };
  return { state: { conversation, calls, seconds, idle, last, made }, end };
}

const OVER = "the budget is over";

/** The calls of one reply in their order; `useful`: new ones that were not refused. Null: the run may not go on. */
async function answerCalls<N extends RoleName>(
  { context, tools, most }: Work<N>,
  { calls, seconds, last, made: before }: State,
  asked: readonly ToolCall[],
  at: string,
) {
  const answers: ToolAnswer[] = [];
  const made = new Set(before);
  const done = { answers, calls, seconds, last, made, useful: 0, end: null as string | null };
  for (const [index, call] of asked.entries()) {
    const refusal = refusalOf({ ...done, index }, call, most);
    if (refusal !== null) {
      answers.push({ call, text: refusal, isError: true, pictures: [] });
      continue;
    }
    const left = most === null ? null : most.seconds - done.seconds;
    const called = await callTool(
      { ...context, seconds: left },
      tools,
      call,
      `${at}/call-${index + 1}`,
    );
    if (called === null) return null;
    done.calls += 1;
    done.seconds += called.seconds;
    const mark = `${call.name} ${call.arguments}`;
    done.useful += called.isError || made.has(mark) ? 0 : 1;
    made.add(mark);
    done.last = repeatedBy(done.last, mark);
    if (called.ends) done.end = called.isError ? OVER : "the model ended its work";
    answers.push(await answerOf(context, call, called));
  }
  return done;
}

/** A refusal has no words that could be sent back. */
function saidIn(reply: Reply, turn: Exchange["turn"]): Exchange["turn"] {
  return reply.stop === "refusal" ? { text: "(no words)", calls: [], raw: null } : turn;
}

function refusalOf(
  {
    index,
    end,
    calls,
    seconds,
    last,
  }: Omit<State, "conversation" | "idle"> & { index: number; end: string | null },
  call: { name: string; arguments: string },
  most: { calls: number; seconds: number } | null,
): string | null {
  if (end !== null) return "not done: the work was ended before it";
  if (index >= MAX_PARALLEL)
    return `not done: at most ${MAX_PARALLEL} calls in one reply, call it again`;
  if (most !== null && (calls >= most.calls || seconds >= most.seconds))
    return "not done: no further call is allowed; answer now";
  if (last.times >= MAX_REPEATS && last.call === `${call.name} ${call.arguments}`)
    return `not done: this very call was made ${MAX_REPEATS} times in a row; its answer stands above`;
  return null;
}

function repeatedBy(last: State["last"], call: string): State["last"] {
  return last.call === call ? { call, times: last.times + 1 } : { call, times: 1 };
}

/** A word of ours behind the answers, where something is not as it should be. */
function noteOf<N extends RoleName>(
  { stop, turn }: Reply,
  { endsByAnswer }: Work<N>,
  { idle, mayCall }: { idle: number; mayCall: boolean },
): string | null {
  if (stop === "refusal") return "Your last reply was a refusal. Go on with the work.";
  if (stop === "max-tokens")
    return "Your last reply was cut at the length limit, and nothing of it was done. Be shorter.";
  if (!mayCall)
    return "No further call is allowed. Answer now, in exactly the form asked for above.";
  if (endsByAnswer || (turn?.calls.length ?? 0) > 0) return null;
  return idle >= IDLE_TURNS.askInText
    ? "Nothing was called. Go on by calling a tool in the form described above; call submit if nothing worth trying is left."
    : "Go on by calling a tool; call submit if nothing worth trying is left.";
}

/** What the model is answered; a picture is read again from the training rows, where it is the same in every session. */
async function answerOf(
  { run }: ToolContext,
  call: ToolAnswer["call"],
  { text, isError, pictures }: Called,
): Promise<ToolAnswer> {
  const shown: Picture[] = [];
  for (const { file, mediaType, sha256: known } of pictures) {
    const bytes = await readFile(join(await run.referee.trainingRows(), file));
    if (sha256(bytes) === known) shown.push({ mediaType, base64: bytes.toString("base64") });
  }
  return { call, text: isError ? `Refused: ${text}` : text, isError, pictures: shown };
}

/** The conversation without its oldest turns where it has become too long, and a digest in their place. */
async function shortened<N extends RoleName>(
  { context, preface }: Work<N>,
  at: string,
  state: State,
): Promise<State> {
  const { exchanges } = state.conversation;
  const kept = keptOf(exchanges, context.run.config.conversationTokens);
  if (kept.length === exchanges.length) return state;
  const turns = exchanges.length - kept.length;
  const tokens = tokensOf(exchanges.slice(0, turns));
  const { digest } = await context.run.journal.step("compacted", `${at}/compacted`, async () => ({
    turns,
    tokens,
    digest: [...(preface === null ? [] : [preface]), digestOf(context)].join("\n\n"),
  }));
  return { ...state, conversation: { ...state.conversation, digest, exchanges: kept } };
}
