import { alsoPaid, ModelUnavailable } from "../../runs/errors.ts";
import type { Handover } from "../../runs/events/events.ts";
import { addTokens, addUsd, costOf } from "../../runs/ledger.ts";
import { isTooLong } from "./failure.ts";
import {
  type Allowance,
  allowAll,
  type Effort,
  type Model,
  type Reply,
  type Request,
} from "./model.ts";

/**
 * Asks `first`; when it refuses, or cannot be reached any more, `note` gets the reason and `second` answers; the
 * reply names both and carries what both cost. A model that has never answered is not replaced unless it is itself
 * a fallback (`isFallback`): a wrong key or address is for the user to fix, and a silent switch would hide it.
 * A question that is too long for it would be so again, hours into a run and each time that the run goes on.
 */
export function withFallback(
  first: Model,
  second: Model,
  note: (why: string) => void = () => undefined,
  { isFallback = false } = {},
): Model {
  let isReplaceable = isFallback;
  return {
    name: first.name,
    async ask(request, signal, allow = allowAll) {
      const result = await askOrUnavailable(first, { request, signal, allow }, () => isReplaceable);
      if (!(result instanceof ModelUnavailable)) isReplaceable = true;
      if (!(result instanceof ModelUnavailable) && result.stop !== "refusal") return result;
      const isRefusal = !(result instanceof ModelUnavailable);
      const why = isRefusal ? `${result.model} refused` : result.message;
      note(`${second.name} answers ${request.at}: ${why}`);
      try {
        const answer = await second.ask(request, signal, allow);
        const handover = { from: first.name, to: second.name, why };
        return paidFor(answer, isRefusal ? result : costOf(result.tries), handover);
      } catch (error) {
        throw alsoPaid(error, result.tries);
      }
    },
    worstCase: (request) => first.worstCase(request),
  };
}

async function askOrUnavailable(
  model: Model,
  { request, signal, allow }: { request: Request; signal: AbortSignal; allow: Allowance },
  isReplaceable: () => boolean,
): Promise<Reply | ModelUnavailable> {
  try {
    return await model.ask(request, signal, allow);
  } catch (error) {
    if (!(error instanceof ModelUnavailable)) throw error;
    if (isReplaceable() || isTooLong(error.message)) return error;
    throw error;
  }
}

type Cost = Pick<Reply, "tokens" | "usd" | "seconds" | "estimated" | "tries">;

/** The answer, with what was paid before it added: it was billed too. */
function paidFor(answer: Reply, before: Cost, handover: Handover): Reply {
  return {
    ...answer,
    tokens: addTokens(before.tokens, answer.tokens),
    usd: addUsd(before.usd, answer.usd),
    seconds: before.seconds + answer.seconds,
    estimated: before.estimated || answer.estimated,
    tries: [...before.tries, ...answer.tries],
    handovers: [handover, ...answer.handovers],
  };
}

/** A model with the settings of one role or phase: reasoning effort and output limit. */
export function withSettings(
  model: Model,
  { effort, maxOutputTokens }: { effort: Effort; maxOutputTokens: number | null },
): Model {
  if (effort === null && maxOutputTokens === null) return model;
  const set = (request: Request): Request => ({
    ...request,
    effort: effort ?? request.effort,
    maxOutputTokens: maxOutputTokens ?? request.maxOutputTokens,
  });
  return {
    name: model.name,
    ask: (request, signal, allow) => model.ask(set(request), signal, allow),
    worstCase: (request) => model.worstCase(set(request)),
  };
}
