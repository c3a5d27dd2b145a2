import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What went through: calls that were answered, and their tokens as the service reported them. */
export type Counted = { calls: number; refused: number; inputTokens: number; outputTokens: number };

export type CountingProxy = AsyncDisposable & { baseUrl: string; counted: Counted };

/** Paths under which a model is asked, of the Messages and of the Chat Completions API. */
const ASKED = /\/(?:messages|chat\/completions)$/u;

/** Headers that belong to one connection, not to the request. */
const OWN_HEADERS = new Set(["host", "connection", "content-length", "accept-encoding"]);

const USED_UP = JSON.stringify({
  type: "error",
  error: { type: "invalid_request_error", message: "the calls of this measurement are used up" },
});

/**
 * A loopback address in place of a service's: passes on what it gets, counts what was answered, and refuses after so many
 * answers, so that whoever asks has exactly as many.
 */
export async function countingProxy(baseUrl: string, most: number): Promise<CountingProxy> {
  const counted: Counted = { calls: 0, refused: 0, inputTokens: 0, outputTokens: 0 };
  const inFlight = { calls: 0 };
  const server = createServer((request, response) => {
    pass(request, response, { baseUrl, most, counted, inFlight }).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const path = new URL(baseUrl).pathname.replace(/\/$/u, "");
  return {
    baseUrl: `http://127.0.0.1:${port}${path}`,
    counted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Passing = {
  baseUrl: string;
  most: number;
  counted: Counted;
  /** Calls that may still be answered. */
  inFlight: { calls: number };
};

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { baseUrl, most, counted, inFlight }: Passing,
): Promise<void> {
  const target = new URL(request.url ?? "/", baseUrl);
  const isAsked = request.method === "POST" && ASKED.test(target.pathname);
  const body = await buffer(request);
  if (isAsked && counted.calls + inFlight.calls >= most) {
    counted.refused += 1;
    response.writeHead(400, { "content-type": "application/json" });
    response.end(USED_UP);
    return;
  }
  if (isAsked) inFlight.calls += 1;
  try {
    const answer = await fetch(target, {
      method: request.method ?? "GET",
      headers: headersOf(request),
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    });
    const { "content-encoding": _, ...headers } = Object.fromEntries(answer.headers);
    delete headers["content-length"];
    response.writeHead(answer.status, headers);
    const said: Buffer[] = [];
    for await (const chunk of answer.body ?? []) {
      said.push(Buffer.from(chunk));
      response.write(chunk);
    }
    response.end();
    if (isAsked && answer.ok) count(Buffer.concat(said).toString("utf8"), counted);
  } finally {
    if (isAsked) inFlight.calls -= 1;
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** Adds an answered call: a stream reports its tokens more than once, each time with all so far. */
function count(text: string, counted: Counted): void {
  const most = (name: string): number =>
    Math.max(
      0,
      ...[...text.matchAll(new RegExp(`"${name}":\\s*(\\d+)`, "gu"))].map((each) =>
        Number(each[1]),
      ),
    );
  counted.calls += 1;
  const cached = most("cache_read_input_tokens") + most("cache_creation_input_tokens");
  counted.inputTokens += most("input_tokens") + cached + most("prompt_tokens");
  counted.outputTokens += most("output_tokens") + most("completion_tokens");
}
