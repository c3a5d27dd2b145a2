import type Anthropic from "@anthropic-ai/sdk";
import type { Bill, TurnResult } from "../conversation.ts";
import type { Reply } from "../model.ts";
import { estimateTokens } from "../pricing.ts";
import { callsIn } from "../tool-text.ts";
import { callsOf } from "./turns.ts";

/** What of a message is read. */
type Received = Pick<Anthropic.Message, "model" | "content" | "stop_reason"> &
  Partial<Pick<Anthropic.Message, "usage">>;

/** A message in the form common to all providers; `asked` is the text it answers; `inText`: calls stand in its text. */
export function turnResultOf(
  message: Received,
  requestId: string | null,
  model: string,
  asked: string,
  inText = false,
): TurnResult<Anthropic.MessageParam> {
  const text = textOf(message);
  return {
    text,
    calls: inText ? callsIn(text) : callsOf(message.content),
    areInText: inText,
    ended: endOf(message),
    bill: billOf(message, model, asked),
    requestId,
    ...pagesOf(message),
    turn: { role: "assistant", content: message.content },
  };
}

/** The text blocks of a message, joined; thinking, tools and unknown blocks are skipped. */
function textOf(message: Received): string {
  // A refused reply is never read, whatever it holds.
  if (message.stop_reason === "refusal") return "";
  return message.content
    .map((block) => (block?.type === "text" ? (block.text ?? "") : ""))
    .join("");
}

/** Why a message ended; an unknown reason counts as a normal end. */
function endOf(message: Received): TurnResult<unknown>["ended"] {
  switch (message.stop_reason) {
    case "refusal":
      return "refused";
    case "max_tokens":
      return "cut";
    case "model_context_window_exceeded":
      return "full";
    case "pause_turn":
      return "paused";
    default:
      return "end";
  }
}

/** Pages that were cited, and those that a search showed the model or it fetched. */
function pagesOf({ content }: Received): Pick<TurnResult<unknown>, "cited" | "found"> {
  return { cited: content.flatMap(citedIn), found: content.flatMap(foundIn) };
}

function citedIn(block: Anthropic.ContentBlock): Reply["sources"] {
  if (block?.type !== "text") return [];
  return (block.citations ?? []).flatMap((citation) =>
    citation.type === "web_search_result_location" ? [pageOf(citation)] : [],
  );
}

function foundIn(block: Anthropic.ContentBlock): Reply["sources"] {
  if (block?.type === "web_search_tool_result")
    return Array.isArray(block.content) ? block.content.map(pageOf) : [];
  if (block?.type !== "web_fetch_tool_result" || block.content.type !== "web_fetch_result")
    return [];
  return [pageOf({ url: block.content.url, title: block.content.content?.title ?? null })];
}

function pageOf({ url, title }: { url: string; title: string | null }): Reply["sources"][number] {
  return { url, title: title ?? "" };
}

/** The bill of a message, complete or cut off. `input_tokens` already excludes cached ones. */
export function billOf(message: Received, model: string, asked: string): Bill {
  const usage: Partial<Anthropic.Usage> = message.usage ?? {};
  const input = usage.input_tokens ?? 0;
  const cacheRead = usage.cache_read_input_tokens ?? 0;
  const cacheWrite = usage.cache_creation_input_tokens ?? 0;
  // Some gateways report no usage, or zeros.
  const hasInputUsage = input + cacheRead + cacheWrite > 0;
  const answer = JSON.stringify(message.content);
  // Until its end a message counts its first token only.
  const isWhole = message.stop_reason !== null;
  const hasOutputUsage =
    (isWhole && (usage.output_tokens ?? 0) > 0) || message.content.length === 0;
  return {
    model: message.model || model,
    tokens: {
      input: hasInputUsage ? input : estimateTokens(asked),
      cacheRead,
      cacheWrite,
      cacheWriteHour: usage.cache_creation?.ephemeral_1h_input_tokens ?? 0,
      output: hasOutputUsage ? (usage.output_tokens ?? 0) : estimateTokens(answer),
      thinking: usage.output_tokens_details?.thinking_tokens ?? null,
    },
    estimated: !(hasInputUsage && hasOutputUsage),
    webSearches: usage.server_tool_use?.web_search_requests ?? 0,
  };
}

/** What is left of a message that was cut before its first word. */
export function blankMessage(model: string): Received {
  return { model, content: [], stop_reason: "max_tokens" };
}
