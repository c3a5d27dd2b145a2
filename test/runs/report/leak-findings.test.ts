import { expect, test } from "vitest";
import { showRun, showText } from "../../../agent/cli/runs/show.ts";
import type { EventValue } from "../../../runs/events/events.ts";
import { checksOf } from "../../../runs/report/leak-findings.ts";
import { runWorld } from "../../fakes/run-world.ts";
import { openWorld } from "../../fakes/world.ts";

test("each finding is told with its line of code, each canary with its reason", async () => {
  const world = await openWorld();
  const solution = "track-1/init-1";
  const found = {
    line: 9,
    code: "scaler.fit(test)",
    rule: "fit-on-test",
    why: "fits on test rows",
  };
  const states: [EventValue<"leaks-checked">["state"], EventValue<"leaks-checked">["leakage"]][] = [
    ["check", null],
    ["fix", null],
    ["recheck", null],
    ["evaluate", "suspected"],
  ];
  for (const [index, [state, leakage]] of states.entries()) {
    const why = leakage === null ? null : "leakage: it saw the test rows";
    const findings = state === "fix" ? [{ ...found, rule: "leakage-checker" }] : [found];
    const value = { solution, state, leakage, why, findings };
    await world.handle.run.journal.step(
      "leaks-checked",
      `${solution}/leaks/${index}`,
      async () => value,
    );
  }
  await world.handle.run.journal.step("canary", `${solution}/canary`, async () => ({
    solution,
    asked: "leakage",
    verdict: "above-chance" as const,
    why: "it scores 0.9",
  }));
  const { events } = world.journal;
  const checks = checksOf(events);
  expect(checks).toEqual({
    [solution]: [
      "line 9 `scaler.fit(test)`: fit-on-test: fits on test rows",
      "corrected: line 9 `scaler.fit(test)`: leakage-checker: fits on test rows",
      "suspected: leakage: it saw the test rows",
      "canary: above-chance: it scores 0.9",
    ],
  });
  await world.close();
});

test("`runs show` tells them below the attempt", async () => {
  const { world } = await runWorld({
    config: { candidates: 1, outerSteps: 0 },
    knows: () => true,
  });
  const text = showText(await showRun(world.folder));
  expect(text).toMatch(
    /track-1\/init-1 .*\n +.*canary: above-chance: trained on shuffled answers it scores/u,
  );
  await world.close();
});
