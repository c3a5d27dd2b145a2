import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { commitBlend, commitEvaluated } from "../../../agent/run/commit.ts";
import type { Solution } from "../../../agent/solution.ts";
import { openWorld } from "../../fakes/world.ts";
import { handClock, reply, verdict } from "../../runs/journal-fixture.ts";

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

test("a blend is the same commit when a check of a member is journaled while it is made", async () => {
  const clock = handClock();
  await using world = await openWorld({ clock });
  const { run } = world.handle;
  const members = ["track-1/init-1", "track-2/init-1"];
  for (const member of members) {
    await world.journal.append("answered", `${member}/initializer/1`, reply());
    const { evaluation } = verdict(member, null, 0.8);
    const solution = { id: member, parent: null, origin: "init", track: null, plan: null } as const;
    await commitEvaluated(run, { ...solution, code: `x = "${member}"\n` }, evaluation, null);
  }
  const weights = [0.5, 0.5];
  const blend = { method: "mean", members, weights, score: 0.9, interval: [0.8, 1] } as const;
  const found = { ...blend, members, weights, interval: [0.8, 1] as [number, number], views: [] };
  const first = await commitBlend(run, { ...found, banked: [] }, "blend/mean");
  clock.pass(60);
  await world.journal.append("answered", `${members[1]}/canary/leakage-checker/1`, reply());
  expect(await commitBlend(run, { ...found, banked: [] }, "blend/mean")).toBe(first);
});
