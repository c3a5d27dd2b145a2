import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identify } from "../../../runs/record/process-identity.ts";
import { endProcess, listProcesses, namelessMb } from "../../../sandbox/linux/processes.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const named = (pid: number) => ({ pid, parent: 1, group: pid, residentMb: 0 });

test.runIf(process.platform === "linux")(
  "deleted files that are open count, in processes that can be read",
  async () => {
    await using temporary = await temporaryFolder();
    const folder = temporary.path;
    const hold = `
import sys
held = open("nameless", "wb", buffering=0)
held.write(b"x" * (3 << 20))
import os; os.remove("nameless")
print("held", flush=True); sys.stdin.read()`;
    const holder = spawn("python3", ["-c", hold], { cwd: folder, stdio: "pipe" });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    expect(namelessMb([named(holder.pid ?? 0)])).toBeCloseTo(3, 0);
    holder.stdin.end();
    // A process that is ending lists its files, which can then no longer be read.
    mkdirSync(join(folder, "7", "fd"), { recursive: true });
    symlinkSync("8", join(folder, "7", "fd", "8"));
    expect(namelessMb([named(7)], folder)).toBe(0);
  },
);

test("a process is ended, and ending one that has just ended by itself is no error", async () => {
  const sleeper = spawn("sleep", ["600"], { stdio: "ignore" });
  const pid = sleeper.pid ?? 0;
  const gone = once(sleeper, "exit");
  endProcess(pid);
  await gone;
  expect(await identify(pid)).toBeNull();
  expect(() => endProcess(pid)).not.toThrow();
});

test.runIf(process.platform === "linux")(
  "processes are listed with parent, group and the memory that they hold",
  async () => {
    const hold = "held = b'x' * (64 << 20); print('held', flush=True); input()";
    const holder = spawn("python3", ["-c", hold], { stdio: "pipe", detached: true });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const pid = holder.pid ?? 0;
    const listed = await listProcesses();
    holder.stdin.end();
    expect(listed.filter((each) => each.pid === pid)).toEqual([
      { pid, parent: process.pid, group: pid, residentMb: expect.any(Number) },
    ]);
    const { residentMb = 0 } = listed.find((each) => each.pid === pid) ?? {};
    // Its own 64 MB, and an interpreter of less than that.
    expect(residentMb).toBeGreaterThan(64);
    expect(residentMb).toBeLessThan(128);
  },
);
