import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { lockRun } from "../../../runs/record/lock.ts";
import {
  identify,
  isAlive,
  ownIdentity,
  type ProcessIdentity,
} from "../../../runs/record/process-identity.ts";
import { reapLeftovers } from "../../../sandbox/linux/leftovers.ts";
import { attack, benchAt, cacheDir, makeBench, open, presentEngines, root } from "../engines.ts";
import { namespaceRefusal, nodeInNamespace } from "../pid-namespace.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A detached sleeper, and the record that its harness made of it. */
async function leave(
  cache: string,
  name: string,
  change: { owner?: object; leader?: object } = {},
) {
  const sleeper = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  const pid = sleeper.pid ?? 0;
  const folder = join(cache, `home-${name}`);
  const group = join(cache, `group-${name}`);
  await mkdir(folder);
  await mkdir(group);
  const record = {
    owner: { ...(await ownIdentity()), ...change.owner },
    leader: { ...(await identify(pid)), ...change.leader },
    mark: `MLE_STAR_EXECUTION=${name}`,
    folder,
    controlGroups: [group],
  };
  await mkdir(join(cache, "running"), { recursive: true });
  await writeFile(join(cache, "running", `${name}.json`), JSON.stringify(record));
  return {
    sleeper,
    isKept: async () => (await identify(pid)) !== null && existsSync(folder) && existsSync(group),
    isGone: async () => (await identify(pid)) === null && !existsSync(folder) && !existsSync(group),
    isRunning: async () => (await identify(pid)) !== null,
    [Symbol.dispose]: () => void sleeper.kill("SIGKILL"),
  };
}

test("only the groups of dead harnesses are ended, and only when they are still the same process", async () => {
  await using cache = await temporaryFolder();
  using orphan = await leave(cache.path, "orphan", { owner: { started: "long ago" } });
  using kept = await leave(cache.path, "kept");
  const gone = once(orphan.sleeper, "exit");
  expect(await reapLeftovers(cache.path)).toBe(1);
  await gone;
  expect(await orphan.isGone()).toBe(true);
  expect(await kept.isKept()).toBe(true);
  using stranger = await leave(cache.path, "stranger", {
    owner: { started: "long ago" },
    leader: { started: "another time" },
  });
  expect(await reapLeftovers(cache.path)).toBe(1);
  expect(await stranger.isRunning()).toBe(true);
});

test("the groups of a harness in another PID namespace of this host are not touched", async () => {
  await using cache = await temporaryFolder();
  const owner = { pidNamespace: "pid:[7]", pid: 2 ** 22, started: "12" };
  using kept = await leave(cache.path, "kept", { owner });
  expect(await reapLeftovers(cache.path)).toBe(0);
  expect(await kept.isKept()).toBe(true);
  expect(existsSync(join(cache.path, "running", "kept.json"))).toBe(true);
});

test("a record torn by a crash is removed and harms nothing", async () => {
  await using cache = await temporaryFolder();
  await mkdir(join(cache.path, "running"));
  await writeFile(join(cache.path, "running", "torn.json"), '{"owner": {"pi');
  expect(await reapLeftovers(cache.path)).toBe(0);
  expect(existsSync(join(cache.path, "running", "torn.json"))).toBe(false);
});

const modules = {
  leftovers: new URL("../../../sandbox/linux/leftovers.ts", import.meta.url).href,
  containers: new URL("../../../sandbox/containers/containers.ts", import.meta.url).href,
  identity: new URL("../../../runs/record/process-identity.ts", import.meta.url).href,
  lock: new URL("../../../runs/record/lock.ts", import.meta.url).href,
  options: new URL("../../../sandbox/containers/container-options.ts", import.meta.url).href,
};
/** Sweeps whatever it takes for the work of dead harnesses, and prints what it did. */
const sweeper = `
  const [folder, owner] = process.argv.slice(1);
  const { reapLeftovers } = await import("${modules.leftovers}");
  const { sweepOrphans } = await import("${modules.containers}");
  const { OWNER_LABEL } = await import("${modules.options}");
  const { ownIdentity, isAlive } = await import("${modules.identity}");
  const { lockRun } = await import("${modules.lock}");
  const docker = {
    listContainers: async () => [{ Id: "1", Labels: { [OWNER_LABEL]: owner } }],
    getContainer: () => ({ inspect: async () => ({ State: { Status: "running" } }), remove: async () => {} }),
  };
  console.log(JSON.stringify({
    own: await ownIdentity(),
    alive: await isAlive(JSON.parse(owner)),
    reaped: await reapLeftovers(folder),
    swept: await sweepOrphans({ docker, name: "Docker", patienceSeconds: 60 }),
    lock: await lockRun(folder, { heartbeatMs: 20, silenceMs: 60_000 }).then(() => "taken", ({ name }) => name),
  }));
`;

