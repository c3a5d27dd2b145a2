import type OpenAI from "openai";
import type { ToolCall } from "../../../runs/events/tools.ts";
import type { Conversation, Exchange, Picture } from "../model.ts";
import { answersAsText, isInText, turnAsText } from "../tool-text.ts";
import type { Features, Turn } from "./request.ts";

/** The tools of a conversation, in the form of the API; none where they are told of in text. */
export function functionTools(
  conversation: Conversation | null,
  { tools }: Pick<Features, "tools">,
): OpenAI.ChatCompletionFunctionTool[] {
  if (conversation === null || isInText(conversation, tools)) return [];
  return conversation.tools.map(({ name, description, parameters }) => ({
    type: "function",
    function: { name, description, parameters },
  }));
}

/** What was said after the question. */
export function turnsOf(
  conversation: Conversation | null,
  protocol: string,
  features: Pick<Features, "tools" | "pictures">,
): Turn[] {
  if (conversation === null) return [];
  const inText = isInText(conversation, features.tools);
  return conversation.exchanges.flatMap((exchange): Turn[] =>
    inText
      ? [
          { role: "assistant", content: turnAsText(exchange) },
          { role: "user", content: answersAsText(exchange) },
        ]
      : [saidIn(exchange, protocol), ...answersOf(exchange, features.pictures)],
  );
}

function saidIn({ turn }: Exchange, protocol: string): Turn {
  if (turn.raw?.protocol === protocol) return turn.raw.message as Turn;
  if (turn.calls.length === 0)
    return { role: "assistant", content: turn.text.trim() || "(no words)" };
  return { role: "assistant", content: turn.text, tool_calls: turn.calls.map(callOf) };
}

function callOf({ id, name, arguments: given }: ToolCall): OpenAI.ChatCompletionMessageToolCall {
  return { id, type: "function", function: { name, arguments: given } };
}

/** An answer of a tool has no room for pictures: they follow as the user's. */
function answersOf({ answers, note }: Exchange, seesPictures: boolean): Turn[] {
  const results = answers.map(
    ({ call, text }): Turn => ({ role: "tool", tool_call_id: call.id, content: text }),
  );
  const pictures = seesPictures ? answers.flatMap((answer) => [...answer.pictures]) : [];
  const words = note ?? (results.length === 0 ? "Go on." : null);
  if (pictures.length > 0) return [...results, { role: "user", content: shown(pictures, words) }];
  return words === null ? results : [...results, { role: "user", content: words }];
}

function shown(
  pictures: readonly Picture[],
  words: string | null,
): OpenAI.ChatCompletionContentPart[] {
  return [
    { type: "text", text: words ?? "The pictures that the tools showed, in their order:" },
    ...pictures.map(({ mediaType, base64 }) => ({
      type: "image_url" as const,
      image_url: { url: `data:${mediaType};base64,${base64}` },
    })),
  ];
}

/** A call as it comes in pieces; servers add fields of their own that they want back. */
export type CallPiece = {
  index?: number;
  id?: string | null;
  type?: string;
  function?: { name?: string | null; arguments?: unknown } | null;
};

/** A call put together from its pieces. */
export type GatheredCall = {
  id: string;
  name: string;
  arguments: string;
  others: Record<string, unknown>;
};

/**
 * Adds a piece to the calls gathered so far. Some servers send whole calls without an index, ids or a text of the
 * arguments: each is then a call of its own.
 */
export function addPiece(calls: Map<number, GatheredCall>, piece: CallPiece): void {
  const { index, id, function: given, type: _, ...others } = piece;
  const isWhole = index === undefined && (given?.name ?? "") !== "";
  const place = index ?? (isWhole ? calls.size : Math.max(0, calls.size - 1));
  const before = calls.get(place) ?? { id: "", name: "", arguments: "", others: {} };
  calls.set(place, {
    id: id || before.id,
    name: before.name === (given?.name ?? "") ? before.name : before.name + (given?.name ?? ""),
    arguments: before.arguments + argumentsText(given?.arguments),
    others: { ...before.others, ...others },
  });
}

function argumentsText(given: unknown): string {
  if (given === undefined || given === null) return "";
  return typeof given === "string" ? given : JSON.stringify(given);
}

/** The calls of a reply in their order, each with an id; no arguments are an empty object. */
export function callsOf(calls: ReadonlyMap<number, GatheredCall>): ToolCall[] {
  return [...calls.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, { id, name, arguments: given }], index) => ({
      id: id || `call-${index + 1}`,
      name,
      arguments: given.trim() === "" ? "{}" : given,
    }));
}

/** The reply as it is sent back, with what its server wants to see again. */
export function assistantTurn(
  text: string,
  reasoning: { field: string; text: string } | null,
  gathered: ReadonlyMap<number, GatheredCall>,
): Turn {
  const calls = callsOf(gathered);
  if (calls.length === 0) return { role: "assistant", content: text };
  const others = [...gathered.entries()].sort(([a], [b]) => a - b).map(([, call]) => call.others);
  return {
    role: "assistant",
    content: text,
    tool_calls: calls.map((call, index) => ({ ...others[index], ...callOf(call) })),
    // Some servers that reason between calls refuse a conversation without it.
    ...(reasoning !== null && reasoning.text !== "" && { [reasoning.field]: reasoning.text }),
  };
}
