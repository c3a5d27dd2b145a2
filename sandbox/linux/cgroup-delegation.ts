import { existsSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { identify } from "./processes.ts";

/** Control groups of version 2, as this process stands in them. */
export type Hierarchy = {
  /** Where they are mounted. */
  root: string;
  /** The user who makes groups. */
  uid: number;
  /** Path of our own group below it, null where there is none. */
  ownGroup(): Promise<string | null>;
  /** Has the service manager put us into a scope of our own, whose groups are ours to make; where it does not, we stay. */
  enterScope(): Promise<void>;
};

const SCOPE = "mle-star-";
/** Where we ourselves stand in a group that is ours: one that has children must have no processes. */
const HARNESS = "harness";
const NEEDED = ["memory", "pids"];
const WISHED = [...NEEDED, "cpu"];
const MANAGER_MS = 5000;

/**
 * Folders in which groups may be made, best first. A scope comes first, also for root: what a manager has not
 * delegated it may change under our feet. What stands ready is used as it is, so that several sandboxes of a process
 * and of those it starts share one.
 */
export async function* delegatedFolders(hierarchy: Hierarchy): AsyncGenerator<string> {
  const { root, uid } = hierarchy;
  // Version 1, or both at once: then version 2 has no controllers, and is of no use.
  if (!hasControllers(await controllers(root, "cgroup.controllers"))) return;
  const own = (await hierarchy.ownGroup()) ?? "";
  if (scopeOf(own) === null && !(await escapesLimits(hierarchy, own))) await hierarchy.enterScope();
  const path = (await hierarchy.ownGroup()) ?? "";
  if (path === "") return;
  // Given to this very user, as a service with Delegate= is: then all in it is ours as well.
  const ours = scopeOf(path) ?? ((await isGiven(join(root, path), uid)) ? path : null);
  if (ours !== null && (await settle(join(root, ours)))) yield join(root, ours);
  yield* delegatingAncestors(root, path);
}

/** Whether limits stand over us, as a batch system sets them, that a scope would take us out of. */
async function escapesLimits({ root, uid }: Hierarchy, own: string): Promise<boolean> {
  const home = uid === 0 ? "/system.slice/" : `/user.slice/user-${uid}.slice/user@${uid}.service/`;
  for (let path = own; path !== "/" && path !== "."; path = dirname(path)) {
    // Over the scope, too.
    if (home.startsWith(`${path}/`)) continue;
    const [memory, cores] = await Promise.all(
      ["memory.max", "cpu.max"].map((file) =>
        readFile(join(root, path, file), "utf8").catch(() => "max"),
      ),
    );
    if (!memory?.startsWith("max") || !cores?.startsWith("max")) return true;
  }
  return false;
}

async function* delegatingAncestors(root: string, own: string): AsyncGenerator<string> {
  for (let path = own; ; path = dirname(path)) {
    const folder = join(root, path);
    if (hasControllers(await handedControllers(folder))) yield folder;
    if (path === "/" || path === ".") return;
  }
}

/** Which of the controllers we use a group hands to its children. */
export async function handedControllers(folder: string): Promise<readonly string[]> {
  return controllers(folder, "cgroup.subtree_control");
}

/** Moves whoever is in a group that is ours into a child of it, and hands its controllers down. */
async function settle(folder: string): Promise<boolean> {
  const available = await controllers(folder, "cgroup.controllers");
  if (!hasControllers(available)) return false;
  try {
    await mkdir(join(folder, HARNESS), { recursive: true });
    const members = await readFile(join(folder, "cgroup.procs"), "utf8");
    for (const pid of members.split("\n").filter(Boolean)) {
      await writeFile(join(folder, HARNESS, "cgroup.procs"), pid).catch(unlessGone);
    }
    const wished = WISHED.filter((each) => available.includes(each));
    await writeFile(
      join(folder, "cgroup.subtree_control"),
      wished.map((each) => `+${each}`).join(" "),
    );
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

async function controllers(folder: string, file: string): Promise<string[]> {
  // Absent where another version is mounted, or out of our sight.
  const text = await readFile(join(folder, file), "utf8").catch(() => "");
  return text.trim().split(" ").filter(Boolean);
}

/** Path of the scope of ours that a group is or lies in, null where it does not. */
function scopeOf(path: string): string | null {
  return new RegExp(`^.*/${SCOPE}[^/]*\\.scope(?=/|$)`, "u").exec(path)?.[0] ?? null;
}

/** The hierarchy of this machine, with systemd where it manages it. */
export function hierarchyOfMachine(root: string): Hierarchy {
  const { uid } = userInfo();
  return { root, uid, ownGroup, enterScope: () => enterScope(uid, ownGroup) };
}

async function ownGroup(): Promise<string | null> {
  const text = await readFile("/proc/self/cgroup", "utf8").catch(() => "");
  return /^0::(.*)$/mu.exec(text)?.[1] ?? null;
}

/** One scope for each process, however often it is asked for: its name tells the process from all others. */
async function enterScope(uid: number, own: Hierarchy["ownGroup"]): Promise<void> {
  const identity = await identify(process.pid);
  if (identity === null || !existsSync("/run/systemd/system")) return;
  const name = `${SCOPE}${process.pid}-${identity.started}.scope`;
  const options = { reject: false, timeout: MANAGER_MS } as const;
  const answer = await execa("busctl", startScope(uid, name), options);
  const isThere = answer.exitCode === 0 || /already/u.test(answer.stderr ?? "");
  const deadline = performance.now() + MANAGER_MS;
  while (isThere && performance.now() < deadline && scopeOf((await own()) ?? "") === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What is asked of root's manager by root, and by all others of their own. */
function startScope(uid: number, name: string): string[] {
  const manager = "org.freedesktop.systemd1";
  const properties = [
    ...["Description", "s", "Executions of mle-star"],
    ...["PIDs", "au", "1", `${process.pid}`],
    ...["Delegate", "b", "true"],
    ...["CollectMode", "s", "inactive-or-failed"],
  ];
  // By address: after `su` and in jobs the environment does not name the user's own bus, which may be there.
  const bus = uid === 0 ? "--system" : `--address=unix:path=/run/user/${uid}/bus`;
  return [
    ...[bus, "call", manager],
    ...["/org/freedesktop/systemd1", `${manager}.Manager`, "StartTransientUnit"],
    ...["ssa(sv)a(sa(sv))", name, "fail", "4", ...properties, "0"],
  ];
}
