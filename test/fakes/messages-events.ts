import type { Answer, Block } from "./loopback-server.ts";

/** Input tokens by kind. */
export type Bill = { input: number; cacheRead: number; cacheWrite: number };

/** Name and data of one server-sent event. */
export type SseEvent = [string, unknown];

const CHUNK = 24;

/** The events of a whole message, in the order and shape of the Messages API. */
export function messageEvents(answer: Answer, model: string, bill: Bill): SseEvent[] {
  const { content, stop_reason, stop_details, usage, ...message } = wholeMessage(
    answer,
    model,
    bill,
  );
  const { output_tokens, server_tool_use, ...input } = usage ?? { output_tokens: 0 };
  const begun = { ...message, content: [], stop_reason: null };
  const first = usage === null ? begun : { ...begun, usage: { ...input, output_tokens: 1 } };
  const last =
    usage === null ? {} : { usage: { output_tokens, ...(server_tool_use && { server_tool_use }) } };
  const delta = { stop_reason, stop_sequence: null, stop_details };
  return [
    ["message_start", { type: "message_start", message: first }],
    ["ping", { type: "ping" }],
    ...content.flatMap(blockEvents),
    ["message_delta", { type: "message_delta", delta, ...last }],
    ["message_stop", { type: "message_stop" }],
  ];
}

/** A whole message, as a server that does not stream sends it. */
export function wholeMessage(answer: Answer, model: string, bill: Bill) {
  const searches = answer.blocks.filter(({ type }) => type === "server_tool_use").length;
  const usage = {
    input_tokens: bill.input,
    cache_read_input_tokens: bill.cacheRead,
    cache_creation_input_tokens: bill.cacheWrite,
    output_tokens: Math.ceil(JSON.stringify(answer.blocks).length / 4),
    ...(searches > 0 && { server_tool_use: { web_search_requests: searches } }),
  };
  return {
    ...{ id: "msg_1", type: "message", role: "assistant", model, content: answer.blocks },
    ...{ stop_reason: answer.stop, stop_details: answer.stopDetails, stop_sequence: null },
    usage: answer.usage ? usage : null,
  };
}

function blockEvents(block: Block, index: number): SseEvent[] {
  const delta = (part: unknown): SseEvent => [
    "content_block_delta",
    { type: "content_block_delta", index, delta: part },
  ];
  const [start, deltas] = unfold(block, delta);
  return [
    ["content_block_start", { type: "content_block_start", index, content_block: start }],
    ...deltas,
    ["content_block_stop", { type: "content_block_stop", index }],
  ];
}

/** The empty block that is opened first, and the deltas that fill it. */
function unfold(block: Block, delta: (part: unknown) => SseEvent): [Block, SseEvent[]] {
  if (block.type === "text" && typeof block.text === "string") {
    const { citations, ...bare } = block;
    const cited = Array.isArray(citations) ? citations : [];
    return [
      { ...bare, text: "", citations: null },
      [
        ...chunks(block.text).map((text) => delta({ type: "text_delta", text })),
        ...cited.map((citation: unknown) => delta({ type: "citations_delta", citation })),
      ],
    ];
  }
  if (block.type === "thinking" && typeof block.thinking === "string") {
    return [
      { ...block, thinking: "", signature: "" },
      [
        ...chunks(block.thinking).map((thinking) => delta({ type: "thinking_delta", thinking })),
        delta({ type: "signature_delta", signature: "signed" }),
      ],
    ];
  }
  if ("input" in block) {
    const parts = chunks(JSON.stringify(block.input));
    return [
      { ...block, input: {} },
      parts.map((text) => delta({ type: "input_json_delta", partial_json: text })),
    ];
  }
  return [block, []];
}

function chunks(text: string): string[] {
  return text.match(new RegExp(`[^]{1,${CHUNK}}`, "gu")) ?? [];
}
