import { expect, test } from "vitest";
import { resolveSettings } from "../../../agent/cli/settings.ts";

test("none is a value where a setting has it, and no limit where it has not", () => {
  const set = ["fallback=none", "search=none", "network=none", "maxUsd=none", "card=null"];
  expect(resolveSettings({ set }, {})).toMatchObject({
    fallback: "none",
    search: "none",
    network: "none",
    maxUsd: null,
    card: null,
  });
});

test("lists of models and roles come with commas or, in a configuration of a batch, with plus signs", () => {
  const set = ["policy=alternate", "turnModels=playbook+openai:local", "roleTools=coder,debugger"];
  expect(resolveSettings({ set }, {})).toMatchObject({
    policy: "alternate",
    turnModels: ["playbook", "openai:local"],
    roleTools: ["coder", "debugger"],
  });
  expect(() => resolveSettings({ set: ["roleTools=merger"] }, {})).toThrow(/roleTools/u);
  expect(() => resolveSettings({ set: ["policy=agentic"] }, {})).toThrow(/policy/u);
});
