import { basename, join } from "node:path";
import type { Job, SharedMounts } from "../contract.ts";
import { isWithin, parentsOf } from "../paths.ts";
import { runnerArguments, scriptEnvironment, visibleGpus } from "../script-environment.ts";
import { TRACE_NAME } from "../traces.ts";
import type { HostPython } from "./host-python.ts";

/** What stays the same over all executions of a sandbox. */
export type BubblewrapConfig = {
  python: string;
  host: HostPython;
  sharedMounts: SharedMounts;
  /** `/work`, unless Python lies there. */
  workFolder: string;
  /** Stubs for `/etc`: names of users, hosts and the like. */
  etcFiles: readonly string[];
  /** The runner and what it imports, compiled. */
  runnerFolder: string;
  /** Whether we are root: then the script runs as nobody, else as this user in a user namespace. */
  isRoot: boolean;
  canDisableUserNamespaces: boolean;
  /** Whether a resource limit holds the number of processes: where no control group does, and it counts only the sandbox's. */
  processLimit: boolean;
  /** Files of /proc that describe the machine, to be covered. */
  coveredFiles: readonly string[];
};

/** Descriptors that the command inherits, in this order. */
export const descriptors = { status: 3, filter: 4, arguments: 5 };

const RUNNER_FOLDER = "/opt/mle-star";
const TEMPORARY_BYTES = 1024 ** 3;
const NOBODY = "65534";
/** Of the system's settings what libraries are found and fonts are drawn by; the rest of `/etc` are stubs. */
const SETTINGS = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts"];
/** Libraries count the cores there. */
const CORES = "/sys/devices/system/cpu";
/** CUDA looks for its devices there. */
const DEVICES = ["/sys/bus/pci", "/sys/devices", "/sys/class"];

/** The options of `bwrap`, passed through a descriptor, where no other process can read them. */
export function bubblewrapArguments(
  config: BubblewrapConfig,
  job: Job,
  gpuNodes: readonly string[],
): string[] {
  const shared = Math.floor((job.limits.memoryMb * 1024 * 1024) / 2);
  return [
    ...namespaces(config),
    "--die-with-parent",
    "--new-session",
    "--hostname",
    "sandbox",
    "--json-status-fd",
    `${descriptors.status}`,
    "--seccomp",
    `${descriptors.filter}`,
    "--cap-drop",
    "ALL",
    ...(config.isRoot ? setuidCapabilities() : []),
    "--dev",
    "/dev",
    ...temporary("/dev/shm", shared),
    ...gpuNodes.flatMap((node) => ["--dev-bind-try", node, node]),
    "--proc",
    "/proc",
    ...config.coveredFiles.flatMap((path) => ["--ro-bind", "/dev/null", path]),
    ...temporary("/tmp", TEMPORARY_BYTES),
    ...mounts(config, job),
    "--remount-ro",
    "/",
    "--remount-ro",
    "/dev",
    "--chdir",
    config.workFolder,
    ...environment(config, job),
  ];
}

/** A folder in memory that everybody may write. */
function temporary(folder: string, bytes: number): string[] {
  return ["--perms", "1777", "--size", `${bytes}`, "--tmpfs", folder];
}

/** The command inside: limits and identity first, then Python. */
export function innerCommand(
  { python, isRoot, processLimit }: BubblewrapConfig,
  job: Job,
): string[] {
  return [
    ...(processLimit ? ["prlimit", `--nproc=${job.limits.pids}`] : []),
    ...(isRoot ? dropPrivileges() : []),
    python,
    `${RUNNER_FOLDER}/runner.py`,
    ...runnerArguments(job, TRACE_NAME),
  ];
}

function namespaces({ isRoot, canDisableUserNamespaces }: BubblewrapConfig): string[] {
  const own = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"];
  const users = ["--unshare-user", ...(canDisableUserNamespaces ? ["--disable-userns"] : [])];
  // In a user namespace made by root, the sandbox's user would be root to the files of the machine.
  return [...own, "--unshare-cgroup-try", ...(isRoot ? [] : users)];
}

function setuidCapabilities(): string[] {
  return ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((each) => ["--cap-add", each]);
}

function dropPrivileges(): string[] {
  const none = ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"];
  return ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", ...none, "--"];
}

/** The folders of the machine that are shown, all but the workspace read-only. */
function mounts(
  { host, sharedMounts, workFolder, etcFiles, runnerFolder }: BubblewrapConfig,
  job: Job,
): string[] {
  const { readOnly, sockets } = sharedMounts;
  const shown = [
    ...host.folders.map((folder) => ({ source: folder, target: folder })),
    ...etcFiles.map((source) => ({ source, target: join("/etc", basename(source)) })),
    { source: runnerFolder, target: RUNNER_FOLDER },
    ...readOnly,
    ...sockets,
  ];
  const optional = [
    ...SETTINGS.map((name) => join("/etc", name)),
    ...(job.gpus.length > 0 ? DEVICES : [CORES]),
  ];
  const targets = [...shown.map(({ target }) => target), ...optional];
  const parents = new Set(targets.flatMap(parentsOf));
  // In a bound folder nothing can be made.
  const empty = [...parents].filter((path) => !shown.some(({ target }) => isWithin(path, target)));
  return [
    // Its own mode: bwrap would close the folders above to everybody but root.
    ...empty
      .filter((path) => path !== "/tmp")
      .flatMap((path) => ["--perms", "0755", "--dir", path]),
    ...host.links.flatMap(({ path, target }) => ["--symlink", target, path]),
    ...shown.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    ...optional.flatMap((path) => ["--ro-bind-try", path, path]),
    "--perms",
    "0755",
    "--dir",
    workFolder,
    "--bind",
    job.workspace,
    workFolder,
    "--ro-bind",
    job.input,
    `${workFolder}/input`,
  ];
}

function environment({ python, sharedMounts }: BubblewrapConfig, job: Job): string[] {
  const folder = python.slice(0, python.lastIndexOf("/"));
  const variables = {
    ...scriptEnvironment(job, "/tmp", `${folder}:/usr/local/bin:/usr/bin:/bin`),
    ...visibleGpus(job),
    ...sharedMounts.environment,
  };
  return ["--clearenv", ...Object.entries(variables).flatMap((each) => ["--setenv", ...each])];
}
