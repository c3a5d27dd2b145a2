import type Anthropic from "@anthropic-ai/sdk";
import type { Tokens } from "../../runs/events.ts";
import type { Reply } from "./model.ts";

/** What one call was billed for. */
export type Charge = { model: string; tokens: Tokens; webSearches: number };

/** The words of a message: text blocks joined; thinking, tools and blocks nobody knows are passed over. */
export function textOf(message: Anthropic.Message): string {
  // A refused reply is never read, whatever it holds.
  if (message.stop_reason === "refusal") return "";
  return message.content.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
}

/** Why a message ended, in our words: everything that cuts an answer short is `max-tokens`. */
export function stopOf(message: Anthropic.Message): Reply["stop"] {
  switch (message.stop_reason) {
    case "refusal":
      return "refusal";
    case "max_tokens":
    case "model_context_window_exceeded":
      return "max-tokens";
    default:
      return "end";
  }
}

/** Pages that were cited, or, when none was, those that the search showed the model. */
export function sourcesOf(messages: readonly Anthropic.Message[]): Reply["sources"] {
  const blocks = messages.flatMap((message) => message.content);
  const cited = blocks.flatMap((block) =>
    block.type === "text"
      ? (block.citations ?? []).filter((citation) => citation.type === "web_search_result_location")
      : [],
  );
  const found = blocks.flatMap((block) =>
    block.type === "web_search_tool_result" && Array.isArray(block.content) ? block.content : [],
  );
  const pages = new Map<string, string>();
  for (const { url, title } of cited.length > 0 ? cited : found) {
    if (!pages.has(url)) pages.set(url, title ?? "");
  }
  return [...pages].map(([url, title]) => ({ url, title }));
}

/** The bill of a message, complete or cut off. `input_tokens` already excludes cached ones. */
export function chargeOf(message: Anthropic.Message): Charge {
  const { usage } = message;
  return {
    model: message.model,
    tokens: {
      input: usage?.input_tokens ?? 0,
      cacheRead: usage?.cache_read_input_tokens ?? 0,
      cacheWrite: usage?.cache_creation_input_tokens ?? 0,
      cacheWriteHour: usage?.cache_creation?.ephemeral_1h_input_tokens ?? 0,
      output: usage?.output_tokens ?? 0,
      thinking: usage?.output_tokens_details?.thinking_tokens ?? null,
    },
    webSearches: usage?.server_tool_use?.web_search_requests ?? 0,
  };
}
