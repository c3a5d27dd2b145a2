import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { type Identity, isLiving } from "../../../sandbox/linux/processes.ts";
import { attack, cacheDir, makeBench, open, presentEngines, root } from "../engines.ts";

for (const name of await presentEngines()) {
  test(`${name}: after a harness was killed the next start ends what it left running`, async () => {
    const harness = start(name);
    const folder = await benchOf(harness);
    const alive = join(folder, "work space", "alive");
    await until(() => sizeOf(alive) > 3);
    // Containers are on record with their engine; bubblewrap has one more shell, which waits for the next script.
    const count = { docker: 0, podman: 0, process: 1, bwrap: 2 }[name];
    await until(() => recordsOf(harness.pid).length === count);
    const held = recordsOf(harness.pid);
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
    await pause(500);
    expect(sizeOf(alive)).toBe(settled);
    expect(recordsOf(harness.pid)).toEqual([]);
    for (const { leader, controlGroups } of held) {
      // A dead process stays in the table until somebody takes note of it.
      expect(await isLiving(leader)).toBe(false);
      expect(controlGroups.filter((each) => existsSync(each))).toEqual([]);
    }
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  test(`${name}: the start of another harness leaves those that live alone`, async () => {
    const sandbox = await open(name);
    const bench = await makeBench();
    const code = `
import os, time
open("begun", "w").close()
while not os.path.exists("input/go"): time.sleep(0.05)
print("undisturbed")
`;
    const running = attack(sandbox, bench, code);
    await until(() => existsSync(join(bench.workspace, "begun")));
    const other = await open(name);
    await other.close();
    await writeFile(join(bench.input, "go"), "");
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

type Held = { owner: Identity; leader: Identity; controlGroups: string[] };

/** What is on record of a harness; others of this machine come and go meanwhile. */
function recordsOf(harness: number | undefined): Held[] {
  const folder = join(cacheDir, "running");
  const texts = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return existsSync(path) ? [readFileSync(path, "utf8")] : [];
  });
  const own = texts.filter((text) => text.includes(`"pid":${harness},`));
  return own.map((text): Held => JSON.parse(text)).filter(({ owner }) => owner.pid === harness);
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
