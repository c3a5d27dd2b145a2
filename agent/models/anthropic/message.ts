import type Anthropic from "@anthropic-ai/sdk";
import { inputFrom } from "./turns.ts";

type Event = Anthropic.RawMessageStreamEvent;
type Block = Anthropic.ContentBlock;

/** Puts a streamed message together; tolerates missing usage and unknown blocks. */
export function gatherMessage(): {
  readonly message: Anthropic.Message | null;
  /** Characters of the longer of what was said and what was thought. */
  readonly longest: number;
  add(event: Event): void;
} {
  let message: Anthropic.Message | null = null;
  let [said, thought] = [0, 0];
  const inputs = new Map<number, string>();
  return {
    get message() {
      return message;
    },
    get longest() {
      return Math.max(said, thought);
    },
    add(event) {
      said += saidIn(event);
      thought += thoughtIn(event);
      if (event.type === "message_start") {
        const { content = [], ...rest } = event.message;
        message = { ...rest, content: [...content] };
      }
      if (message === null) return;
      if (event.type === "content_block_start")
        message.content[event.index] = { ...event.content_block };
      if (event.type === "content_block_delta") grow(message.content, inputs, event);
      if (event.type === "content_block_stop") closeInput(message.content, inputs, event.index);
      if (event.type === "message_delta") message = ended(message, event);
    },
  };
}

function saidIn(event: Event): number {
  if (event.type !== "content_block_delta") return 0;
  const { delta } = event;
  if (delta.type === "text_delta") return delta.text.length;
  return delta.type === "input_json_delta" ? delta.partial_json.length : 0;
}

function thoughtIn(event: Event): number {
  if (event.type !== "content_block_delta" || event.delta.type !== "thinking_delta") return 0;
  return event.delta.thinking.length;
}

function grow(
  content: Block[],
  inputs: Map<number, string>,
  { index, delta }: Extract<Event, { type: "content_block_delta" }>,
): void {
  const block = content[index];
  if (block === undefined) return;
  if (delta.type === "text_delta" && block.type === "text")
    block.text = (block.text ?? "") + delta.text;
  if (delta.type === "citations_delta" && block.type === "text")
    block.citations = [...(block.citations ?? []), delta.citation];
  if (delta.type === "thinking_delta" && block.type === "thinking")
    block.thinking += delta.thinking;
  if (delta.type === "signature_delta" && block.type === "thinking")
    block.signature = delta.signature;
  if (delta.type === "input_json_delta")
    inputs.set(index, (inputs.get(index) ?? "") + delta.partial_json);
}

/** The input of a tool comes as JSON in pieces; a paused turn is sent back with it whole. */
function closeInput(content: Block[], inputs: Map<number, string>, index: number): void {
  const block = content[index];
  const json = inputs.get(index);
  if (block === undefined || json === undefined || json === "" || !("input" in block)) return;
  block.input = inputFrom(json);
}

/** Counters are totals of the whole message: later values replace earlier ones. */
function ended(
  message: Anthropic.Message,
  { delta, usage }: Extract<Event, { type: "message_delta" }>,
): Anthropic.Message {
  const reported = Object.entries(usage ?? {}).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return {
    ...message,
    stop_reason: delta.stop_reason,
    stop_details: delta.stop_details ?? null,
    usage: { ...message.usage, ...Object.fromEntries(reported) },
  };
}

/** The stream that a whole message would have been, for a gateway that answers without streaming. */
export function asEvents(message: Anthropic.Message): string {
  const { content, stop_reason, stop_details, usage } = message;
  const start = { type: "message_start", message: { ...message, content: [], stop_reason: null } };
  const blocks = content.flatMap((content_block, index) => [
    { type: "content_block_start", index, content_block },
    { type: "content_block_stop", index },
  ]);
  const delta = { type: "message_delta", delta: { stop_reason, stop_details }, usage };
  return [start, ...blocks, delta, { type: "message_stop" }]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
}
