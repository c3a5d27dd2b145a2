import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Ended, judgeExecution } from "../../sandbox/outcomes.ts";
import { jobOn } from "./engines.ts";

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), "mle-outcomes-"));
  await writeFile(join(workspace, "run.log"), "");
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const killed: Ended = { exitCode: 137, signal: null, seconds: 1, oomKilled: false, peakMb: null };

test.for([
  ["killed when its time was up", { seconds: 2 }, "timed-out"],
  ["killed then, by a clock that rounds down", { seconds: 1.993 }, "timed-out"],
  ["killed earlier", { seconds: 1.5 }, "error"],
  ["killed when its time was up, for memory", { seconds: 2, oomKilled: true }, "out-of-memory"],
  ["ended by itself when its time was up", { seconds: 2, exitCode: 0 }, "finished"],
  ["killed with all its memory in use", { oomKilled: null, peakMb: 380 }, "out-of-memory"],
  ["killed with little memory in use", { oomKilled: null, peakMb: 20 }, "error"],
  ["failed when its time was up", { seconds: 2, exitCode: 1 }, "error"],
] as const)("a script that was %s", async ([, change, outcome]) => {
  const job = jobOn({ folder: workspace, workspace, input: workspace }, { seconds: 2 });
  const { execution } = await judgeExecution(job, { ...killed, ...change }, null);
  expect(execution.outcome).toBe(outcome);
});
