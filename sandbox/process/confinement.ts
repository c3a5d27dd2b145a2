import { mkdtemp, realpath, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { execa } from "execa";
import type { Job, SharedMounts } from "../contract.ts";
import { seccompFilter } from "../linux/seccomp.ts";
import { outermost } from "../paths.ts";

/** What the kernel of this machine grants to an ordinary process, as `python/confine.py` found it. */
export type Confinement = {
  /** Version of Landlock's interface, null where there is none. */
  landlock: number | null;
  /** Whether scripts have a /tmp of their own, and homes are hidden. */
  ownFolders: boolean;
  /** Whether calls of the system are filtered. */
  seccomp: boolean;
  /** Whether TCP is closed; asked for only where there is no network namespace. */
  tcp: boolean;
};

/** Folders in which other people's files lie, and sockets of the system. */
const HIDDEN = ["/home", "/root", "/mnt", "/media", "/srv", "/run", "/var/tmp", "/tmp"];
const PROBE_MS = 20_000;

/** What an execution is given beside its job. */
type Given = {
  python: string;
  home: string;
  sharedMounts: SharedMounts;
  /** Whether it has a network, and a mount namespace, of its own. */
  network: boolean;
  tree: boolean;
};

/** The arguments of `python/runner.py` that confine a script: a filter of system calls, and which files are left to it. */
export async function planOf(job: Job, given: Given): Promise<string[]> {
  if (process.platform !== "linux") return [];
  const { sharedMounts } = given;
  const shared = [...sharedMounts.readOnly, ...sharedMounts.sockets].map(({ source }) => source);
  const reads = await Promise.all([job.input, ...shared].map(bothNames));
  const writes = await Promise.all([job.workspace, given.home].map(bothNames));
  // What lies in shared memory is nobody's memory to the watcher: half as much again at most, as in bubblewrap.
  const sharedMb = Math.floor(job.limits.memoryMb / 2);
  return [filterOf() ?? "", ...folderPlan(reads.flat(), writes.flat(), { ...given, sharedMb })];
}

function filterOf(): string | null {
  return seccompFilter(process.arch)?.toString("base64") ?? null;
}

function folderPlan(
  reads: readonly string[],
  writes: readonly string[],
  { python, home, network, tree, sharedMb }: Omit<Given, "sharedMounts"> & { sharedMb: number },
): string[] {
  return [
    ...reads.map((path) => `read=${path}`),
    ...writes.map((path) => `write=${path}`),
    ...hiddenFolders().map((path) => `hide=${path}`),
    ...(isAbsolute(python) ? [`beside=${dirname(python)}`] : []),
    ...(tree ? [`temporary=${home}`, `shared=${sharedMb * 1024 * 1024}`] : []),
    ...(network ? [] : ["closed="]),
  ];
}

/** Without /tmp, in whose place the home of the execution is put, and without folders that lie in others. */
function hiddenFolders(): string[] {
  const all = [...HIDDEN, homedir(), tmpdir()].filter((path) => path !== "/");
  return outermost(all).filter((path) => path !== "/tmp");
}

/** A path as it was given and as the kernel knows it: a script may use either. */
async function bothNames(path: string): Promise<string[]> {
  return [...new Set([path, await realpath(path)])];
}

/** Confines an interpreter as an execution would be, to see what this kernel grants. */
export async function probeConfinement(
  python: string,
  runnerFolder: string,
  prefix: readonly string[],
): Promise<Confinement> {
  const nothing = { landlock: null, ownFolders: false, seccomp: false, tcp: false };
  if (process.platform !== "linux") return nothing;
  const home = await mkdtemp(join(tmpdir(), "mle-"));
  try {
    const tree = prefix.includes("unshare");
    const given = { python, home, network: false, tree, sharedMb: 1 };
    const plan = folderPlan([runnerFolder], [home], given);
    const command = [...prefix, python, join(runnerFolder, "confine.py"), ...plan];
    const [file = "", ...args] = command;
    const { stdout } = await execa(file, args, {
      reject: false,
      stdin: "ignore",
      timeout: PROBE_MS,
      killSignal: "SIGKILL",
    });
    const achieved = stdout.split("\n");
    const version = achieved.find((each) => each.startsWith("landlock "))?.split(" ")[1];
    return {
      landlock: version === undefined ? null : Number(version),
      ownFolders: achieved.includes("/tmp"),
      seccomp: achieved.includes("no-new-privileges") && filterOf() !== null,
      tcp: achieved.includes("no-tcp"),
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Whether no script can read or change files of this machine that are not its own. */
export function protectsFiles({ landlock }: Confinement): boolean {
  return landlock !== null;
}

/** What is kept from scripts of the files of this machine, in words. */
export function filesOf(confinement: Confinement): string {
  const { landlock, ownFolders, seccomp } = confinement;
  const folders = ownFolders ? "; /tmp of its own, homes hidden" : "";
  const filtered = seccomp ? "; system calls filtered" : "";
  const files = protectsFiles(confinement)
    ? `only its input, Python and the system can be read, only its own folder written (Landlock ABI ${landlock})`
    : "files of this user are NOT protected (readable and writable)";
  return `${files}${folders}${filtered}`;
}
