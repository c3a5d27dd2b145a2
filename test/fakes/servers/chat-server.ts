import {
  type Answer,
  type Behavior,
  type CallOf,
  type Dialect,
  type LoopbackServer,
  startServer,
} from "./loopback-server.ts";

type Body = {
  model: string;
  messages: { role: string; content: string; [other: string]: unknown }[];
  stream_options?: { include_usage: boolean };
  response_format?: { type: string };
  [other: string]: unknown;
};

export type ChatCall = CallOf<Body>;
export type ChatServer = LoopbackServer<Body>;

const finishes: Record<string, string> = {
  end_turn: "stop",
  max_tokens: "length",
  refusal: "content_filter",
  tool_use: "tool_calls",
};

/** A loopback server of the Chat Completions API, with thoughts beside the words as vLLM and DeepSeek send them. */
export function startChatServer(
  behave: (call: ChatCall) => Behavior | Promise<Behavior>,
  port = 0,
): Promise<ChatServer> {
  return startServer(dialect, behave, port);
}

const dialect: Dialect<Body> = {
  arrives: () => undefined,
  isAnswered: () => undefined,
  promptOf: ({ messages }) => messages.find(({ role }) => role === "user")?.content ?? "",
  frames(answer, body) {
    const deltas: Record<string, unknown>[] = answer.blocks.flatMap((block) =>
      block.type === "tool_use" ? callDeltas(block, placeOf(block, answer)) : deltasOf(block),
    );
    const finish = finishes[answer.stop] ?? answer.stop;
    const chunks = [{ role: "assistant", content: "" }, ...deltas].map((delta) =>
      chunkOf(body, [{ index: 0, delta, finish_reason: null }]),
    );
    const last = chunkOf(body, [{ index: 0, delta: {}, finish_reason: finish }]);
    const isReported = answer.usage && body.stream_options?.include_usage === true;
    const usage = isReported ? [{ ...chunkOf(body, []), usage: usageOf(answer, body) }] : [];
    const data = [...chunks, last, ...usage].map((chunk) => JSON.stringify(chunk));
    return [...data, "[DONE]"].map((line) => `data: ${line}`);
  },
  whole(answer, body) {
    const calls = answer.blocks.filter(({ type }) => type === "tool_use").map(wholeCall);
    const fields = answer.blocks.filter(({ type }) => type !== "tool_use").map(fieldOf);
    const called = calls.length === 0 ? {} : { tool_calls: calls };
    const message = { role: "assistant", ...Object.assign({}, ...fields), ...called };
    const finish_reason = finishes[answer.stop] ?? answer.stop;
    return {
      id: "chat_1",
      object: "chat.completion",
      created: 1,
      model: body.model,
      choices: [{ index: 0, message, finish_reason }],
      ...(answer.usage && { usage: usageOf(answer, body) }),
    };
  },
  half: 2,
  error: (type, message) => ({ error: { message, type, code: null } }),
  midway: (type) => `data: ${JSON.stringify({ error: { message: "busy", type, code: type } })}`,
  ping: ": OPENROUTER PROCESSING",
  garbled: 'data: {"choices":[{"del\n\n',
};

function chunkOf({ model }: Body, choices: unknown[]): Record<string, unknown> {
  return { id: "chat_1", object: "chat.completion.chunk", created: 1, model, choices };
}

/** Words and thoughts in pieces; whatever else, as it is. */
function deltasOf(block: Answer["blocks"][number]): Record<string, unknown>[] {
  const [[name, value] = ["other", null]] = Object.entries(fieldOf(block));
  if (typeof value !== "string") return [{ [name]: value }];
  return (value.match(/[\s\S]{1,24}/gu) ?? [""]).map((piece) => ({ [name]: piece }));
}

function fieldOf(block: Answer["blocks"][number]): Record<string, unknown> {
  if (block.type === "text") return { content: block.text };
  if (block.type === "thinking") return { reasoning_content: block.thinking };
  if (block.type === "refusal") return { refusal: block.refusal };
  return { tool_calls: [{ index: 0, type: "function", function: { name: "f", arguments: "{}" } }] };
}

type Block = Answer["blocks"][number];

function placeOf(block: Block, { blocks }: Answer): number {
  return blocks.filter(({ type }) => type === "tool_use").indexOf(block);
}

/** A call as it is streamed: its name first, then its arguments in pieces, a text as it stands. */
function callDeltas(block: Block, index: number): Record<string, unknown>[] {
  const { id, function: called } = wholeCall(block);
  const first = { index, id, type: "function", function: { name: called.name, arguments: "" } };
  const pieces = called.arguments.match(/[\s\S]{1,24}/gu) ?? [];
  return [
    { tool_calls: [first] },
    ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

function wholeCall({ id, name, input }: Block) {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return { id: String(id), type: "function", function: { name: String(name), arguments: text } };
}

function usageOf({ blocks }: Answer, { messages }: Body) {
  const thought = blocks.filter(({ type }) => type === "thinking");
  return {
    prompt_tokens: Math.ceil(JSON.stringify(messages).length / 4),
    completion_tokens: Math.ceil(JSON.stringify(blocks).length / 4),
    prompt_tokens_details: { cached_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: Math.ceil(JSON.stringify(thought).length / 4) },
  };
}
