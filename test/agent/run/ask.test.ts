import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Request } from "../../../agent/models/model.ts";
import { LimitReached } from "../../../runs/errors.ts";
import type { PaidTry } from "../../../runs/events/events.ts";
import { noTokens, spentOn } from "../../../runs/ledger.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";

describe("robustness", () => {
  test("shows the debugger a fresh error each round and stops when the script runs", async () => {
    const behavior = (code: string) =>
      code.includes("fixed")
        ? { score: 0.6 }
        : { outcome: "error" as const, exitCode: 1, log: `NameError in ${code.length}` };
    const answers = inTurn("debugger", [
      fenced(script(0.6, "still broken, longer")),
      fenced(script(0.6, "fixed")),
    ]);
    const { world } = await runWorld({
      behavior,
      answers,
      config: { candidates: 1, outerSteps: 0 },
    });
    const errors = world.model.asked
      .filter((each) => each.role === "debugger")
      .map((each) => (each.input as { error: string }).error);
    expect(errors).toHaveLength(2);
    expect(errors[0]).not.toBe(errors[1]);
    expect(values(world, "evaluated").map((each) => each.solution)).toEqual([
      "track-1/init-1",
      "track-1/init-1/fix-1",
      "track-1/init-1/fix-2",
    ]);
    await world.close();
  });

  test("a script that exits 0 without a valid submission is debugged too, with the referee's exact reason (defect 7)", async () => {
    const behavior = (code: string) =>
      code.includes("fixed") ? { score: 0.6 } : { submission: "rubbish" };
    const { world } = await runWorld({
      behavior,
      answers: inTurn("debugger", [fenced(script(0.6, "fixed"))]),
      config: { candidates: 1, outerSteps: 0 },
    });
    const [debug] = world.model.asked.filter((each) => each.role === "debugger");
    expect(debug?.input).toMatchObject({
      status: "invalid-submission",
      error: "column y is missing",
    });
    await world.close();
  });

  test("a leak that is found is corrected, checked again, and the script is then run (defects 1, 2, 13)", async () => {
    const verdicts = [
      JSON.stringify({ leaky: true, block: 'feature = "x"', why: "uses the target" }),
      JSON.stringify({ leaky: false, block: "", why: "" }),
    ];
    const check = inTurn("leakage-checker", verdicts);
    const correct = inTurn("leakage-corrector", ['```python\nfeature = "clean"\n```']);
    const answers = (request: Request) => check(request) ?? correct(request);
    const { world } = await runWorld({
      answers,
      config: { candidates: 1, outerSteps: 0, leakageModel: true },
    });
    const code = await readFile(
      join(world.folder, "attempts", "track-1", "init-1", "solution.py"),
      "utf8",
    );
    expect(code).toContain('feature = "clean"');
    expect(values(world, "evaluated")[0]).toMatchObject({ evaluation: { status: "scored" } });
    await world.close();
  });

  test("a malformed leakage verdict is asked for again and never ends the run (defect 1)", async () => {
    const { world, finished } = await runWorld({
      answers: inTurn("leakage-checker", ["maybe?"]),
      config: { leakageModel: true, candidates: 1, outerSteps: 0 },
    });
    expect(finished.solution).not.toBeNull();
    expect(values(world, "evaluated")[0]).toMatchObject({
      evaluation: { status: "scored", warning: expect.stringContaining("not checked") },
    });
    await world.close();
  });

  test("a fatal static finding is never run", async () => {
    const leaky = script(0.99).replace('feature = "x"', 'feature = open("/etc/passwd").read()');
    const { world } = await runWorld({
      answers: (request) =>
        ["initialiser", "debugger"].includes(request.role) ? fenced(leaky) : null,
      config: { candidates: 1, outerSteps: 0, debugRounds: 0 },
    });
    expect(values(world, "evaluated")[0]).toMatchObject({
      evaluation: { status: "leaky", score: null },
    });
    expect(world.executed.filter((job) => job.at.startsWith("track-1/init"))).toHaveLength(0);
    await world.close();
  });

  test("empty, refused and truncated replies fail the step, not the run (defects 6, 8)", async () => {
    const answers = (request: Request) => {
      if (request.role === "merger") return { text: "", stop: "refusal" as const };
      return request.role === "ablation" ? { text: "[{", stop: "max-tokens" as const } : null;
    };
    const { world, finished } = await runWorld({ answers });
    expect(finished.solution).not.toBeNull();
    await world.close();
  });

  test("tells the model what was unreadable when it asks again", async () => {
    const { world } = await runWorld({
      answers: inTurn("initialiser", ["sorry, no code", fenced(script(0.6))]),
      config: { candidates: 1, outerSteps: 0 },
    });
    const asked = world.model.asked.filter((each) => each.role === "initialiser");
    expect(asked).toHaveLength(2);
    expect(asked[1]?.prompt).toContain("could not be used");
    await world.close();
  });

  test("what a call cost that brought no reply is journaled, and a call that may not go on is not begun again", async () => {
    const paid: PaidTry = {
      ...{ model: "big", outcome: "broken", why: "cut", usd: 0.5, seconds: 1, requestId: null },
      ...{ tokens: { ...noTokens(), input: 7 }, estimated: false },
    };
    const lost = new LimitReached("usd", { tries: [paid, paid] });
    const answers = (request: Request) => (request.role === "merger" ? lost : null);
    const { world, finished } = await runWorld({ answers });
    expect(finished.solution).not.toBeNull();
    expect(values(world, "unanswered")).toMatchObject([
      { role: "merger", why: "limit reached: usd", usd: 1, tokens: { input: 14 } },
    ]);
    expect(spentOn(world.journal.events)).toMatchObject({ usd: 1, tokens: { input: 14 } });
    expect([...world.handle.reached]).toEqual(["usd"]);
    const key = "track-1/merge-1/merger/1/limit";
    expect(world.journal.find("limit-checked", key)?.value).toEqual({
      allowed: false,
      limit: "usd",
    });
    await world.close();
  });
});
