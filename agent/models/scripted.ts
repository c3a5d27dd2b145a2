import { stoppedBy } from "../../runs/errors.ts";
import { freeReply } from "./free-reply.ts";
import type { Model, Reply, Request } from "./model.ts";

/** What a script says to one request: the text, any part of a reply, or an error to throw. */
export type ScriptedAnswer = string | Partial<Reply> | Error;

/** Answers by a function of the request, or lists of answers by role, taken in order. */
export type ModelScript =
  | ((request: Request) => ScriptedAnswer | Promise<ScriptedAnswer>)
  | Readonly<Record<string, readonly ScriptedAnswer[]>>;

/** A scripted model, and what it has been asked. */
export type ScriptedModel = Model & { readonly asked: readonly Request[] };

/** The shipped fake: says what it was given; a role whose list has run out throws. */
export function scriptedModel(script: ModelScript, name = "scripted"): ScriptedModel {
  const asked: Request[] = [];
  const answers = typeof script === "function" ? script : answersInTurn(script);
  return {
    name,
    asked,
    async ask(request, signal) {
      if (signal.aborted) throw stoppedBy(signal, "stopped before the model was asked");
      asked.push(request);
      const answer = await answers(request);
      if (answer instanceof Error) throw answer;
      return {
        ...freeReply(name, ""),
        ...(typeof answer === "string" ? { text: answer } : answer),
      };
    },
    worstCase: () => ({ tokens: 0, usd: 0 }),
  };
}

function answersInTurn(lists: Readonly<Record<string, readonly ScriptedAnswer[]>>) {
  const taken = new Map<string, number>();
  return ({ role, at }: Request): ScriptedAnswer => {
    const turn = taken.get(role) ?? 0;
    const answer = lists[role]?.[turn];
    if (answer === undefined) {
      throw new Error(`the script has no answer ${turn + 1} for role ${role} (asked at ${at})`);
    }
    taken.set(role, turn + 1);
    return answer;
  };
}
