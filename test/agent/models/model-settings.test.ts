import { expect, test } from "vitest";
import { Config } from "../../../agent/config.ts";
import { settingsFor } from "../../../agent/models/model-settings.ts";

const settingsOf = (config: unknown, role = "coder", phase: "refine" | "ensemble" = "refine") =>
  settingsFor(Config.parse(config), role, phase);

test("by default every role has the model that is chosen for all", () => {
  expect(settingsOf({})).toEqual({
    model: "auto",
    baseUrl: null,
    fallbacks: [],
    effort: null,
    maxOutputTokens: null,
  });
});

test("a role goes before its phase, a phase before the default, field by field", () => {
  const models = {
    default: { model: "anthropic:a", effort: "low", fallbacks: ["openai:f"] },
    ensemble: { effort: "xhigh", maxOutputTokens: 5000 },
    coder: { model: "openai:c", baseUrl: "http://localhost:1/v1", maxOutputTokens: "9000" },
  };
  expect(settingsOf({ models })).toEqual({
    model: "openai:c",
    baseUrl: "http://localhost:1/v1",
    fallbacks: ["openai:f"],
    effort: "low",
    maxOutputTokens: 9000,
  });
  expect(settingsOf({ models }, "coder", "ensemble")).toMatchObject({
    effort: "xhigh",
    maxOutputTokens: 9000,
  });
  expect(settingsOf({ models }, "planner", "ensemble")).toMatchObject({
    model: "anthropic:a",
    effort: "xhigh",
    maxOutputTokens: 5000,
  });
});

test("the flag goes before the default's model, and roleModels before that", () => {
  const models = { default: "anthropic:a" };
  expect(settingsOf({ models, model: "anthropic:b" }).model).toBe("anthropic:b");
  expect(settingsOf({ models, roleModels: { coder: "playbook" } }).model).toBe("playbook");
});

test("another model does not inherit the address that is set beside the one it replaces", () => {
  const beside = { model: "openai:a", baseUrl: "http://localhost:1/v1" };
  const models = { default: beside, coder: "openai:b", planner: { effort: "low" } };
  expect(settingsOf({ models }).baseUrl).toBeNull();
  expect(settingsOf({ models }, "planner").baseUrl).toBe("http://localhost:1/v1");
  expect(settingsOf({ models, model: "anthropic:c" }, "planner").baseUrl).toBeNull();
});

test("an unknown role or phase is refused with the known ones", () => {
  const parsed = Config.safeParse({ models: { codr: "playbook" } });
  expect(parsed.error?.issues[0]?.message).toMatch(
    /unknown role or phase "codr"; known: default, .*coder.*refine/u,
  );
});
