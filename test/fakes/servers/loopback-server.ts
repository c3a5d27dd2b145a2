import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A content block as the Messages API streams it; any `type` the client may not know is allowed. */
export type Block = { type: string; [field: string]: unknown };

/** A whole message. */
export type Answer = {
  does: "answers";
  blocks: Block[];
  stop: string;
  stopDetails: unknown;
  /** Keeps the first byte waiting. */
  afterMs: number;
  /** Never closes the stream. */
  leaveOpen: boolean;
  /** Whether the usage is reported. */
  usage: boolean;
  /** All at once, as JSON, as gateways do that cannot stream. */
  unstreamed: boolean;
  headers: Record<string, string>;
};

/** What a server does with one call: a good day, or one of many bad ones. */
export type Behavior =
  | Answer
  | {
      does: "fails";
      status: number;
      type: string;
      message: string;
      headers: Record<string, string>;
    }
  /** Another body under status 200, as some gateways send. */
  | { does: "fails-politely"; body: string; contentType: string }
  /** An error in the middle of a stream. */
  | { does: "errs-midway"; type: string }
  | { does: "resets"; when: "at-once" | "midway" }
  /** Nothing at all, or nothing after the first words, until the caller gives up. */
  | { does: "stalls"; when: "at-once" | "after-headers" | "midway" }
  | { does: "pings" }
  | { does: "ends-early"; when: "without-stop-event" | "after-half" | "empty" }
  | { does: "garbles" };

/** A call as a server got it. `count` is 1 for the first; `prompt` is the question, as text. */
export type CallOf<Body> = {
  count: number;
  body: Body;
  headers: IncomingMessage["headers"];
  prompt: string;
};

/** One wire format. `frames` are the events of a whole message, of which the first `half` bring some words. */
export type Dialect<Body> = {
  promptOf(body: Body): string;
  arrives(body: Body): void;
  isAnswered(body: Body): void;
  frames(answer: Answer, body: Body): string[];
  whole(answer: Answer, body: Body): unknown;
  half: number;
  error(type: string, message: string): unknown;
  midway(type: string): string;
  ping: string;
  garbled: string;
};

export type LoopbackServer<Body> = AsyncDisposable & {
  url: string;
  calls: CallOf<Body>[];
  /** What it says of any model under /v1/models; null: it has no such page. */
  modelInfo: unknown;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
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
    usage: true,
    unstreamed: false,
    headers: {},
    ...overrides,
  };
}

/** An HTTP error as the Messages API words it. */
export function failing(
  status: number,
  message = "no",
  headers: Record<string, string> = { "retry-after-ms": "1" },
): Behavior {
  const types: Record<number, string> = { 429: "rate_limit_error", 529: "overloaded_error" };
  const type = types[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  return { does: "fails", status, type, message, headers };
}

/** Another body under status 200. */
export function politely(body: string, contentType = "application/json"): Behavior {
  return { does: "fails-politely", body, contentType };
}

/** One behavior after the other; the last one stays. */
export function inTurn(
  ...behaviors: [Behavior, ...Behavior[]]
): (call: { count: number }) => Behavior {
  return ({ count }) => behaviors[count - 1] ?? behaviors.at(-1) ?? behaviors[0];
}

/** A server on loopback: real HTTP, real SSE; `behave` says what it does with each call. */
export async function startServer<Body>(
  dialect: Dialect<Body>,
  behave: (call: CallOf<Body>) => Behavior | Promise<Behavior>,
  port: number,
): Promise<LoopbackServer<Body>> {
  const calls: CallOf<Body>[] = [];
  const info: { modelInfo: unknown } = { modelInfo: null };
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      const isKnown = info.modelInfo !== null;
      response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(info.modelInfo));
      return;
    }
    void (async () => {
      const body: Body = JSON.parse(await textOf(request));
      const { headers } = request;
      const call = { count: calls.length + 1, body, headers, prompt: dialect.promptOf(body) };
      calls.push(call);
      for (const name of ["request-id", "x-request-id"])
        response.setHeader(name, `req_${call.count}`);
      dialect.arrives(body);
      const behavior = await behave(call);
      if (behavior.does === "answers") dialect.isAnswered(body);
      await act(behavior, response, dialect, body);
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${addressOf(server).port}`;
  const close = () => closing(server);
  return Object.assign(info, { url, calls, close, [Symbol.asyncDispose]: close });
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

async function act<Body>(
  behavior: Behavior,
  response: ServerResponse,
  dialect: Dialect<Body>,
  body: Body,
): Promise<void> {
  const frames = dialect.frames(saying("Some words that nobody will read."), body);
  const half = frames.slice(0, dialect.half);
  switch (behavior.does) {
    case "answers":
      await new Promise((resolve) => setTimeout(resolve, behavior.afterMs));
      return answer(behavior, response, dialect, body);
    case "fails": {
      const { status, type, message, headers } = behavior;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(dialect.error(type, message)));
      return;
    }
    case "fails-politely":
      response.writeHead(200, { "content-type": behavior.contentType }).end(behavior.body);
      return;
    case "errs-midway":
      send(response, [...half, dialect.midway(behavior.type)]);
      response.end();
      return;
    case "resets":
      if (behavior.when === "midway") await flushed(response, half);
      response.socket?.resetAndDestroy();
      return;
    case "stalls":
      if (behavior.when === "midway") send(response, half);
      if (behavior.when === "after-headers")
        response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return;
    case "pings":
      pingForEver(response, dialect.ping);
      return;
    case "ends-early": {
      const kept = { "without-stop-event": -1, "after-half": dialect.half, empty: 0 };
      send(response, frames.slice(0, kept[behavior.when]));
      response.end();
      return;
    }
    case "garbles":
      send(response, half);
      response.end(dialect.garbled);
      return;
  }
}

function answer<Body>(
  behavior: Answer,
  response: ServerResponse,
  dialect: Dialect<Body>,
  body: Body,
): void {
  const type = behavior.unstreamed ? "application/json" : "text/event-stream";
  response.writeHead(200, { "content-type": type, ...behavior.headers });
  if (behavior.unstreamed) response.end(JSON.stringify(dialect.whole(behavior, body)));
  else send(response, dialect.frames(behavior, body));
  if (!behavior.leaveOpen) response.end();
}

function send(response: ServerResponse, frames: readonly string[]): void {
  if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
  for (const frame of frames) response.write(`${frame}\n\n`);
}

/** Sent for certain: a reset would throw away what is still on its way. */
async function flushed(response: ServerResponse, frames: readonly string[]): Promise<void> {
  send(response, frames);
  await new Promise((resolve) => setTimeout(resolve, 50));
}

function pingForEver(response: ServerResponse, ping: string): void {
  const timer = setInterval(() => send(response, [ping]), 20);
  response.on("close", () => clearInterval(timer));
}
