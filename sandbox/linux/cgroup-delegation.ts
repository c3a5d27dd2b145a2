import { existsSync } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ownIdentity } from "../../runs/record/process-identity.ts";
import { controllersIn, groupAndParents, limitsOf, membersOf, ownGroup } from "../cgroups.ts";

/** Control groups of version 2, and the place of this process in them. */
export type Hierarchy = {
  /** Where they are mounted. */
  root: string;
  /** The user who makes groups. */
  uid: number;
  /** Path of our own group below it, null where there is none. */
  ownGroup(): Promise<string | null>;
  /** Asks the service manager for a scope of our own, in which we may make groups; without one, nothing changes. */
  enterScope(): Promise<void>;
};

const SCOPE = "mle-star-";
/** Our own place in a group that is ours: one that has children must have no processes. */
const HARNESS = "harness";
const NEEDED = ["memory", "pids"];
const WANTED = [...NEEDED, "cpu"];
const MANAGER_MS = 5000;

/**
 * Folders in which groups may be made, best first. A scope comes first, also for root: what a manager has not
 * delegated it may change at any time. An existing scope is used as it is, so that several sandboxes of a process
 * and of those it starts share one.
 */
export async function* delegatedFolders(hierarchy: Hierarchy): AsyncGenerator<string> {
  const { root, uid } = hierarchy;
  // Version 1, or both at once: then version 2 has no controllers, and is of no use.
  if (!hasControllers(await controllersIn(root, "cgroup.controllers"))) return;
  const own = (await hierarchy.ownGroup()) ?? "";
  if (scopeOf(own) === null && !(await escapesLimits(hierarchy, own))) await hierarchy.enterScope();
  const path = (await hierarchy.ownGroup()) ?? "";
  if (path === "") return;
  // Given to this user, as a service with Delegate= is: then all in it is ours as well.
  const ours = scopeOf(path) ?? ((await isGiven(join(root, path), uid)) ? path : null);
  if (ours !== null && (await moveToLeaf(join(root, ours)))) yield join(root, ours);
  yield* delegatingAncestors(root, path);
}

/** Whether limits apply to us, as a batch system sets them, that moving to a scope would escape. */
async function escapesLimits({ root, uid }: Hierarchy, own: string): Promise<boolean> {
  const home = uid === 0 ? "/system.slice/" : `/user.slice/user-${uid}.slice/user@${uid}.service/`;
  for (const path of groupAndParents(own)) {
    // These hold in the scope as well.
    if (path === "/" || home.startsWith(`${path}/`)) continue;
    const { memoryBytes, cores } = await limitsOf(join(root, path));
    if (memoryBytes !== null || cores !== null) return true;
  }
  return false;
}

async function* delegatingAncestors(root: string, own: string): AsyncGenerator<string> {
  for (const path of groupAndParents(own)) {
    const folder = join(root, path);
    if (hasControllers(await controllersIn(folder, "cgroup.subtree_control"))) yield folder;
  }
}

/** Moves the processes of a group that is ours into a child of it, and enables its controllers for its children. */
async function moveToLeaf(folder: string): Promise<boolean> {
  const available = await controllersIn(folder, "cgroup.controllers");
  if (!hasControllers(available)) return false;
  try {
    await mkdir(join(folder, HARNESS), { recursive: true });
    for (const pid of await membersOf(folder)) {
      await writeFile(join(folder, HARNESS, "cgroup.procs"), `${pid}`).catch(unlessGone);
    }
    const enabled = WANTED.filter((each) => available.includes(each)).map((each) => `+${each}`);
    await writeFile(join(folder, "cgroup.subtree_control"), enabled.join(" "));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** A process that has just ended needs no moving. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
}

/** Whether the group belongs to this user, who is not root: root owns all of them. */
async function isGiven(folder: string, uid: number): Promise<boolean> {
  const owner = await stat(folder).then(
    (stats) => stats.uid,
    () => null,
  );
  return uid > 0 && owner === uid;
}

function hasControllers(names: readonly string[]): boolean {
  return NEEDED.every((each) => names.includes(each));
}

/** Path of the scope of ours that a group is or lies in, null where it does not. */
function scopeOf(path: string): string | null {
  return new RegExp(`^.*/${SCOPE}[^/]*\\.scope(?=/|$)`, "u").exec(path)?.[0] ?? null;
}

/** The hierarchy of this machine, with systemd where it manages it. */
export function hierarchyOfMachine(root: string): Hierarchy {
  const { uid } = userInfo();
  const own = () => ownGroup(null);
  return { root, uid, ownGroup: own, enterScope: () => enterScope(uid, own) };
}

/** One scope for each process, however often it is asked for: its name identifies the process. */
async function enterScope(uid: number, own: Hierarchy["ownGroup"]): Promise<void> {
  if (!existsSync("/run/systemd/system")) return;
  const { started } = await ownIdentity();
  const name = `${SCOPE}${process.pid}-${started}.scope`;
  const options = { reject: false, timeout: MANAGER_MS } as const;
  const answer = await execa("busctl", startScope(uid, name), options);
  const isThere = answer.exitCode === 0 || /already/u.test(answer.stderr ?? "");
  const deadline = performance.now() + MANAGER_MS;
  while (isThere && performance.now() < deadline && scopeOf((await own()) ?? "") === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The call to the service manager: the system's for root, else that of the user. */
function startScope(uid: number, name: string): string[] {
  const manager = "org.freedesktop.systemd1";
  const properties = [
    ["Description", "s", "Executions of mle-star"],
    ["PIDs", "au", "1", `${process.pid}`],
    ["Delegate", "b", "true"],
    ["CollectMode", "s", "inactive-or-failed"],
  ];
  // By address: after `su` and in jobs the environment does not name the user's own bus, which may be there.
  const bus = uid === 0 ? "--system" : `--address=unix:path=/run/user/${uid}/bus`;
  const method = ["/org/freedesktop/systemd1", `${manager}.Manager`, "StartTransientUnit"];
  const signature = "ssa(sv)a(sa(sv))";
  const given = [name, "fail", `${properties.length}`, ...properties.flat(), "0"];
  return [bus, "call", manager, ...method, signature, ...given];
}
