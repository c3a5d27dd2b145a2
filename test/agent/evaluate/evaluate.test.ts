import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Request } from "../../../agent/models/model.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";

test("shows the debugger a fresh error each round and stops when the script runs", async () => {
  const behavior = (code: string) =>
    code.includes("fixed")
      ? { score: 0.6 }
      : { outcome: "error" as const, exitCode: 1, log: `NameError in ${code.length}` };
  const answers = inTurn("debugger", [
    fenced(script(0.6, "still broken, longer")),
    fenced(script(0.6, "fixed")),
  ]);
  await using ran = await runWorld({
    behavior,
    answers,
    config: { candidates: 1, outerSteps: 0 },
  });
  const errors = ran.world.model.asked
    .filter((each) => each.role === "debugger")
    .map((each) => (each.input as { error: string }).error);
  expect(errors).toHaveLength(2);
  expect(errors[0]).not.toBe(errors[1]);
  expect(values(ran.world, "evaluated").map((each) => each.solution)).toEqual([
    "track-1/init-1",
    "track-1/init-1/fix-1",
    "track-1/init-1/fix-2",
  ]);
});

test("a script that exits 0 without a valid submission is debugged too, with the referee's exact reason (defect 7)", async () => {
  const behavior = (code: string) =>
    code.includes("fixed") ? { score: 0.6 } : { submission: "rubbish" };
  await using ran = await runWorld({
    behavior,
    answers: inTurn("debugger", [fenced(script(0.6, "fixed"))]),
    config: { candidates: 1, outerSteps: 0 },
  });
  const [debug] = ran.world.model.asked.filter((each) => each.role === "debugger");
  expect(debug?.input).toMatchObject({
    status: "invalid-submission",
    error: "column y is missing",
  });
});

test("a leak that is found is corrected, checked again, and the script is then run (defects 1, 2, 13)", async () => {
  const verdicts = [
    JSON.stringify({ leaky: true, block: 'feature = "x"', why: "uses the target" }),
    JSON.stringify({ leaky: false, block: "", why: "" }),
  ];
  const check = inTurn("leakage-checker", verdicts);
  const correct = inTurn("leakage-corrector", ['```python\nfeature = "clean"\n```']);
  const answers = (request: Request) => check(request) ?? correct(request);
  await using ran = await runWorld({
    answers,
    config: { candidates: 1, outerSteps: 0, leakageModel: "always" },
  });
  const code = await readFile(
    join(ran.world.folder, "attempts", "track-1", "init-1", "solution.py"),
    "utf8",
  );
  expect(code).toContain('feature = "clean"');
  expect(values(ran.world, "evaluated")[0]).toMatchObject({ evaluation: { status: "scored" } });
});

test("a malformed leakage verdict is asked for again and never ends the run (defect 1)", async () => {
  await using ran = await runWorld({
    answers: inTurn("leakage-checker", ["maybe?"]),
    config: { leakageModel: "always", candidates: 1, outerSteps: 0 },
  });
  expect(ran.finished.solution).not.toBeNull();
  expect(values(ran.world, "evaluated")[0]).toMatchObject({
    evaluation: { status: "scored", warning: expect.stringContaining("not checked") },
  });
});

test("what the rules refuse at sight is never run", async () => {
  const leaky = script(0.99).replace('feature = "x"', 'feature = open(".trace").read()');
  await using ran = await runWorld({
    answers: (request) =>
      ["initializer", "debugger"].includes(request.role) ? fenced(leaky) : null,
    config: { candidates: 1, outerSteps: 0, debugRounds: 0 },
  });
  expect(values(ran.world, "evaluated")[0]).toMatchObject({
    evaluation: { status: "leaky", score: null },
  });
  expect(ran.world.executed.filter((job) => job.at.startsWith("track-1/init"))).toHaveLength(0);
});
