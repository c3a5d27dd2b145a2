import { expect, test } from "vitest";
import { checkModel } from "../../../agent/models/check-model.ts";
import { scriptedModel } from "../../../agent/models/scripted.ts";
import { ModelUnavailable } from "../../../runs/errors.ts";
import { loopbackModel } from "../../fakes/servers/loopback-model.ts";
import { failing, inTurn, saying } from "../../fakes/servers/messages-server.ts";

test("a hello tells who answered, for how many tokens and dollars", async () => {
  const { model, server } = await loopbackModel(inTurn(saying("hello")));
  expect(await checkModel(model)).toMatch(
    /^claude-opus-5-5 answered in \d+\.\d s \(\d+ tokens, \$0\.0002\)$/u,
  );
  expect(server.calls).toHaveLength(1);
});

test("an unknown price and a refusal are said", async () => {
  const model = scriptedModel(() => ({ usd: null, stop: "refusal", seconds: 1.25 }));
  expect(await checkModel(model)).toBe(
    "scripted refused a hello in 1.3 s (0 tokens, price unknown)",
  );
});

test("a model that cannot be reached says why", async () => {
  const { model } = await loopbackModel(inTurn(failing(401)));
  await expect(checkModel(model)).rejects.toThrow(ModelUnavailable);
  await expect(checkModel(model)).rejects.toThrow("set ANTHROPIC_API_KEY");
});
