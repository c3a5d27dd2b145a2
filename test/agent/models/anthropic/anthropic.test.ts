import { expect, test } from "vitest";
import { anthropicModel } from "../../../../agent/models/anthropic/anthropic.ts";
import { ConfigInvalid } from "../../../../runs/errors.ts";
import { someBrief, someRequest } from "../../../fakes/request.ts";
import { loopbackModel } from "../../../fakes/servers/loopback-model.ts";
import { inTurn, saying } from "../../../fakes/servers/messages-server.ts";

const { signal } = new AbortController();

const schema = {
  type: "object",
  properties: { name: { type: "string", minLength: 3 } },
  required: ["name"],
};

test("an answer comes back with its words, tokens, dollars and request id", async () => {
  const { model, server } = await loopbackModel(
    inTurn(saying("Hello, here is a longer answer. $& done")),
  );
  const reply = await model.ask(someRequest(), signal);
  expect(reply).toMatchObject({
    text: "Hello, here is a longer answer. $& done",
    model: "claude-opus-5-5",
    stop: "end",
    tokens: { input: 7, cacheRead: 0, cacheWrite: 9, output: 17, thinking: null },
    estimated: false,
    tries: [{ outcome: "answered", requestId: "req_1" }],
    handovers: [],
    requestId: "req_1",
    sources: [],
  });
  expect(reply.usd).toBeCloseTo((7 * 4 + 9 * 5 + 17 * 20) / 1e6, 12);
  expect(server.calls).toHaveLength(1);
});

test("a request streams, caches the brief, and sets no sampling", async () => {
  const { model, server } = await loopbackModel(inTurn(saying("ok")));
  await model.ask(someRequest({ maxOutputTokens: 4000, effort: "low" }), signal);
  expect(server.calls[0]?.body).toEqual({
    model: "claude-opus-5-5",
    max_tokens: 4000,
    stream: true,
    system: [{ type: "text", text: someBrief().text, cache_control: { type: "ephemeral" } }],
    messages: [{ role: "user", content: "Write the first solution." }],
    output_config: { effort: "low" },
  });
  expect(server.calls[0]?.headers).toMatchObject({
    authorization: "Bearer secret-key-123",
    "x-api-key": "secret-key-123",
  });
});

test("the brief is read from the cache from the second request on", async () => {
  const { model } = await loopbackModel(inTurn(saying("ok")));
  await model.ask(someRequest(), signal);
  const second = await model.ask(someRequest({ prompt: "Another role asks." }), signal);
  expect(second.tokens).toMatchObject({ cacheRead: 9, cacheWrite: 0 });
});

test("a pause is continued with the turn sent back, and both turns are on the bill", async () => {
  const search = {
    type: "server_tool_use",
    id: "s1",
    name: "web_search",
    input: { query: "tabular models" },
  };
  const found = {
    type: "web_search_tool_result",
    tool_use_id: "s1",
    content: [
      {
        type: "web_search_result",
        url: "https://example.org/a",
        title: "A",
        encrypted_content: "x",
        page_age: null,
      },
    ],
  };
  const { model, server } = await loopbackModel(
    inTurn(
      saying("", {
        blocks: [{ type: "text", text: "Looking. " }, search, found],
        stop: "pause_turn",
      }),
      saying("Found it."),
    ),
  );
  const reply = await model.ask(someRequest({ webSearch: true }), signal);
  expect(reply).toMatchObject({
    text: "Looking. Found it.",
    stop: "end",
    sources: [{ url: "https://example.org/a", title: "A" }],
    requestId: "req_2",
  });
  expect(server.calls[1]?.body.messages).toMatchObject([
    { role: "user" },
    { role: "assistant", content: [{ type: "text", text: "Looking. " }, search, found] },
  ]);
  const bare = await loopbackModel(inTurn(saying("Found it.")));
  const alone = await bare.model.ask(someRequest(), signal);
  expect(reply.tokens.input).toBeGreaterThan(2 * alone.tokens.input);
  expect(reply.usd).toBeGreaterThan(0.01);
});

test("cited pages come first, each once", async () => {
  const citation = (url: string) => ({
    type: "web_search_result_location",
    url,
    title: "T",
    encrypted_index: "i",
    cited_text: "c",
  });
  const { model } = await loopbackModel(
    inTurn(
      saying("", {
        blocks: [
          {
            type: "text",
            text: "A",
            citations: [citation("https://a.org"), citation("https://b.org")],
          },
          { type: "text", text: "B", citations: [citation("https://a.org")] },
        ],
      }),
    ),
  );
  const reply = await model.ask(someRequest({ webSearch: true }), signal);
  expect(reply.text).toBe("AB");
  expect(reply.sources.map(({ url }) => url)).toEqual(["https://a.org", "https://b.org"]);
});

