import type Anthropic from "@anthropic-ai/sdk";
import type { ToolCall } from "../../../runs/events/tools.ts";
import type { Conversation, Exchange, ToolAnswer } from "../model.ts";
import { answersAsText, isInText, objectIn, turnAsText } from "../tool-text.ts";
import type { Features, Turn } from "./request.ts";

/** The field that holds what a tool was called with when that is no JSON: the API takes objects only. */
const UNREADABLE = "unreadable_arguments";

/** The tools of a conversation, in the form of the API; none where they are told of in text. */
export function clientTools(
  conversation: Conversation | null,
  { tools }: Pick<Features, "tools">,
): Anthropic.Tool[] {
  if (conversation === null || isInText(conversation, tools)) return [];
  return conversation.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    input_schema: { ...parameters, type: "object" as const },
  }));
}

/** What was said after the question; the last of it is marked, so that the next call reads it from the cache. */
export function turnsOf(
  conversation: Conversation | null,
  protocol: string,
  features: Pick<Features, "tools" | "pictures" | "cache">,
): Turn[] {
  if (conversation === null) return [];
  const inText = isInText(conversation, features.tools);
  const turns = conversation.exchanges.flatMap((exchange): Turn[] =>
    inText
      ? [
          { role: "assistant", content: turnAsText(exchange) },
          { role: "user", content: [{ type: "text", text: answersAsText(exchange) }] },
        ]
      : [
          { role: "assistant", content: saidIn(exchange, protocol) },
          { role: "user", content: answersOf(exchange, features) },
        ],
  );
  return features.cache === null ? turns : withLastMarked(turns);
}

function saidIn({ turn }: Exchange, protocol: string): Turn["content"] {
  if (turn.raw?.protocol === protocol) return (turn.raw.message as Turn).content;
  const text = turn.text.trim();
  const calls = turn.calls.map((call) => ({
    type: "tool_use" as const,
    id: call.id,
    name: call.name,
    input: inputOf(call),
  }));
  if (text === "" && calls.length > 0) return calls;
  return [{ type: "text", text: text === "" ? "(no words)" : text }, ...calls];
}

function inputOf({ arguments: text }: ToolCall): Record<string, unknown> {
  return objectIn(text) ?? { [UNREADABLE]: text };
}

/** What a tool was called with: its JSON, or the text that is none under a name of ours. */
export function inputFrom(json: string): Record<string, unknown> {
  return objectIn(json) ?? { [UNREADABLE]: json };
}

/** The calls of a message; those of the provider's own tools are none of ours. */
export function callsOf(content: readonly Anthropic.ContentBlock[]): ToolCall[] {
  return content.flatMap((block) => {
    if (block?.type !== "tool_use") return [];
    const input = (block.input ?? {}) as Record<string, unknown>;
    const unreadable = input[UNREADABLE];
    const given = typeof unreadable === "string" ? unreadable : JSON.stringify(input);
    return [{ id: block.id, name: block.name, arguments: given }];
  });
}

function answersOf(
  { answers, note }: Exchange,
  { pictures }: Pick<Features, "pictures">,
): Anthropic.ContentBlockParam[] {
  const results = answers.map((answer) => resultOf(answer, pictures));
  const words = note ?? (results.length === 0 ? "Go on." : null);
  return words === null ? results : [...results, { type: "text", text: words }];
}

function resultOf(answer: ToolAnswer, seesPictures: boolean): Anthropic.ToolResultBlockParam {
  const pictures = seesPictures ? answer.pictures : [];
  return {
    type: "tool_result",
    tool_use_id: answer.call.id,
    ...(answer.isError && { is_error: true }),
    content: [
      { type: "text", text: answer.text },
      ...pictures.map(({ mediaType, base64 }) => ({
        type: "image" as const,
        source: {
          type: "base64" as const,
          media_type: mediaType as Anthropic.Base64ImageSource["media_type"],
          data: base64,
        },
      })),
    ],
  };
}

function withLastMarked(turns: readonly Turn[]): Turn[] {
  const last = turns.at(-1);
  if (last === undefined || typeof last.content === "string") return [...turns];
  const block = last.content.at(-1);
  if (block?.type !== "text" && block?.type !== "tool_result") return [...turns];
  const marked = { ...block, cache_control: { type: "ephemeral" as const } };
  const content: Anthropic.ContentBlockParam[] = [...last.content.slice(0, -1), marked];
  return [...turns.slice(0, -1), { role: "user", content }];
}
