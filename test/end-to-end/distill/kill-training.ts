import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { listProcesses } from "../../../sandbox/linux/processes.ts";
import { start } from "../program.ts";
import { trainerEnvironment } from "./tiny.ts";

/** Kills a command as soon as it says so, and waits until nothing of what it had started is at work any more. */
export async function killWhenItSays(command: readonly string[], words: string): Promise<void> {
  const { child, ended } = start([...command], trainerEnvironment);
  const isFar = new Promise<void>((resolve) => {
    child.stderr?.on("data", (text) => {
      if (String(text).includes(words)) resolve();
    });
  });
  await Promise.race([isFar, ended]);
  const before = (await listProcesses()).filter(({ parent }) => parent === child.pid);
  child.kill("SIGKILL");
  expect(await ended).toMatchObject({ signal: "SIGKILL" });
  const isThere = async () => {
    const ids = new Set((await listProcesses()).map(({ pid }) => pid));
    return before.some(({ pid }) => ids.has(pid));
  };
  while (await isThere()) await sleep(100);
}