test("a harness of the same host in another PID namespace ends and takes nothing of this one, nor this one of it", async ({
  skip,
}) => {
  const refusal = namespaceRefusal();
  if (refusal !== null) console.log(refusal);
  skip(refusal !== null, refusal ?? "");
  await using cache = await temporaryFolder();
  using kept = await leave(cache.path, "kept");
  const lock = await lockRun(cache.path, { heartbeatMs: 20, silenceMs: 60_000 });
  const own = await ownIdentity();
  const argv = ["--input-type=module", "-e", sweeper, cache.path, JSON.stringify(own)];
  using other = nodeInNamespace(argv);
  const printed = JSON.parse(await firstLine(other, "{"));
  expect(printed).toMatchObject({ alive: null, reaped: 0, swept: 0, lock: "RunRefused" });
  expect(printed.own.host).toBe(own.host);
  expect(printed.own.pidNamespace).not.toBe(own.pidNamespace);
  expect(await kept.isKept()).toBe(true);
  // Its id is that of another process here, or of none: neither says anything of it.
  expect(await isAlive(printed.own)).toBeNull();
  await lock.release();
});

for (const name of await presentEngines()) {
  test(`${name}: after a harness was killed the next start ends what it left running`, async () => {
    const harness = start(name);
    await using bench = benchAt(await benchOf(harness));
    const alive = join(bench.workspace, "alive");
    await until(() => sizeOf(alive) > 3);
    // Containers are on record with their engine; bubblewrap has one more shell, which waits for the next script.
    const count = { docker: 0, podman: 0, process: 1, bwrap: 2 }[name];
    await until(() => recordsOf(harness.pid).length === count);
    const held = recordsOf(harness.pid);
    harness.kill("SIGKILL");
    await once(harness, "exit");

    await using _sandbox = await open(name);
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
      expect(await isAlive(leader)).toBe(false);
      expect(controlGroups.filter((each) => existsSync(each))).toEqual([]);
    }
  });

  test(`${name}: the start of another harness leaves those that live alone`, async () => {
    await using sandbox = await open(name);
    await using bench = await makeBench();
    const running = attack(sandbox, bench, UNTIL_GO);
    await until(() => existsSync(join(bench.workspace, "begun")));
    await (await open(name)).close();
    await writeFile(join(bench.input, "go"), "");
    expect((await running).log).toBe("undisturbed\n");
  });

  test(`${name}: harnesses of one host in two PID namespaces leave each other alone`, async ({
    skip,
  }) => {
    const refusal = namespaceRefusal();
    if (refusal !== null) console.log(refusal);
    skip(refusal !== null, refusal ?? "");
    await using sandbox = await open(name);
    await using bench = await makeBench();
    const running = attack(sandbox, bench, UNTIL_GO);
    await until(() => existsSync(join(bench.workspace, "begun")));
    using harness = nodeInNamespace([join(root, "test", "sandbox", "harness.ts"), name]);
    await using other = benchAt(await benchOf(harness));
    const alive = join(other.workspace, "alive");
    await until(() => sizeOf(alive) > 3);
    await (await open(name)).close();
    const before = sizeOf(alive);
    await until(() => sizeOf(alive) > before + 3);
    await writeFile(join(bench.input, "go"), "");
    expect((await running).log).toBe("undisturbed\n");
    const ended = once(harness, "exit");
    harness.stdin?.end();
    await ended;
  });
}

/** A script that says so when it was left in peace until it is let go. */
const UNTIL_GO = `
import os, time
open("begun", "w").close()
while not os.path.exists("input/go"): time.sleep(0.05)
print("undisturbed")
`;

function start(name: string): ChildProcess {
  const argv = ["--import", "tsx", join(root, "test", "sandbox", "harness.ts"), name];
  return spawn(process.execPath, argv, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
}

async function benchOf(harness: ChildProcess): Promise<string> {
  return (await firstLine(harness, "bench ")).slice("bench ".length);
}

/** The first line of a program's output that starts so. */
async function firstLine({ stdout }: ChildProcess, beginning: string): Promise<string> {
  if (stdout === null) throw new Error("the program has no output");
  for await (const line of createInterface(stdout)) if (line.startsWith(beginning)) return line;
  throw new Error("the program ended early");
}

type Held = { owner: ProcessIdentity; leader: ProcessIdentity; controlGroups: string[] };

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
