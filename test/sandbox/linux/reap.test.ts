import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../../../sandbox/groups.ts";
import { reapLeftovers } from "../../../sandbox/linux/leftovers.ts";
import { identify } from "../../../sandbox/linux/processes.ts";

/** A detached sleeper that a harness, itself dead or alive, is on record for. */
async function leave(cacheDir: string, owner: "dead" | "alive", started?: string) {
  const sleeper = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  const leader = await identify(sleeper.pid ?? 0);
  const self = await identify(process.pid);
  const folder = join(cacheDir, `home-${owner}`);
  const group = join(cacheDir, `group-${owner}`);
  await mkdir(folder);
  await mkdir(group);
  const record = {
    owner: owner === "alive" ? self : { ...self, started: "long ago" },
    leader: { ...leader, ...(started === undefined ? {} : { started }) },
    mark: `MLE_STAR_EXECUTION=${owner}`,
    folder,
    controlGroups: [group],
  };
  await mkdir(join(cacheDir, "running"), { recursive: true });
  await writeFile(join(cacheDir, "running", `${owner}.json`), JSON.stringify(record));
  return { sleeper, folder, group, pid: sleeper.pid ?? 0 };
}

test("only the groups of dead harnesses are ended, and only when they are still the same process", async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), "mle-reap-"));
  const orphan = await leave(cacheDir, "dead");
  const kept = await leave(cacheDir, "alive");
  const gone = once(orphan.sleeper, "exit");
  expect(await reapLeftovers(cacheDir)).toBe(1);
  await gone;
  expect(existsSync(orphan.folder)).toBe(false);
  expect(existsSync(orphan.group)).toBe(false);
  expect(isAlive(kept.pid)).toBe(true);
  expect(existsSync(kept.folder)).toBe(true);
  expect(existsSync(kept.group)).toBe(true);
  kept.sleeper.kill();

  const stranger = await leave(cacheDir, "dead", "another time");
  expect(await reapLeftovers(cacheDir)).toBe(1);
  expect(isAlive(stranger.pid)).toBe(true);
  stranger.sleeper.kill();
  await rm(cacheDir, { recursive: true });
});

test("a record torn by a crash is removed and harms nothing", async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), "mle-reap-"));
  await mkdir(join(cacheDir, "running"));
  await writeFile(join(cacheDir, "running", "torn.json"), '{"owner": {"pi');
  expect(await reapLeftovers(cacheDir)).toBe(0);
  expect(existsSync(join(cacheDir, "running", "torn.json"))).toBe(false);
  await rm(cacheDir, { recursive: true });
});
