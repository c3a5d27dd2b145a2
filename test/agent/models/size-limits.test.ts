import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { anthropicModel } from "../../../agent/models/anthropic/anthropic.ts";
import type { Model } from "../../../agent/models/model.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";
import { someRequest } from "../../fakes/request.ts";
import { loopbackChat, loopbackModel } from "../../fakes/servers/loopback-model.ts";
import { saying } from "../../fakes/servers/loopback-server.ts";

const { signal } = new AbortController();
const BLOCK = Buffer.alloc(1 << 20, "x");
const MEGABYTES = 600;

/** A server that sends 600 MB in one line, as fast as they are read; how much of it was taken. */
async function endless(status: number, type: string) {
  let sent = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === "GET") {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(status, { "content-type": type, "retry-after-ms": "1" });
    response.write('data: {"a": "');
    const more = () => {
      while (sent < MEGABYTES << 20 && !response.destroyed) {
        sent += BLOCK.length;
        if (!response.write(BLOCK)) return void response.once("drain", more);
      }
      response.end('"}\n\n');
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, taken: () => sent };
}

const common = { name: "any", apiKey: "k", prices: null, tries: 1, httpRetries: 0 };
const clients: [string, (baseUrl: string) => Model][] = [
  ["Messages", (baseUrl) => anthropicModel({ ...common, baseUrl })],
  ["Chat Completions", (baseUrl) => openAiModel({ ...common, baseUrl })],
];

test.each(
  clients.flatMap(([name, open]) =>
    ["text/event-stream", "application/json"].map((type) => [name, type, open] as const),
  ),
)("600 MB in one line cost the %s client no memory (%s)", async (_, type, open) => {
  const server = await endless(200, type);
  const before = process.memoryUsage().rss;
  const reply = await open(server.url).ask(someRequest({ maxOutputTokens: 1000 }), signal);
  expect(reply).toMatchObject({ text: "", stop: "max-tokens", estimated: true });
  // Booked for all that was asked for.
  expect(reply.tokens.output).toBeGreaterThanOrEqual(1000);
  expect(server.taken()).toBeLessThan(100 << 20);
  expect(process.memoryUsage().rss - before).toBeLessThan(250 << 20);
});

test.each(clients)("an endless error costs the %s client nothing either", async (_, open) => {
  const server = await endless(400, "application/json");
  await expect(open(server.url).ask(someRequest(), signal)).rejects.toThrow("(400)");
  expect(server.taken()).toBeLessThan(100 << 20);
});

const words = "word ".repeat(8000);
/** As many characters a token as English may have: 1,000 words of a token each. */
const prose = "sentences ".repeat(1000);

test.each([
  ["Messages", () => loopbackModel(() => saying(words))],
  ["Chat Completions", () => loopbackChat(() => saying(words))],
])(
  "more text than was asked for is cut by the %s client and counts as cut at the length limit",
  async (_, open) => {
    const { model, server } = await open();
    const asked = someRequest({ maxOutputTokens: 1000, schema: { type: "object" } });
    const reply = await model.ask(asked, signal);
    expect(reply.stop).toBe("max-tokens");
    expect(reply.text.length).toBeGreaterThan(32_000);
    expect(reply.text.length).toBeLessThan(39_000);
    // Asked again with twice the room, as any answer that was cut.
    expect(server.calls).toHaveLength(2);
  },
);

test.each([
  ["Messages", () => loopbackModel(() => saying(prose))],
  ["Chat Completions", () => loopbackChat(() => saying(prose))],
])(
  "an answer of the %s client that fills its room with long words is read whole, its usage too",
  async (_, open) => {
    const { model } = await open();
    const reply = await model.ask(someRequest({ maxOutputTokens: 1000 }), signal);
    expect(reply).toMatchObject({ text: prose, stop: "end", estimated: false });
  },
);

test("a long answer within what was asked for is read whole", async () => {
  const { model } = await loopbackModel(() => saying(words));
  const reply = await model.ask(someRequest({ maxOutputTokens: 8000 }), signal);
  expect(reply).toMatchObject({ text: words, stop: "end" });
});
