import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, type Bill, messageEvents, type SseEvent } from "./messages-events.ts";
import {
  type CacheBlock,
  type CacheHabits,
  createPromptCache,
  eagerHabits,
  type PromptCache,
} from "./prompt-cache.ts";

/** A call as the server got it. `count` is 1 for the first. */
export type Call = {
  count: number;
  body: {
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
  headers: IncomingMessage["headers"];
  /** The question: the role's rules and the first user turn, as text. */
  prompt: string;
};

/** What the server does with one call: a good day, or one of many bad ones. */
export type Behaviour =
  | Answer
  | {
      does: "fails";
      status: number;
      type: string;
      message: string;
      headers: Record<string, string>;
    }
  /** A JSON error under status 200, as some gateways send. */
  | { does: "fails-politely"; body: string }
  /** An `error` event in the middle of a stream. */
  | { does: "errs-midway"; type: string }
  | { does: "resets"; when: "at-once" | "midway" }
  /** Nothing at all, or nothing after the first words, until the caller hangs up. */
  | { does: "stalls"; when: "at-once" | "midway" }
  | { does: "pings" }
  | { does: "ends-early"; when: "without-stop-event" | "after-half" | "empty" }
  | { does: "garbles" };

export type MessagesServer = {
  url: string;
  calls: Call[];
  /** What it says of any model under /v1/models; null: it has no such page. */
  modelInfo: unknown;
  close(): Promise<void>;
};

/** An answer of one text block, with anything else overridden. */
export function saying(text: string, overrides: Partial<Answer> = {}): Answer {
  return {
    does: "answers",
    blocks: [{ type: "text", text }],
    stop: "end_turn",
    stopDetails: null,
    afterMs: 0,
    leaveOpen: false,
    ...overrides,
  };
}

/** An HTTP error as the Messages API words it. */
export function failing(
  status: number,
  message = "no",
  headers: Record<string, string> = { "retry-after-ms": "1" },
): Behaviour {
  const types: Record<number, string> = { 429: "rate_limit_error", 529: "overloaded_error" };
  const type = types[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  return { does: "fails", status, type, message, headers };
}

/** One behaviour after the other; the last one stays. */
export function inTurn(...behaviours: [Behaviour, ...Behaviour[]]): (call: Call) => Behaviour {
  return ({ count }) => behaviours[count - 1] ?? behaviours.at(-1) ?? behaviours[0];
}

/** A loopback server of the Messages API: real HTTP, real SSE; `behave` says what it does with each call. */
export async function startMessagesServer(
  behave: (call: Call) => Behaviour | Promise<Behaviour>,
  port = 0,
  habits: CacheHabits = eagerHabits,
): Promise<MessagesServer> {
  const calls: Call[] = [];
  const cache = createPromptCache(habits);
  const told: { modelInfo: unknown } = { modelInfo: null };
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      const isKnown = told.modelInfo !== null;
      response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(told.modelInfo));
      return;
    }
    void (async () => {
      const body: Call["body"] = JSON.parse(await textOf(request));
      const call = {
        count: calls.length + 1,
        body,
        headers: request.headers,
        prompt: promptOf(body),
      };
      calls.push(call);
      response.setHeader("request-id", `req_${call.count}`);
      const { bill, keep } = billFor(body, cache);
      const behaviour = await behave(call);
      if (behaviour.does === "answers") keep();
      await act(behaviour, response, body.model, bill);
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${addressOf(server).port}`;
  return Object.assign(told, { url, calls, close: () => closing(server) });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address;
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function promptOf({ system, messages }: Call["body"]): string {
  const rules = typeof system === "string" ? [] : (system ?? []).slice(1);
  return [...rules, ...blocksOf(messages[0]?.content)].map(({ text }) => text).join("");
}

function blocksOf(content: unknown): CacheBlock[] {
  return typeof content === "string"
    ? [{ type: "text", text: content }]
    : (content as CacheBlock[]);
}

/** What a call costs by its marks; tools and the form of the answer stand before everything else. */
function billFor(
  { tools = [], output_config, system, messages }: Call["body"],
  cache: PromptCache,
) {
  const [question, ...turns] = messages;
  const blocks = [...blocksOf(system ?? []), ...blocksOf(question?.content ?? [])];
  const head = JSON.stringify([tools, output_config?.format ?? null]);
  return cache.bill(head, blocks, turns.length === 0 ? 0 : JSON.stringify(turns).length);
}

async function act(
  behaviour: Behaviour,
  response: ServerResponse,
  model: string,
  bill: Bill,
): Promise<void> {
  const whole = messageEvents(saying("Some words that nobody will read."), model, bill);
  switch (behaviour.does) {
    case "answers":
      await new Promise((resolve) => setTimeout(resolve, behaviour.afterMs));
      send(response, messageEvents(behaviour, model, bill));
      if (!behaviour.leaveOpen) response.end();
      return;
    case "fails": {
      const { status, type, message, headers } = behaviour;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify({ type: "error", error: { type, message } }));
      return;
    }
    case "fails-politely":
      response.writeHead(200, { "content-type": "application/json" }).end(behaviour.body);
      return;
    case "errs-midway":
      send(response, whole.slice(0, 4));
      send(response, [
        ["error", { type: "error", error: { type: behaviour.type, message: "busy" } }],
      ]);
      response.end();
      return;
    case "resets":
      if (behaviour.when === "midway") await flushed(response, whole.slice(0, 4));
      response.socket?.resetAndDestroy();
      return;
    case "stalls":
      if (behaviour.when === "midway") send(response, whole.slice(0, 4));
      return;
    case "pings":
      pingForEver(response);
      return;
    case "ends-early":
      endEarly(response, behaviour.when, whole);
      return;
    case "garbles":
      send(response, whole.slice(0, 3));
      response.end(
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"del\n\n',
      );
      return;
  }
}

function endEarly(
  response: ServerResponse,
  when: "without-stop-event" | "after-half" | "empty",
  whole: SseEvent[],
): void {
  const kept = { "without-stop-event": whole.length - 1, "after-half": 4, empty: 0 }[when];
  send(response, whole.slice(0, kept));
  response.end();
}

function send(response: ServerResponse, events: readonly SseEvent[]): void {
  if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
  for (const [name, data] of events) {
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

/** Sent for certain: a reset would throw away what is still on its way. */
async function flushed(response: ServerResponse, events: readonly SseEvent[]): Promise<void> {
  send(response, events);
  await new Promise((resolve) => setTimeout(resolve, 50));
}

function pingForEver(response: ServerResponse): void {
  const timer = setInterval(() => send(response, [["ping", { type: "ping" }]]), 20);
  response.on("close", () => clearInterval(timer));
}
