import { alsoPaid, LimitReached, ModelUnavailable } from "../../runs/errors.ts";
import type { Handover } from "../../runs/events/events.ts";
import { addTokens, addUsd, costOf } from "../../runs/ledger.ts";
import type { Allowance, Effort, Model, Reply, Request } from "./model.ts";

/**
 * Asks `first`; when it refuses, or cannot be reached any more, `note` is told why and `second` answers; the
 * reply says so and carries what both cost. A model that has never answered is not replaced unless it
 * `standsIn` for another itself: a wrong key or address is the user's to mend, and a run that quietly became
 * another model's would hide it.
 */
export function withFallback(
  first: Model,
  second: Model,
  note: (why: string) => void = () => undefined,
  { standsIn = false } = {},
): Model {
  let isReplaceable = standsIn;
  return {
    name: first.name,
    async ask(request, signal, allow = () => null) {
      const said = await askOrWhyNot(first, { request, signal, allow }, () => isReplaceable);
      if (!(said instanceof ModelUnavailable)) isReplaceable = true;
      if (!(said instanceof ModelUnavailable) && said.stop !== "refusal") return said;
      const isRefusal = !(said instanceof ModelUnavailable);
      const why = isRefusal ? `${said.model} refused` : said.message;
      note(`${second.name} answers ${request.at}: ${why}`);
      const limit = allow(second.worstCase(request));
      if (limit !== null) throw new LimitReached(limit, { tries: said.tries });
      try {
        const answer = await second.ask(request, signal, allow);
        const handover = { from: first.name, to: second.name, why };
        return paidFor(answer, isRefusal ? said : costOf(said.tries), handover);
      } catch (error) {
        throw alsoPaid(error, said.tries);
      }
    },
    worstCase: (request) => first.worstCase(request),
  };
}

async function askOrWhyNot(
  model: Model,
  { request, signal, allow }: { request: Request; signal: AbortSignal; allow: Allowance },
  isReplaceable: () => boolean,
): Promise<Reply | ModelUnavailable> {
  try {
    return await model.ask(request, signal, allow);
  } catch (error) {
    if (error instanceof ModelUnavailable && isReplaceable()) return error;
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

/** A model as one role or phase wants it: how much thought, and how long a reply. */
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
