import { expect, test } from "vitest";
import { someRequest } from "../../../fakes/request.ts";
import { loopbackModel } from "../../../fakes/servers/loopback-model.ts";
import { failing, inTurn, saying } from "../../../fakes/servers/messages-server.ts";

const { signal } = new AbortController();

const schema = {
  type: "object",
  properties: { name: { type: "string", minLength: 3 } },
  required: ["name"],
};

test("a schema is sent in the form the API takes", async () => {
  const { model, server } = await loopbackModel(inTurn(saying('{"name":"abc"}')));
  expect((await model.ask(someRequest({ schema }), signal)).text).toBe('{"name":"abc"}');
  expect(server.calls[0]?.body.output_config).toEqual({
    format: {
      type: "json_schema",
      schema: {
        type: "object",
        properties: { name: { type: "string", description: "{minLength: 3}" } },
        required: ["name"],
        additionalProperties: false,
      },
    },
  });
});

test("a schema that cannot be expressed is left to the prompt", async () => {
  const { model, server } = await loopbackModel(inTurn(saying("{}")));
  await model.ask(someRequest({ schema: { properties: {} } }), signal);
  expect(server.calls[0]?.body).not.toHaveProperty("output_config");
});

test("a server without structured output is asked without, from then on", async () => {
  const { model, server } = await loopbackModel(({ body }) =>
    body.output_config?.format === undefined
      ? saying("{}")
      : failing(400, "output_config: Extra inputs are not permitted"),
  );
  for (const prompt of ["one", "two"]) {
    expect((await model.ask(someRequest({ schema, prompt }), signal)).text).toBe("{}");
  }
  expect(server.calls.map(({ body }) => "output_config" in body)).toEqual([true, false, false]);
});

test("web tools that are turned down give way to older ones, then to none", async () => {
  const { model, server } = await loopbackModel(({ body }) =>
    body.tools === undefined ? saying("[]") : failing(400, `unknown tool ${body.tools[0]?.type}`),
  );
  for (const prompt of ["one", "two"]) {
    await model.ask(someRequest({ webSearch: true, prompt }), signal);
  }
  const tools = server.calls.map(({ body }) => (body.tools ?? []).map(({ type }) => type));
  expect(tools).toEqual([
    ["web_search_20260318", "web_fetch_20260318"],
    ["web_search_20250305", "web_fetch_20250910"],
    ["web_search_20250305"],
    [],
    [],
  ]);
});

test("a search that the organization switched off is done without", async () => {
  const { model } = await loopbackModel(({ body }) =>
    body.tools === undefined ? saying("[]") : failing(403, "web search is not enabled"),
  );
  expect((await model.ask(someRequest({ webSearch: true }), signal)).text).toBe("[]");
});

test("effort that a model does not know is left out from then on", async () => {
  const { model, server } = await loopbackModel(({ body }) =>
    body.output_config?.effort === undefined ? saying("ok") : failing(400, "effort: unknown field"),
  );
  for (const _ of [1, 2]) await model.ask(someRequest({ schema, effort: "high" }), signal);
  expect(server.calls.map(({ body }) => Object.keys(body.output_config ?? {}))).toEqual([
    ["format", "effort"],
    ["format"],
    ["format"],
  ]);
});

test("a server that turns everything optional down without a reason is asked in the plainest form", async () => {
  const { model, server } = await loopbackModel(({ body }) =>
    typeof body.system === "string" && body.output_config === undefined
      ? saying("{}")
      : failing(400, "bad request"),
  );
  const parts = { rules: "Be brief.\n", script: "x = 1\n", rest: "Go." };
  const request = someRequest({ schema, effort: "high", prompt: "Be brief.\nx = 1\nGo.", parts });
  for (const _ of [1, 2]) expect((await model.ask(request, signal)).text).toBe("{}");
  const { body } = server.calls.at(-1) ?? {};
  expect(body).toEqual({
    model: "claude-opus-5-5",
    max_tokens: 1000,
    stream: true,
    system: `${request.brief.text}\nBe brief.\n`,
    messages: [{ role: "user", content: "x = 1\nGo." }],
  });
  // Schema, effort and marks, one after the other; the second time no guess is needed.
  expect(server.calls).toHaveLength(5);
});

test("what stays the same longest comes first, each part a cache may end at marked", async () => {
  const { model, server } = await loopbackModel(inTurn(saying("ok")), { cache: "1h" });
  const parts = { rules: "Rules.\n", script: "x = 1\n", rest: "Go." };
  await model.ask(someRequest({ prompt: "Rules.\nx = 1\nGo.", parts }), signal);
  const short = { cache_control: { type: "ephemeral" } };
  const brief = someRequest().brief.text;
  const long = { cache_control: { type: "ephemeral", ttl: "1h" } };
  expect(server.calls[0]?.body).toMatchObject({
    system: [
      { text: brief, ...long },
      { text: "Rules.\n", ...short },
    ],
    messages: [{ role: "user", content: [{ text: "x = 1\n", ...short }, { text: "Go." }] }],
  });
});

test("a server that knows no long cache gets a short one, and one that knows none is sent plain text", async () => {
  const words = ["cache_control.ttl: unknown", "cache_control: unknown"];
  const { model, server } = await loopbackModel(
    ({ count }) => (count <= 2 ? failing(400, words[count - 1] ?? "") : saying("ok")),
    { cache: "1h" },
  );
  expect((await model.ask(someRequest(), signal)).text).toBe("ok");
  const marks = server.calls.map(({ body }) =>
    typeof body.system === "string" ? null : body.system[0]?.cache_control,
  );
  expect(marks).toEqual([{ type: "ephemeral", ttl: "1h" }, { type: "ephemeral" }, null]);
});

test("what the server tells of a model is used: thought, effort by role, room, and what it lacks", async () => {
  const { model, server } = await loopbackModel(inTurn(saying("ok")));
  const yes = { supported: true };
  server.modelInfo = {
    id: "claude-opus-5-5",
    max_tokens: 700,
    capabilities: {
      effort: yes,
      thinking: { supported: true, types: { adaptive: yes } },
      structured_outputs: { supported: false },
      server_tools: { web_search: { supported: false } },
    },
  };
  const request = someRequest({ role: "summarizer", schema, webSearch: true });
  await model.ask(request, signal);
  await model.ask({ ...request, role: "coder" }, signal);
  await model.ask({ ...request, effort: "max" }, signal);
  expect(server.calls[0]?.body).toMatchObject({ max_tokens: 700, thinking: { type: "adaptive" } });
  expect(server.calls[0]?.body).not.toHaveProperty("tools");
  expect(server.calls.map(({ body }) => body.output_config)).toEqual([
    { effort: "low" },
    undefined,
    { effort: "max" },
  ]);
});

test("a model that may say less is asked for less", async () => {
  const { model, server } = await loopbackModel(({ body }) =>
    body.max_tokens <= 1024
      ? saying("ok")
      : failing(400, "max_tokens: 4000 > 1024, which is the maximum allowed for this model"),
  );
  for (const prompt of ["one", "two"]) {
    await model.ask(someRequest({ prompt, maxOutputTokens: 4000 }), signal);
  }
  expect(server.calls.map(({ body }) => body.max_tokens)).toEqual([4000, 1024, 1024]);
});
