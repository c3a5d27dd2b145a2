import { expect, test } from "vitest";
import { loopbackModel } from "../../fakes/loopback-model.ts";
import { failing, inTurn, saying } from "../../fakes/messages-server.ts";
import { someRequest } from "../../fakes/request.ts";

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

test("a search tool that is turned down gives way to the older one, then to none", async () => {
  const { model, server } = await loopbackModel(({ body }) =>
    body.tools === undefined ? saying("[]") : failing(400, `unknown tool ${body.tools[0]?.type}`),
  );
  for (const prompt of ["one", "two"]) {
    await model.ask(someRequest({ webSearch: true, prompt }), signal);
  }
  expect(server.calls.map(({ body }) => body.tools?.[0]?.type ?? null)).toEqual([
    "web_search_20260318",
    "web_search_20250305",
    null,
    null,
  ]);
});

test("a search that the organisation switched off is done without", async () => {
  const { model } = await loopbackModel(({ body }) =>
    body.tools === undefined ? saying("[]") : failing(403, "web search is not enabled"),
  );
  expect((await model.ask(someRequest({ webSearch: true }), signal)).text).toBe("[]");
});

test("effort that a model does not know is left out, and a guess that did not help is forgotten", async () => {
  const { model, server } = await loopbackModel(
    ({ body }) =>
      body.output_config?.effort === undefined ? saying("ok") : failing(400, "bad request"),
    { effort: "high" },
  );
  await model.ask(someRequest({ schema }), signal);
  await model.ask(someRequest({ schema }), signal);
  expect(server.calls.map(({ body }) => Object.keys(body.output_config ?? {}))).toEqual([
    ["format", "effort"],
    ["effort"],
    [],
    [],
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
