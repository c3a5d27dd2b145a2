import { ModelUnavailable } from "../../runs/errors.ts";
import type { Model, Reply, Request } from "./model.ts";

/**
 * Asks `first`; when it refuses, or cannot be reached any more, `note` is told why and `second` answers. A
 * model that has never answered is not replaced: a wrong key or address is the user's to mend, and a run
 * that quietly became another model's would hide it.
 */
export function withFallback(
  first: Model,
  second: Model,
  note: (why: string) => void = () => undefined,
): Model {
  let hasAnswered = false;
  return {
    name: first.name,
    async ask(request, signal) {
      const reply = await askOrWhyNot(first, request, signal, () => hasAnswered);
      if (typeof reply !== "string") hasAnswered = true;
      if (typeof reply !== "string" && reply.stop !== "refusal") return reply;
      note(
        typeof reply === "string"
          ? `${second.name} answers ${request.at}: ${reply}`
          : `${second.name} answers ${request.at}: ${reply.model} refused`,
      );
      const other = await second.ask(request, signal);
      return typeof reply === "string" ? other : paidFor(other, reply);
    },
    worstCase(request) {
      const [one, two] = [first.worstCase(request), second.worstCase(request)];
      return { tokens: one.tokens + two.tokens, usd: sum(one.usd, two.usd) };
    },
  };
}

async function askOrWhyNot(
  model: Model,
  request: Request,
  signal: AbortSignal,
  isReplaceable: () => boolean,
): Promise<Reply | string> {
  try {
    return await model.ask(request, signal);
  } catch (error) {
    if (error instanceof ModelUnavailable && isReplaceable()) return error.message;
    throw error;
  }
}

/** The answer, with what the refused one cost added: it was billed too. */
function paidFor(answer: Reply, refused: Reply): Reply {
  return {
    ...answer,
    tokens: {
      input: answer.tokens.input + refused.tokens.input,
      cacheRead: answer.tokens.cacheRead + refused.tokens.cacheRead,
      cacheWrite: answer.tokens.cacheWrite + refused.tokens.cacheWrite,
      output: answer.tokens.output + refused.tokens.output,
    },
    usd: sum(answer.usd, refused.usd),
    seconds: answer.seconds + refused.seconds,
  };
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
