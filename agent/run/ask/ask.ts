import { LimitReached, paidBefore, stoppedBy } from "../../../runs/errors.ts";
import { costOf, type Reservation, worstTry } from "../../../runs/ledger.ts";
import type {
  Allowance,
  Conversation,
  CostBound,
  Model,
  Reply,
  Request,
} from "../../models/model.ts";
import { allRoles } from "../../roles/all.ts";
import type { RoleInputs, RoleName, RoleOutputs } from "../../roles/inputs.ts";
import { withMemories } from "../../roles/prompt/memories.ts";
import { inline } from "../../roles/prompt/text.ts";
import { withoutCitationLine } from "../../roles/reply/citations.ts";
import { type Prompt, promptText, type Role, Unreadable } from "../../roles/role.ts";
import { recordCited, remember } from "../context/remember.ts";
import { endedBy, GRACE_SECONDS, wasStopped } from "../deadline.ts";
import type { Run } from "../run.ts";
import { scriptOf, tryOut } from "../try-out.ts";
import { type Asker, askTeam } from "./ask-team.ts";

/** No usable answer: unreadable to the last try, refused, or a limit would be exceeded. A value, not a fault. */
export class NoAnswer {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** Characters that a repeated question quotes of why the last reply could not be used. */
const MAX_REASON = 600;

/**
 * Asks a role and reads its reply; asks again, saying what was unreadable, until it is usable or the tries are
 * spent. `check` adds a reason of the caller's why a readable reply cannot be used; `mayBrowse` lets the
 * retriever's model search by itself.
 */
export async function ask<N extends RoleName>(
  run: Run,
  at: string,
  name: N,
  input: RoleInputs[N],
  check: (output: RoleOutputs[N]) => string | null = () => null,
  mayBrowse = run.config.modelSearch,
  looked: Looked | null = null,
): Promise<RoleOutputs[N] | NoAnswer> {
  const role: Role<RoleInputs[N], RoleOutputs[N]> = allRoles[name];
  // A role that looked at the data is asked about that: it is reminded of nothing.
  const memories = looked === null ? await remember(run, at, name, input) : [];
  const first = withMemories(role.prompt(input), memories, formOf(role));
  const cites = memories.length > 0;
  const problemIn = (text: string) =>
    problemOf(outputOf(role, { stop: "end", text }, cites), check);
  const tryIn = async (id: string, text: string) => {
    const output = outputOf(role, { stop: "end", text }, cites);
    const code = output instanceof Unreadable ? null : scriptOf(name, input, output);
    return code === null ? null : tryOut(run, id, code);
  };
  let said: Said = { parts: first, conversation: looked?.conversation ?? null };
  let why: string | null = null;
  for (let attempt = 1; attempt <= run.config.replyTries; attempt++) {
    const call = { at: `${at}/${name}/${attempt}`, input, memories, mayBrowse };
    const request = requestOf(run, role, said, call);
    const team = looked === null ? run.models.team(name) : null;
    const reply = await (isLooked(looked, attempt)
      ? looked.reply
      : answerOf(run, request, team, { problemOf: problemIn, tryOut: tryIn }));
    if (!("text" in reply)) return new NoAnswer(reply.why);
    const output = outputOf(role, reply, cites);
    why = problemOf(output, check);
    if (why === null && !(output instanceof Unreadable)) {
      await recordCited(run, at, name, memories, reply.text);
      return output;
    }
    said = askedAgain(first, said, reply, why ?? "");
  }
  return new NoAnswer(`${name}: no usable reply in ${run.config.replyTries} tries: ${why}`);
}

function isLooked(looked: Looked | null, attempt: number): looked is Looked {
  return looked !== null && attempt === 1;
}

/** One reply: of the model that plays the role, or of its team. */
function answerOf(
  run: Run,
  request: Request,
  team: ReturnType<Run["models"]["team"]>,
  reading: Pick<Asker, "problemOf" | "tryOut">,
) {
  if (team === null) return answer(run, request);
  const call: Asker["call"] = (each, model, stop) => answer(run, each, model, stop);
  return askTeam(run, team, request, { call, ...reading });
}

/** Why a reply cannot be used: it is unreadable, or the caller says so; null: it can. */
function problemOf<Out>(
  output: Out | Unreadable,
  check: (output: Out) => string | null,
): string | null {
  return output instanceof Unreadable ? output.why : check(output);
}

/** A question, and the conversation about it, if any. */
type Said = { parts: Prompt; conversation: Conversation | null };

/** The question once more, with what was wrong with the last reply: behind it, or in the conversation about it. */
function askedAgain(
  first: Prompt,
  { conversation }: Said,
  reply: Looked["reply"],
  why: string,
): Said {
  const cut = reply.stop === "max-tokens" ? " (it was cut at the length limit: be shorter)" : "";
  const repeat = `Your last reply could not be used: ${inline(why, MAX_REASON)}${cut}. Answer again, in full.`;
  if (conversation === null)
    return { parts: { ...first, rest: `${first.rest}\n\n${repeat}` }, conversation };
  const turn = { ...(reply.turn ?? { text: reply.text, raw: null }), calls: [] };
  const exchanges = [...conversation.exchanges, { turn, answers: [], note: repeat }];
  return { parts: first, conversation: { ...conversation, exchanges } };
}

/** What a role looked at before it answered, and its first answer. */
export type Looked = {
  conversation: Conversation;
  reply: Pick<Reply, "text" | "stop"> & Partial<Pick<Reply, "turn">>;
};

/** Asks the built-in playbook in place of any model, once and outside of every limit, the time's too: it costs nothing. */
export async function askPlaybook<N extends RoleName>(
  run: Run,
  at: string,
  name: N,
  input: RoleInputs[N],
): Promise<RoleOutputs[N] | NoAnswer> {
  const role: Role<RoleInputs[N], RoleOutputs[N]> = allRoles[name];
  const call = { at: `${at}/${name}/1`, input, memories: [], mayBrowse: false };
  const request = requestOf(run, role, alone(role.prompt(input)), call);
  const reply = await run.journal.step("answered", request.at, async () => ({
    ...(await run.models.playbook.ask(request, run.lastingSignal)),
    role: name,
    prompt: request.prompt,
    prefixHash: run.prefixHash,
  }));
  const output = role.reply.read(reply.text);
  return output instanceof Unreadable ? new NoAnswer(output.why) : output;
}

/** One turn of a conversation about a role's question, within the limits. */
export async function askTurn<N extends RoleName>(
  run: Run,
  at: string,
  name: N,
  input: RoleInputs[N],
  { conversation, mayBrowse }: { conversation: Conversation; mayBrowse: boolean },
): Promise<Reply | NoAnswer> {
  const role: Role<RoleInputs[N], RoleOutputs[N]> = allRoles[name];
  const said = { parts: role.prompt(input), conversation };
  const reply = await answer(
    run,
    requestOf(run, role, said, { at, input, memories: [], mayBrowse }),
  );
  if (reply instanceof NoAnswer) return reply;
  return { ...reply, turn: reply.turn ?? null, cut: reply.cut ?? null };
}

/** The output of a reply; where the role was to name what it went by, that line is no part of it. */
function outputOf<In, Out>(
  { reply: reader }: Role<In, Out>,
  { stop, text }: Pick<Reply, "stop" | "text">,
  cites: boolean,
): Out | Unreadable {
  if (stop === "refusal") return new Unreadable("it was a refusal");
  return reader.read(cites ? withoutCitationLine(text) : text);
}

/** How an answer tells what it went by: in a line of its own, or in a sentence of its data. */
function formOf({ reply }: Role<never, unknown>): "prose" | "data" {
  return reply.schema === null ? "prose" : "data";
}

function alone(parts: Prompt): Said {
  return { parts, conversation: null };
}

function requestOf<In, Out>(
  run: Run,
  role: Role<In, Out>,
  { parts, conversation }: Said,
  {
    at,
    input,
    memories,
    mayBrowse,
  }: { at: string; input: In; memories: Request["memories"]; mayBrowse: boolean },
): Request {
  return {
    at,
    role: role.name,
    brief: run.brief,
    prompt: promptText(parts),
    parts,
    schema: role.reply.schema,
    input,
    memories,
    webSearch: role.name === "retriever" && mayBrowse,
    conversation,
    blockedDomains: run.retrieval.web.hygiene.blockedDomains,
    effort: null,
    maxOutputTokens: run.config.maxOutputTokens,
  };
}

/** One reply of a model, within the limits: by default of the one that answers for the role here. `stop` may end it earlier. */
async function answer(
  run: Run,
  request: Request,
  model: Model = run.models.of(request.role, request.at),
  stop: AbortSignal | null = null,
) {
  const { at, role, prompt } = request;
  const signal = stop === null ? run.signal : AbortSignal.any([run.signal, stop]);
  const worst = model.worstCase(request);
  const reservation = await run.budget.reserve(at, { ...worst, executions: 0, seconds: 0 });
  if (typeof reservation === "string") return new NoAnswer(`limit reached: ${reservation}`);
  const sent: Sent[] = [];
  const allow = allowanceOf(run, request, { reservation, worst, signal }, sent);
  try {
    return await run.journal.step("answered", at, async () => {
      if (signal.aborted) throw stoppedBy(signal);
      const reply = await askWithin(model, request, signal, { allow, sent });
      return { ...reply, role, prompt, prefixHash: run.prefixHash };
    });
  } catch (error) {
    await recordCost(run, request, sent, error);
    if (await wasStopped(run, at, signal, error))
      return new NoAnswer(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    reservation.release();
  }
}

/** A call that is journaled as sent. */
type Sent = { model: string; worst: CostBound };

/** A model that does not stop when it is told to is left to itself; its calls may be billed yet. */
async function askWithin(
  model: Model,
  request: Request,
  signal: AbortSignal,
  { allow, sent }: { allow: Allowance; sent: readonly Sent[] },
) {
  let isOver = false;
  const work = () =>
    model.ask(request, signal, allow).finally(() => {
      isOver = true;
    });
  try {
    return await endedBy(signal, GRACE_SECONDS.call, work);
  } catch (error) {
    if (isOver) throw error;
    const why = "left to itself when the run's time was over: booked at its worst case";
    throw stoppedBy(
      signal,
      "stopped while waiting for a model",
      sent.map((call) => worstTry(call.model, call.worst, why)),
    );
  }
}

/** Before a call is sent, what it may cost is reserved (the first one is already) and journaled. */
function allowanceOf(
  run: Run,
  { at, role }: Request,
  {
    reservation,
    worst: first,
    signal,
  }: { reservation: Reservation; worst: CostBound; signal: AbortSignal },
  sent: Sent[],
): Allowance {
  return async (worst, model) => {
    // A call that was left to itself is booked; nothing more may be sent by it.
    if (signal.aborted) return limitOf(signal);
    const further = sent.length === 0 ? beyond(first, worst) : worst;
    const limit =
      further === null ? null : reservation.more({ ...further, executions: 0, seconds: 0 });
    if (limit !== null) return limit;
    sent.push({ model, worst });
    await run.journal.record("call-sent", `${at}/sent`, { role, model, worst });
    return null;
  };
}

function limitOf({ reason }: AbortSignal): string {
  return reason instanceof LimitReached ? reason.limit : "interrupted";
}

/** What of a call is not reserved yet: a fallback may be dearer than the one it stands in for. */
function beyond(reserved: CostBound, worst: CostBound): CostBound | null {
  const tokens = Math.max(0, worst.tokens - reserved.tokens);
  const usd = worst.usd === null ? null : Math.max(0, worst.usd - (reserved.usd ?? 0));
  const isReserved = tokens === 0 && (usd === 0 || (usd === null && reserved.usd === null));
  return isReserved ? null : { tokens, usd };
}

/** A call that was sent is in the journal with what it cost, also when nothing came of it. */
async function recordCost(
  run: Run,
  { at, role }: Request,
  sent: readonly Sent[],
  error: unknown,
): Promise<void> {
  const paid = paidBefore(error);
  if (paid.length === 0 && sent.length === 0) return;
  const { estimated: _, ...cost } = costOf(paid);
  const why = error instanceof Error ? error.message : String(error);
  await run.journal.record("unanswered", `${at}/unanswered`, { role, why, ...cost });
}
