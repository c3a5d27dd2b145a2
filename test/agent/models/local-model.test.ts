import { expect, test } from "vitest";
import { openAiModel } from "../../../agent/models/openai.ts";
import { allRoles } from "../../../agent/roles/all.ts";
import { promptText, Unreadable } from "../../../agent/roles/role.ts";
import { someRequest } from "../../fakes/request.ts";
import { sampleInputs } from "../roles/sample-inputs.ts";

/**
 * A real model behind a local server (llama.cpp, Ollama, vLLM): LOCAL_MODEL_URL=http://localhost:8080/v1 and
 * LOCAL_MODEL=<name>. What so small a model says need not be good, but must come through our client and be read.
 */
const { LOCAL_MODEL_URL: baseUrl, LOCAL_MODEL: name = "local" } = process.env;
if (baseUrl === undefined)
  console.log(
    "no real model is tested: LOCAL_MODEL_URL names no server of the Chat Completions API",
  );

test.skipIf(baseUrl === undefined).each(["summariser", "extractor"] as const)(
  "a real local model plays the %s",
  async (role) => {
    const model = openAiModel({ name, apiKey: null, baseUrl: baseUrl ?? null, prices: null });
    const { prompt, reply } = allRoles[role] as (typeof allRoles)["summariser"];
    const parts = prompt(sampleInputs[role] as (typeof sampleInputs)["summariser"]);
    const request = someRequest({
      ...{ role, prompt: promptText(parts), parts, schema: reply.schema, maxOutputTokens: 400 },
    });
    const said = await model.ask(request, new AbortController().signal);
    expect(said.text).not.toBe("");
    expect(said.tokens.output).toBeGreaterThan(0);
    expect(reply.read(said.text)).not.toBeInstanceOf(Unreadable);
  },
  300_000,
);
