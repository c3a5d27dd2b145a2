import {
  type Answer,
  type Behavior,
  type Block,
  type CallOf,
  type Dialect,
  failing,
  type LoopbackServer,
  startServer,
} from "./loopback-server.ts";

export { type Behavior, failing, inTurn, politely, saying } from "./loopback-server.ts";

type Body = {
  model: string;
  max_tokens: number;
  /** Text, where nothing is marked for the cache. */
  system: string | CacheBlock[];
  messages: { role: string; content: unknown }[];
  output_config?: { format?: unknown; effort?: string };
  tools?: { type: string; name: string }[];
  stream?: boolean;
  [other: string]: unknown;
};

export type Call = CallOf<Body>;
export type MessagesServer = LoopbackServer<Body>;

/** A loopback server of the Messages API, which keeps a cache of what was marked for it. */
export function startMessagesServer(
  behave: (call: Call) => Behavior | Promise<Behavior>,
  port = 0,
  habits: CacheHabits = eagerHabits,
): Promise<MessagesServer> {
  const cache = createPromptCache(habits);
  const billed = new WeakMap<Body, ReturnType<typeof billFor>>();
  const bill = (body: Body) => (billed.get(body) ?? billFor(body, cache)).bill;
  const dialect: Dialect<Body> = {
    promptOf,
    arrives: (body) => void billed.set(body, billFor(body, cache)),
    isAnswered: (body) => billed.get(body)?.keep(),
    frames: (answer, body) =>
      messageEvents(answer, body.model, bill(body)).map(
        ([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}`,
      ),
    whole: (answer, body) => wholeMessage(answer, body.model, bill(body)),
    half: 4,
    error: (type, message) => ({ type: "error", error: { type, message } }),
    midway: (type) =>
      `event: error\ndata: ${JSON.stringify({ type: "error", error: { type, message: "busy" } })}`,
    ping: 'event: ping\ndata: {"type":"ping"}',
    garbled: 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"del\n\n',
  };
  return startServer(
    dialect,
    (call) => {
      const problem = problemOf(call.body);
      return problem === null ? behave(call) : failing(400, problem);
    },
    port,
  );
}

/** What a server of the API refuses in messages: content of another form, and calls without their answers. */
function problemOf({ messages }: Body): string | null {
  for (const [index, { content }] of messages.entries()) {
    if (typeof content !== "string" && !Array.isArray(content))
      return `messages.${index}.content: Input should be a valid list`;
    const next = messages[index + 1]?.content;
    const answered = idsIn(next, "tool_result", "tool_use_id");
    const missing = idsIn(content, "tool_use", "id").find((id) => !answered.includes(id));
    if (missing !== undefined)
      return `messages.${index}: tool_use ${missing} was found without a tool_result after it`;
  }
  return null;
}

function idsIn(content: unknown, type: string, key: string): unknown[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block) => (block?.type === type ? [block[key]] : []));
}

function promptOf({ system, messages }: Body): string {
  const rules = typeof system === "string" ? [] : (system ?? []).slice(1);
  return [...rules, ...blocksOf(messages[0]?.content)].map(({ text }) => text).join("");
}

function blocksOf(content: unknown): CacheBlock[] {
  return typeof content === "string"
    ? [{ type: "text", text: content }]
    : (content as CacheBlock[]);
}

/** What a call costs by its marks; tools and the form of the answer come before everything else. */
function billFor({ tools = [], output_config, system, messages }: Body, cache: PromptCache) {
  const [question, ...turns] = messages;
  const blocks = [...blocksOf(system ?? []), ...blocksOf(question?.content ?? [])];
  const head = JSON.stringify([tools, output_config?.format ?? null]);
  return cache.bill(head, blocks, turns.length === 0 ? 0 : JSON.stringify(turns).length);
}

/** Input tokens by kind. */
type Bill = { input: number; cacheRead: number; cacheWrite: number };

/** Name and data of one server-sent event. */
type SseEvent = [string, unknown];

const CHUNK = 24;

/** The events of a whole message, in the order and shape of the Messages API. */
function messageEvents(answer: Answer, model: string, bill: Bill): SseEvent[] {
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
function wholeMessage(answer: Answer, model: string, bill: Bill) {
  const searches = answer.blocks.filter(({ type }) => type === "server_tool_use").length;
  const usage = {
    input_tokens: bill.input,
    cache_read_input_tokens: bill.cacheRead,
    cache_creation_input_tokens: bill.cacheWrite,
    output_tokens: Math.ceil(JSON.stringify(answer.blocks).length / 4),
    ...(searches > 0 && { server_tool_use: { web_search_requests: searches } }),
  };
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: answer.blocks,
    stop_reason: answer.stop,
    stop_details: answer.stopDetails,
    stop_sequence: null,
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
    // A text is what a model wrote in place of JSON.
    const json = typeof block.input === "string" ? block.input : JSON.stringify(block.input);
    const parts = chunks(json);
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

/** A block of a prompt, perhaps marked: what ends there may be kept. */
type CacheBlock = {
  type: string;
  text: string;
  cache_control?: { type: string; ttl?: string };
};

/** How the cache of a server behaves: from how many tokens on something is kept, and whose time it goes by. */
type CacheHabits = { leastTokens: number; nowMs: () => number };

/** What is billed for a prompt, and how to keep its marked parts once its answer has begun. */
type Billed = { bill: Bill; keep(): void };

type PromptCache = {
  bill(head: string, blocks: readonly CacheBlock[], rest: number): Billed;
};

/** A small prompt is kept for ever: for tests in which nothing else matters. */
const eagerHabits: CacheHabits = { leastTokens: 0, nowMs: () => 0 };

const CHARS_PER_TOKEN = 4;
const KEPT_MS = { "5m": 300_000, "1h": 3_600_000 };
/** Marks that one prompt may have. */
const MAX_MARKS = 4;

/**
 * The accounting of the real service: a prompt is read from the cache up to the last of its marks at which the
 * same beginning was written before and is still kept; a read keeps it for as long again; what is marked behind
 * is written, the rest is fresh. Beginnings of too few tokens are not kept.
 */
function createPromptCache({ leastTokens, nowMs }: CacheHabits): PromptCache {
  const keptUntil = new Map<string, number>();
  return {
    bill(head, blocks, rest) {
      const marks = marksOf(head, blocks).filter(
        ({ size }) => size >= leastTokens * CHARS_PER_TOKEN,
      );
      if (marks.length > MAX_MARKS) throw new Error(`${marks.length} marks in one prompt`);
      const isKept = (prefix: string) => (keptUntil.get(prefix) ?? -1) >= nowMs();
      const read = marks.findLast(({ prefix }) => isKept(prefix))?.size ?? 0;
      const marked = marks.at(-1)?.size ?? 0;
      const size = blocks.reduce((sum, { text }) => sum + text.length, 0);
      const tokens = (chars: number) => Math.ceil(chars / CHARS_PER_TOKEN);
      return {
        bill: {
          input: tokens(size - marked + rest),
          cacheRead: tokens(read),
          cacheWrite: tokens(marked - read),
        },
        keep() {
          for (const { prefix, keptMs } of marks) keptUntil.set(prefix, nowMs() + keptMs);
        },
      };
    },
  };
}

type Mark = { prefix: string; size: number; keptMs: number };

function marksOf(head: string, blocks: readonly CacheBlock[]): Mark[] {
  const marks: Mark[] = [];
  let prefix = head;
  let size = 0;
  for (const { text, cache_control: mark } of blocks) {
    prefix += text;
    size += text.length;
    if (mark === undefined) continue;
    marks.push({ prefix, size, keptMs: mark.ttl === "1h" ? KEPT_MS["1h"] : KEPT_MS["5m"] });
  }
  return marks;
}
