import { ModelUnavailable } from "../../runs/errors.ts";
import type { PaidTry } from "../../runs/events/events.ts";
import { costOf } from "../../runs/ledger.ts";
import { lengthOf, type Question, shortened } from "../roles/prompt/shorten.ts";
import { promptText } from "../roles/role.ts";
import { contextIn, isTooLong } from "./failure.ts";
import { allowAll, type Model, type Reply, type Request } from "./model.ts";
import { BYTES_PER_TOKEN } from "./pricing.ts";

/** Times that a question is cut before it is given up, and what each cut leaves of it at most: choices of ours. */
const MAX_CUTS = 8;
const MAX_LEFT = 0.9;
/** What is kept of a question where its server does not tell by how much it is too long. */
const HALF = 0.5;

/**
 * The same model, asked in short where a question is too long for it (`shortened`): its context is that which is told
 * here, or by its server when it refuses a question. Where nothing readable would be left of it, and in a conversation,
 * it refuses as before.
 */
export function cutToFit(model: Model, told: number | null): Model {
  const known: Known = { context: told, charsPerToken: BYTES_PER_TOKEN };
  return {
    name: model.name,
    worstCase: (request) => model.worstCase(request),
    ask: (request, signal, allow = allowAll) =>
      request.conversation === null
        ? askInShort(model, known, request, (asked) => model.ask(asked, signal, allow))
        : model.ask(request, signal, allow),
  };
}

async function askInShort(
  model: Model,
  known: Known,
  request: Request,
  ask: (request: Request) => Promise<Reply>,
): Promise<Reply> {
  const whole = questionOf(request);
  const tries: PaidTry[] = [];
  let most = mostOf(known, request);
  for (let cuts = 0; ; cuts++) {
    const question = shortened(whole, most);
    if (question === null) throw new ModelUnavailable(noRoom(model, known), { tries });
    const reply = await askOrTooLong(ask, withQuestion(request, question));
    const [from, size] = [lengthOf(whole), lengthOf(question)];
    if (!(reply instanceof ModelUnavailable)) {
      // An answer that was continued has read its question several times.
      if (reply.tries.length === 1) learn(known, size, reply.tokens.input + reply.tokens.cacheRead);
      return paidFor({ ...reply, cut: size < from ? { from, to: size } : null }, tries);
    }
    tries.push(...reply.tries);
    if (cuts === MAX_CUTS) throw new ModelUnavailable(reply.message, { cause: reply, tries });
    most = Math.min(MAX_LEFT * size, afterRefusal(known, reply.message, request, size));
  }
}

/** What is known of a model: its context in tokens, and how many characters are a token to it. */
type Known = { context: number | null; charsPerToken: number };

/** Characters that a question may have so that there is room for it and an answer. */
function mostOf({ context, charsPerToken }: Known, { maxOutputTokens }: Request): number {
  if (context === null) return Number.POSITIVE_INFINITY;
  // An answer needs room, too, if not all that it may take.
  return (context - Math.min(maxOutputTokens, context / 4)) * charsPerToken;
}

function learn(known: Known, characters: number, tokens: number): void {
  if (tokens > 0) known.charsPerToken = characters / tokens;
}

function afterRefusal(known: Known, message: string, request: Request, size: number): number {
  const found = contextIn(message);
  if (found === null) return HALF * size;
  known.context = Math.min(found.context, known.context ?? found.context);
  learn(known, size, found.asked);
  return mostOf(known, request);
}

async function askOrTooLong(
  ask: (request: Request) => Promise<Reply>,
  request: Request,
): Promise<Reply | ModelUnavailable> {
  try {
    return await ask(request);
  } catch (error) {
    if (error instanceof ModelUnavailable && isTooLong(error.message)) return error;
    throw error;
  }
}

function noRoom({ name }: Model, { context }: Known): string {
  return `the question is longer than the context of model ${name}${context === null ? "" : ` (${context} tokens)`}, and too little would be left of it`;
}

function questionOf({ brief, parts }: Request): Question {
  return { brief: brief.text, parts };
}

function withQuestion(request: Request, { brief, parts }: Question): Request {
  if (parts === request.parts) return request;
  const prompt = promptText(parts);
  return { ...request, brief: { ...request.brief, text: brief }, parts, prompt };
}

function paidFor(reply: Reply, before: readonly PaidTry[]): Reply {
  const tries = [...before, ...reply.tries];
  return before.length === 0 ? reply : { ...reply, ...costOf(tries) };
}
