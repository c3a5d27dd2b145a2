import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { commitEvaluated } from "../../../agent/run/commit.ts";
import type { Solution } from "../../../agent/solution.ts";
import { openWorld } from "../../fakes/world.ts";
import { reply, verdict } from "../../runs/journal-fixture.ts";

const id = "track-1/init-1";

test("a commit carries the plan, the score, what the leak check said, who was asked and what it cost", async () => {
  await using world = await openWorld();
  const { run } = world.handle;
  await world.journal.append("answered", `${id}/initializer/1`, reply({ role: "initializer" }));
  await world.journal.append("answered", `${id}/debugger/1`, reply({ role: "debugger" }));
  await world.journal.append("answered", "track-1/init-2/initializer/1", reply());
  const solution: Solution = {
    id,
    parent: null,
    origin: "init",
    track: "track-1",
    plan: "boosting on\nratios\u001b[31m",
    code: "x = 1\n",
  };
  const { evaluation } = verdict(id, null, 0.8);
  const { commit } = await commitEvaluated(run, solution, evaluation, null);
  const directory = join(world.folder, "history.git");
  const { stdout } = await promisify(execFile)("git", [
    "--git-dir",
    directory,
    "log",
    "-1",
    "--format=%B",
    commit,
  ]);
  expect(stdout.split("\n\n").slice(0, 2)).toEqual([
    "track-1 init 1: 0.8",
    "boosting on ratios [31m",
  ]);
  expect(stdout.split("\n\n")[2]?.split("\n").slice(0, 9)).toEqual([
    `Attempt: ${id}`,
    "Status: scored",
    "Score: 0.8",
    "Interval: -0.2 1.8",
    "Seconds: 2.0",
    "Executions: 1",
    "Leak-Check: not-asked",
    "Role: initializer, debugger",
    "Tokens: 270",
  ]);
  expect(stdout).toContain("\nDollars: 0.5\n");
});
