import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { endProcess, isAlive } from "../../../sandbox/groups.ts";

test("a process is ended, and ending one that has just ended by itself is no error", async () => {
  const sleeper = spawn("sleep", ["600"], { stdio: "ignore" });
  const pid = sleeper.pid ?? 0;
  const gone = once(sleeper, "exit");
  endProcess(pid);
  await gone;
  expect(isAlive(pid)).toBe(false);
  expect(() => endProcess(pid)).not.toThrow();
});