test("thinking, tools, unknown blocks and text without words are passed over", async () => {
  const { model } = await loopbackModel(
    inTurn(
      saying("", {
        blocks: [
          { type: "thinking", thinking: "let me see" },
          { type: "redacted_thinking", data: "xyz" },
          { type: "text", text: "code" },
          { type: "tool_use", id: "t", name: "f", input: { a: 1 } },
          { type: "hologram", depth: 3 },
          { type: "text", text: null },
        ],
      }),
    ),
  );
  expect(await model.ask(someRequest(), signal)).toMatchObject({ text: "code", stop: "end" });
});

test("an empty answer is an empty answer, asked for once", async () => {
  const { model, server } = await loopbackModel(inTurn(saying("", { blocks: [] })));
  expect(await model.ask(someRequest(), signal)).toMatchObject({ text: "", stop: "end" });
  expect(server.calls).toHaveLength(1);
});

test("a refusal is reported without its words, asked for once and paid", async () => {
  const { model, server } = await loopbackModel(
    inTurn(saying("I would ra", { stop: "refusal", stopDetails: { category: "frontier_llm" } })),
  );
  const reply = await model.ask(someRequest(), signal);
  expect(reply).toMatchObject({ text: "", stop: "refusal", tokens: { input: 7 } });
  expect(reply.usd).toBeGreaterThan(0);
  expect(server.calls).toHaveLength(1);
});

test("an answer that was cut is continued where it stopped, said as one and paid as two", async () => {
  const { model, server } = await loopbackModel(
    inTurn(
      saying("Here:\n```python\nrate = 0.1\ntrees = 10", { stop: "max_tokens" }),
      saying("```python\n0\n```"),
    ),
  );
  const reply = await model.ask(someRequest(), signal);
  expect(reply).toMatchObject({
    text: "Here:\n```python\nrate = 0.1\ntrees = 100\n```",
    stop: "end",
    tries: [{ outcome: "continued" }, { outcome: "answered" }],
  });
  expect(server.calls[1]?.body.messages).toMatchObject([
    { role: "user", content: "Write the first solution." },
    { role: "assistant", content: "Here:\n```python\nrate = 0.1\ntrees = 10" },
    { role: "user", content: expect.stringMatching(/cut at the length limit/u) },
  ]);
});

test("data that was cut, and what was cut before its first word, is asked for once more with twice the room", async () => {
  for (const [blocks, asked] of [
    [[{ type: "text", text: '{"a": [' }], { schema }],
    [[{ type: "thinking", thinking: "hm" }], {}],
  ] as const) {
    const { model, server } = await loopbackModel(
      inTurn(saying("", { blocks: [...blocks], stop: "max_tokens" }), saying("whole")),
    );
    const reply = await model.ask(someRequest({ maxOutputTokens: 1500, ...asked }), signal);
    expect(reply).toMatchObject({ text: "whole", stop: "end" });
    expect(server.calls.map(({ body }) => [body.max_tokens, body.messages.length])).toEqual([
      [1500, 1],
      [3000, 1],
    ]);
  }
});

test("an answer that stays too long, and one that fills the context, says that it was cut", async () => {
  const { model, server } = await loopbackModel(inTurn(saying("half", { stop: "max_tokens" })));
  expect(await model.ask(someRequest(), signal)).toMatchObject({ stop: "max-tokens" });
  expect(server.calls).toHaveLength(6);
  const full = await loopbackModel(
    inTurn(saying("half", { stop: "model_context_window_exceeded" })),
  );
  expect(await full.model.ask(someRequest(), signal)).toMatchObject({
    text: "half",
    stop: "max-tokens",
  });
  expect(full.server.calls).toHaveLength(1);
});

test("a model without a known price answers, at a price of null", async () => {
  const { model } = await loopbackModel(inTurn(saying("ok")), { name: "my-own-model" });
  expect(await model.ask(someRequest(), signal)).toMatchObject({
    text: "ok",
    model: "my-own-model",
    usd: null,
  });
  expect(model.worstCase(someRequest()).usd).toBeNull();
});

test("no answer costs more than the worst case", async () => {
  const { model } = await loopbackModel(inTurn(saying("x".repeat(2000))));
  const request = someRequest({ prompt: "Ünïcödé 汉字 ".repeat(300), schema });
  const worst = model.worstCase(request);
  const reply = await model.ask(request, signal);
  const { input, cacheRead, cacheWrite, output } = reply.tokens;
  expect(worst.tokens).toBeGreaterThan(input + cacheRead + cacheWrite + output);
  expect(worst.usd ?? 0).toBeGreaterThan(reply.usd ?? Number.POSITIVE_INFINITY);
  expect(model.worstCase({ ...request, webSearch: true }).tokens).toBeGreaterThan(worst.tokens);
});

test("an endpoint that is no web address is refused at once", () => {
  expect(() =>
    anthropicModel({
      name: "m",
      apiKey: "k",
      baseUrl: "localhost:8000",
      prices: null,
    }),
  ).toThrow(ConfigInvalid);
});
