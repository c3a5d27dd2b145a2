import { freeReply } from "../../../../models/free-reply.ts";
import type { Model, Request } from "../../../../models/model.ts";
import { drawsOf } from "../../../../policies/random.ts";
import { callWriter } from "../../../../roles/tool-data/call-writer.ts";
import type {
  CallsInput,
  MadeCall,
  PlayInput,
  QuestionInput,
} from "../../../../roles/tool-data/inputs.ts";
import { player } from "../../../../roles/tool-data/player.ts";
import { questionWriter } from "../../../../roles/tool-data/question-writer.ts";
import { blockOf } from "../conversation.ts";
import { incomplete, makers, type Worded } from "./rule-words.ts";

/** How it is named in data sets and cards. */
export const RULE_TEACHER = "rules (no language model)";
/** Characters of an answer that are repeated. */
const MAX_REPEATED = 120;

/**
 * The teacher for when there is no key: set phrases and the values that they need. It answers the roles of the data
 * makers and nothing else; the same request gets the same reply.
 */
export function ruleTeacher(): Model {
  return {
    name: RULE_TEACHER,
    worstCase: () => ({ tokens: 0, usd: 0 }),
    ask: async (request) => freeReply(RULE_TEACHER, textOf(request)),
  };
}

function textOf({ role, input }: Request): string {
  switch (role) {
    case questionWriter.name:
      return questionOf(input as QuestionInput);
    case callWriter.name: {
      const { question: _, ...asked } = input as CallsInput;
      const calls: MadeCall[] = worded(asked).map(({ call }) => call);
      return JSON.stringify({ calls });
    }
    case player.name:
      return replyOf(input as PlayInput);
    default:
      throw new Error(`the rules answer no role ${role}`);
  }
}

function questionOf(input: QuestionInput): string {
  const { missing } = input;
  if (missing === null)
    return worded(input)
      .map(({ words }) => words)
      .join("\n");
  if (missing.kind === "parameters") return incomplete[missing.tool] ?? "Do the next step.";
  const [call] = worded({ ...input, calls: [{ id: 0, tool: missing.tool, nestedIn: null }] });
  return call?.words ?? incomplete[missing.tool] ?? "Look something up on the web.";
}

/** The calls with their words; the question and its calls are made of the same draws. */
function worded(input: QuestionInput): Worded[] {
  const random = drawsOf("tool words", JSON.stringify([input.calls, input.known, input.missing]));
  const before: Worded[] = [];
  for (const call of input.calls) {
    const { known, earlier } = input;
    const made = makers[call.tool]?.(call, { known, earlier, before, random });
    if (made === undefined) continue;
    const { given, words } = made;
    before.push({ call: { id: call.id, tool: call.tool, arguments: given }, words });
  }
  return before;
}

function replyOf({ hint, answers, missing }: PlayInput): string {
  if (hint.calls.length > 0) return ["Doing that.", ...hint.calls.map(blockOf)].join("\n");
  if (missing?.kind === "function") return "I have no tool that can do that, so nothing was done.";
  if (missing?.kind === "parameters")
    return "Something that I need for that is missing. Which one do you mean, and with which values?";
  return ["Done.", ...answers.map(({ text }) => headOf(text))].join("\n");
}

/** The first line of an answer that says something of its own. */
function headOf(text: string): string {
  const line = text.split("\n").find((each) => !/^(?:Data, not|`{3})/u.test(each)) ?? "";
  return line.slice(0, MAX_REPEATED);
}
