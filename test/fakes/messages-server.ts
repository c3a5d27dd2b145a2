import {
  type Behaviour,
  type CallOf,
  type Dialect,
  type LoopbackServer,
  startServer,
} from "./loopback-server.ts";
import { messageEvents, wholeMessage } from "./messages-events.ts";
import {
  type CacheBlock,
  type CacheHabits,
  createPromptCache,
  eagerHabits,
  type PromptCache,
} from "./prompt-cache.ts";

export { type Behaviour, failing, inTurn, politely, saying } from "./loopback-server.ts";

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
  behave: (call: Call) => Behaviour | Promise<Behaviour>,
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
  return startServer(dialect, behave, port);
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

/** What a call costs by its marks; tools and the form of the answer stand before everything else. */
function billFor({ tools = [], output_config, system, messages }: Body, cache: PromptCache) {
  const [question, ...turns] = messages;
  const blocks = [...blocksOf(system ?? []), ...blocksOf(question?.content ?? [])];
  const head = JSON.stringify([tools, output_config?.format ?? null]);
  return cache.bill(head, blocks, turns.length === 0 ? 0 : JSON.stringify(turns).length);
}
