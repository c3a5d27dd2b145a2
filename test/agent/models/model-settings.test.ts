import { expect, test } from "vitest";
import { Config } from "../../../agent/config.ts";
import { settingsFor } from "../../../agent/models/model-settings.ts";

const wish = (settings: unknown, role = "coder", phase: "refine" | "ensemble" = "refine") =>
  settingsFor(Config.parse(settings), role, phase);

test("without a word every role has the model that is chosen for all", () => {
  expect(wish({})).toEqual({
    ...{ model: "auto", baseUrl: null, fallbacks: [], effort: null, maxOutputTokens: null },
  });
});

test("a role goes before its phase, a phase before the default, field by field", () => {
  const models = {
    default: { model: "anthropic:a", effort: "low", fallbacks: ["openai:f"] },
    ensemble: { effort: "xhigh", maxOutputTokens: 5000 },
    coder: { model: "openai:c", baseUrl: "http://localhost:1/v1", maxOutputTokens: "9000" },
  };
  expect(wish({ models })).toEqual({
    ...{ model: "openai:c", baseUrl: "http://localhost:1/v1", fallbacks: ["openai:f"] },
    ...{ effort: "low", maxOutputTokens: 9000 },
  });
  expect(wish({ models }, "coder", "ensemble")).toMatchObject({
    effort: "xhigh",
    maxOutputTokens: 9000,
  });
  expect(wish({ models }, "planner", "ensemble")).toMatchObject({
    ...{ model: "anthropic:a", effort: "xhigh", maxOutputTokens: 5000 },
  });
});

test("the flag goes before the default's model, and roleModels before that", () => {
  const models = { default: "anthropic:a" };
  expect(wish({ models, model: "anthropic:b" }).model).toBe("anthropic:b");
  expect(wish({ models, roleModels: { coder: "playbook" } }).model).toBe("playbook");
});

test("another model is not looked for at the address of the one it replaces", () => {
  const settings = {
    model: "openai:a",
    baseUrl: "http://localhost:1/v1",
    models: { coder: "openai:b", planner: { effort: "low" } },
  };
  expect(wish(settings).baseUrl).toBeNull();
  expect(wish(settings, "planner").baseUrl).toBe("http://localhost:1/v1");
});

test("a role or phase that is none is named with those there are", () => {
  const parsed = Config.safeParse({ models: { codr: "playbook" } });
  expect(parsed.error?.issues[0]?.message).toMatch(
    /unknown role or phase "codr"; known: default, .*coder.*refine/u,
  );
});
