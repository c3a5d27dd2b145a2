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
