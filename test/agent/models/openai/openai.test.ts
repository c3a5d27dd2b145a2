import { expect, test } from "vitest";
import { openAiModel } from "../../../../agent/models/openai/openai.ts";
import { ConfigInvalid } from "../../../../runs/errors.ts";
import { someBrief, someRequest } from "../../../fakes/request.ts";
import { loopbackChat } from "../../../fakes/servers/loopback-model.ts";
import { failing, inTurn, saying } from "../../../fakes/servers/loopback-server.ts";

const { signal } = new AbortController();
const schema = {
  type: "object",
  properties: { name: { type: "string" } },
  required: ["name"],
};

test("a request streams with usage, brief and rules first, and limits its length", async () => {
  const { model, server } = await loopbackChat(inTurn(saying("ok")));
  const parts = { rules: "Be brief.\n", script: "x = 1\n", rest: "Go." };
  const prompt = "Be brief.\nx = 1\nGo.";
  await model.ask(someRequest({ prompt, parts, schema, effort: "low" }), signal);
  expect(server.calls[0]?.body).toEqual({
    model: "claude-opus-5-5",
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 1000,
    reasoning_effort: "low",
    messages: [
      { role: "system", content: `${someBrief().text}\nBe brief.\n` },
      { role: "user", content: "x = 1\nGo." },
    ],
    response_format: {
      type: "json_schema",
      json_schema: {
        name: "initializer",
        strict: true,
        schema: { ...schema, additionalProperties: false },
      },
    },
  });
  expect(server.calls[0]?.headers.authorization).toBe("Bearer secret-key-123");
});

test("an answer comes back with its words, tokens by kind and request id, and no thought is taken for one", async () => {
  const { model } = await loopbackChat(
    inTurn(
      saying("", {
        blocks: [
          { type: "thinking", thinking: "let me print 7" },
          { type: "text", text: "print(6)" },
          { type: "tool_use", id: "t", name: "f", input: {} },
        ],
        stop: "eos",
      }),
    ),
  );
  const reply = await model.ask(someRequest(), signal);
  expect(reply).toMatchObject({ text: "print(6)", stop: "end", estimated: false });
  expect(reply).toMatchObject({ requestId: "req_1", tokens: { cacheRead: 2, cacheWrite: 0 } });
  expect(reply.tokens.thinking).toBeGreaterThan(0);
  expect(reply.tokens.output).toBeGreaterThan(reply.tokens.thinking ?? Number.POSITIVE_INFINITY);
});

test.each([
  ["<think>7?\n</think>\n\nprint(6)", "print(6)"],
  ["7 or 6, I wonder\n</think>\nprint(6)", "print(6)"],
  ["<think>it never ends", ""],
  ["print('<think>') # </think>", "print('<think>') # </think>"],
])("of the text %j the answer is %j", async (text, answer) => {
  const { model } = await loopbackChat(inTurn(saying(text)));
  expect((await model.ask(someRequest(), signal)).text).toBe(answer);
});

test("usage that is not told is estimated, and marked so", async () => {
  const { model } = await loopbackChat(inTurn(saying("x".repeat(700), { usage: false })));
  const reply = await model.ask(someRequest(), signal);
  expect(reply).toMatchObject({ estimated: true, tokens: { output: 200 } });
  expect(reply.tokens.input).toBeGreaterThan(5);
  expect(reply.usd).toBeGreaterThan(0);
});

test("a local server needs no key, and is sent none", async () => {
  const { model, server } = await loopbackChat(inTurn(saying("ok")), { apiKey: null });
  expect((await model.ask(someRequest(), signal)).text).toBe("ok");
  expect(server.calls[0]?.headers).not.toHaveProperty("authorization");
});

test("a server that does not stream is understood", async () => {
  const { model } = await loopbackChat(inTurn(saying("whole", { unstreamed: true })));
  const reply = await model.ask(someRequest(), signal);
  expect(reply).toMatchObject({ text: "whole", stop: "end", estimated: false });
});

test("what a server does not know is left out from then on: schema, then form, usage, the name of the limit, system", async () => {
  const refusals: [(body: Record<string, unknown>) => boolean, string][] = [
    [(body) => JSON.stringify(body).includes("json_schema"), "response_format json_schema"],
    [(body) => "response_format" in body, "response_format is not supported"],
    [(body) => "stream_options" in body, "unknown field stream_options"],
    [(body) => "max_tokens" in body, "use max_completion_tokens, not max_tokens"],
    [(body) => JSON.stringify(body).includes('"system"'), "System role not supported"],
  ];
  const { model, server } = await loopbackChat(({ body }) => {
    const [, why = null] = refusals.find(([knows]) => knows(body)) ?? [];
    return why === null ? saying("{}") : failing(400, why);
  });
  for (const _ of [1, 2])
    expect((await model.ask(someRequest({ schema }), signal)).text).toBe("{}");
  expect(server.calls).toHaveLength(7);
  const { messages, ...body } = server.calls[6]?.body ?? { messages: [] };
  expect(body).toEqual({ model: "claude-opus-5-5", stream: true, max_completion_tokens: 1000 });
  expect(messages.map(({ role }) => role)).toEqual(["user"]);
});

test("a reply longer than the context leaves is asked for shorter, a question longer than it is told apart", async () => {
  const { model, server } = await loopbackChat(
    inTurn(
      failing(
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 34000 tokens (2000 in the messages, 32000 in the completion).",
      ),
      saying("short"),
      failing(
        400,
        "This model's maximum context length is 4096 tokens, your prompt has 9000 tokens",
      ),
    ),
  );
  const request = someRequest({ maxOutputTokens: 32_000 });
  expect((await model.ask(request, signal)).text).toBe("short");
  expect(server.calls.map(({ body }) => body.max_tokens)).toEqual([32_000, 2080]);
  await expect(model.ask(request, signal)).rejects.toThrow(
    "the question is longer than the context of model claude-opus-5-5",
  );
});

test.each([
  ["a filter", { stop: "content_filter" }],
  ["its own words", { blocks: [{ type: "refusal", refusal: "I can't." }] }],
])("a refusal by %s is one, without its words", async (_, how) => {
  const { model } = await loopbackChat(inTurn(saying("half an ans", how)));
  expect(await model.ask(someRequest(), signal)).toMatchObject({ text: "", stop: "refusal" });
});

test("a model without a name and an address that is none are refused at once", () => {
  const options = { name: "m", apiKey: null, baseUrl: "localhost:8000", prices: null };
  expect(() => openAiModel(options)).toThrow(ConfigInvalid);
  expect(() => openAiModel({ ...options, name: "", baseUrl: null })).toThrow("name the model");
});

test("an answer that fills the context while it is continued is one that was cut, not a failure", async () => {
  const { model, server } = await loopbackChat(
    inTurn(
      saying("the first half", { stop: "length" }),
      failing(400, "This model's maximum context length is 64 tokens, 70 in the messages"),
    ),
  );
  const reply = await model.ask(someRequest(), signal);
  expect(reply).toMatchObject({ text: "the first half", stop: "max-tokens" });
  expect(reply.tries).toHaveLength(1);
  expect(server.calls).toHaveLength(2);
});
