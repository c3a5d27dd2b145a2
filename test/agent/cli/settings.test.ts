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

test("variables that choose interpreters, images and wheels are no settings of a run, and any other one is refused", () => {
  const own = ["PYTHON", "TRAINER_PYTHON", "BASE_IMAGE", "WHEELS", "PRICES", "CACHE"];
  const env = Object.fromEntries(own.map((name) => [`MLE_STAR_${name}`, "/somewhere"]));
  expect(resolveSettings({}, env)).toEqual(resolveSettings({}, {}));
  expect(() => resolveSettings({}, { MLE_STAR_PYTHONS: "/somewhere" })).toThrow(/MLE_STAR_PYTHONS/);
});
