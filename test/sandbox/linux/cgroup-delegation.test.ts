import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { delegatedFolders, type Hierarchy } from "../../../sandbox/linux/cgroup-delegation.ts";

const ALL = "cpuset cpu io memory pids";
const SESSION = "/user.slice/user-1000.slice/session-3.scope";
const APPS = "/user.slice/user-1000.slice/user@1000.service/app.slice";
const USER = 1000;

let root: string;
let own: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-groups-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

type Group = { has?: string; hands?: string; members?: string; owner?: number };

/** A group of a made-up machine: what it has, what it hands to its children, who is in it, whose it is. */
function group(path: string, { has = ALL, hands = "", members = "", owner = 0 }: Group = {}): void {
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "cgroup.controllers"), `${has}\n`);
  writeFileSync(join(folder, "cgroup.subtree_control"), `${hands}\n`);
  writeFileSync(join(folder, "cgroup.procs"), members);
  if (process.getuid?.() === 0) chownSync(folder, owner, owner);
}

/** Who asks, and what the service manager does for them. */
function hierarchy(scope: (() => void) | null, uid = USER): Hierarchy {
  return { root, uid, ownGroup: async () => own, enterScope: async () => scope?.() };
}

async function found(wanted: Hierarchy): Promise<string[]> {
  const folders: string[] = [];
  for await (const folder of delegatedFolders(wanted)) folders.push(folder.slice(root.length));
  return folders;
}

const text = (path: string): string => readFileSync(join(root, path), "utf8").trim();

test("a user's session, whose groups belong to root, is left for a scope in which groups can be made", async () => {
  group("", { hands: ALL });
  group("/user.slice/user-1000.slice", { hands: "cpu memory pids" });
  group(SESSION, { members: "41\n" });
  own = SESSION;
  const scope = `${APPS}/mle-star-41-777.scope`;
  const enter = (): void => {
    group(scope, { has: "cpu memory pids", members: "41\n42\n", owner: USER });
    own = scope;
  };
  expect((await found(hierarchy(enter)))[0]).toBe(scope);
  // A group with children must hold no process: both stand in a child of it, before its controllers are handed down.
  expect(text(`${scope}/harness/cgroup.procs`)).toBe("42");
  expect(text(`${scope}/cgroup.subtree_control`)).toBe("+memory +pids +cpu");
});

test("limits that stand over us are not left for a scope, those that stand over both are no matter", async () => {
  group("", { hands: ALL });
  group("/user.slice/user-1000.slice", { hands: "cpu memory pids" });
  writeFileSync(join(root, "/user.slice/user-1000.slice/memory.max"), "8000000000\n");
  group(SESSION);
  let asked = 0;
  own = SESSION;
  await found(hierarchy(() => asked++));
  expect(asked).toBe(1);
  group("/system.slice/slurmstepd.scope/job_7/step_0/user");
  own = "/system.slice/slurmstepd.scope/job_7/step_0/user";
  for (const [file, limit] of [
    ["memory.max", "4000000000"],
    ["cpu.max", "200000 100000"],
  ]) {
    const path = join(root, "/system.slice/slurmstepd.scope/job_7", file ?? "");
    writeFileSync(path, `${limit}\n`);
    await found(hierarchy(() => asked++));
    expect(asked).toBe(1);
    writeFileSync(path, "max\n");
  }
});

test("who stands in a scope of ours already shares it, and asks for no other", async () => {
  const scope = `${APPS}/mle-star-41-777.scope`;
  group("", { hands: ALL });
  group(scope, { hands: "cpu memory pids", owner: USER });
  own = `${scope}/harness`;
  let asked = 0;
  expect((await found(hierarchy(() => asked++)))[0]).toBe(scope);
  expect(asked).toBe(0);
});

test("an older manager that hands no cores to users still lends memory and processes", async () => {
  const scope = `${APPS}/mle-star-41-777.scope`;
  group("", { hands: ALL });
  group(scope, { has: "memory pids", owner: USER });
  own = scope;
  expect((await found(hierarchy(null)))[0]).toBe(scope);
  expect(text(`${scope}/cgroup.subtree_control`)).toBe("+memory +pids");
});

test("a scope that cannot limit memory is of no use", async () => {
  const scope = `${APPS}/mle-star-41-777.scope`;
  group("", { has: "cpu memory pids", hands: "cpu pids" });
  group(scope, { has: "cpu pids", owner: USER });
  own = scope;
  expect(await found(hierarchy(null))).toEqual([]);
  expect(text(`${scope}/cgroup.subtree_control`)).toBe("");
});

test("a service that was given its group makes use of it, where no manager answers", async ({
  skip,
}) => {
  const uid = process.getuid?.() === 0 ? USER : (process.getuid?.() ?? 0);
  skip(uid === 0, "only root can make folders of another user here");
  group("", { hands: ALL });
  group("/system.slice", { hands: "pids" });
  group("/system.slice/star.service", { members: "41\n", owner: uid });
  own = "/system.slice/star.service";
  expect(await found(hierarchy(null, uid))).toEqual(["/system.slice/star.service", "/"]);
  expect(text(`${own}/harness/cgroup.procs`)).toBe("41");
});

test("without a manager root takes the nearest group that hands on what limits need", async () => {
  group("", { hands: ALL });
  group("/jobs", { hands: "cpu memory pids" });
  group("/jobs/one", { members: "41\n" });
  own = "/jobs/one";
  expect(await found(hierarchy(null, 0))).toEqual(["/jobs", "/"]);
  // It holds processes of others, too: nobody is moved.
  expect(text("/jobs/one/cgroup.procs")).toBe("41");
});

test("nothing is asked for or moved where version 1 has the controllers", async () => {
  mkdirSync(join(root, "memory"));
  own = SESSION;
  let asked = 0;
  expect(await found(hierarchy(() => asked++))).toEqual([]);
  expect(asked).toBe(0);
});
