import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { attack, makeBench, open, presentEngines, root } from "./engines.ts";

for (const name of await presentEngines()) {
  test(`${name}: after a harness was killed the next start ends what it left running`, async () => {
    const harness = start(name);
    const folder = await benchOf(harness);
    const alive = join(folder, "work space", "alive");
    await until(() => sizeOf(alive) > 3);
    harness.kill("SIGKILL");
    await once(harness, "exit");

    const sandbox = await open(name);
    // Ending is not instantaneous: two looks, apart, must see the same.
    await until(async () => {
      const before = sizeOf(alive);
      await pause(500);
      return sizeOf(alive) === before;
    });
    const settled = sizeOf(alive);
    await pause(1000);
    expect(sizeOf(alive)).toBe(settled);
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  test(`${name}: the start of another harness leaves those that live alone`, async () => {
    const sandbox = await open(name);
    const bench = await makeBench();
    const running = attack(sandbox, bench, "import time; time.sleep(4); print('undisturbed')");
    await pause(1500);
    const other = await open(name);
    await other.close();
    expect((await running).log).toBe("undisturbed\n");
    await sandbox.close();
    await rm(bench.folder, { recursive: true, force: true });
  });
}

function start(name: string): ChildProcess {
  const argv = ["--import", "tsx", join(root, "test", "sandbox", "harness.ts"), name];
  return spawn(process.execPath, argv, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
}

async function benchOf(harness: ChildProcess): Promise<string> {
  if (harness.stdout === null) throw new Error("the harness has no output");
  for await (const line of createInterface(harness.stdout)) {
    if (line.startsWith("bench ")) return line.slice("bench ".length);
  }
  throw new Error("the harness ended early");
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await isSo()) return;
    await pause(100);
  }
  throw new Error("it never came to be");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
