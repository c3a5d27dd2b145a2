import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive, type ProcessIdentity } from "../../../runs/record/process-identity.ts";
import {
  type ReadyShells,
  readyShells,
  type Shell,
} from "../../../sandbox/bubblewrap/ready-shells.ts";
import { findControlGroups } from "../../../sandbox/linux/control-groups.ts";
import { limits } from "../engines.ts";

let folder: string;
let shells: ReadyShells;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle ready '"));
  await mkdir(join(folder, "running"));
  shells = readyShells(folder, await findControlGroups());
});
afterEach(async () => {
  await shells.close();
  await rm(folder, { recursive: true, force: true });
});

/** Has a shell exec a command; what that printed. */
async function ask(shell: Shell, command: string): Promise<string> {
  const log = join(folder, `log ${shell.started.child.pid}`);
  shell.exec(["/bin/sh", "-c", command, "odd 'name'\n$x"], log, [
    Buffer.from("4"),
    Buffer.from("5"),
  ]);
  await shell.started.ended;
  shells.remove(shell);
  return readFileSync(log, "utf8");
}

/** What is on record of shells, once there are so many. */
async function recorded(
  count: number,
): Promise<{ leader: ProcessIdentity; controlGroups: string[] }[]> {
  const running = join(folder, "running");
  for (let tries = 0; readdirSync(running).length !== count && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return readdirSync(running).map((name) => JSON.parse(readFileSync(join(running, name), "utf8")));
}

const idOf = ({ started }: Shell): number => started.child.pid ?? 0;

test("the waiting shell execs the command: nothing to read, its output in the log, its texts at their descriptors", async () => {
  shells.prepare(limits);
  const shell = await shells.take(limits);
  const output = await ask(shell, 'echo "$$|$0"; cat; cat <&4; cat <&5; env; echo seen >&2');
  expect(output).toContain(`${idOf(shell)}|odd 'name'\n$x\n45`);
  expect(output).toContain("seen");
  expect(await shell.started.status.whole).toBe("");
});

test("it has joined its groups, whose limits are those of the job, before it is taken", async () => {
  const groups = await findControlGroups();
  if (groups === null) expect((await shells.take(limits)).group).toBeNull();
  shells.prepare(limits);
  const shell = await shells.take({ ...limits, seconds: 3, diskMb: 7 });
  const output = await ask(shell, "cat /proc/self/cgroup");
  for (const place of shell.group?.folders ?? []) {
    expect(output).toContain(place.split("/").at(-1));
  }
});

test("one that was made for other limits is not taken, and goes", async () => {
  shells.prepare({ ...limits, memoryMb: 64 });
  const [waiting] = await recorded(1);
  const taken = await shells.take(limits);
  expect(idOf(taken)).not.toBe(waiting?.leader.pid);
  await ask(taken, "true");
  await shells.close();
  expect(waiting && (await isAlive(waiting.leader))).toBe(false);
  expect(await recorded(0)).toEqual([]);
});

test("closing ends the one that waits and leaves neither groups nor a record", async () => {
  shells.prepare(limits);
  const [waiting] = await recorded(1);
  expect(waiting && (await isAlive(waiting.leader))).toBe(true);
  await shells.close();
  expect(waiting && (await isAlive(waiting.leader))).toBe(false);
  expect(waiting?.controlGroups.filter((each) => existsSync(each))).toEqual([]);
  expect(await recorded(0)).toEqual([]);
});

test("one that was ended from outside while it waited ends without status, as a failed engine does", async () => {
  shells.prepare(limits);
  const shell = await shells.take(limits);
  process.kill(idOf(shell), "SIGKILL");
  await once(shell.started.child, "exit");
  shell.exec(["/bin/true"], join(folder, "log"), []);
  expect(await shell.started.ended).toEqual({ exitCode: null, signal: "SIGKILL" });
  shells.remove(shell);
});
