import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { release as kernelRelease, userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import writeFileAtomic from "write-file-atomic";
import type { SharedMounts } from "../contract.ts";
import { compiledRunner } from "../environment/compiled-runner.ts";
import type { ControlGroups } from "../linux/control-groups.ts";
import { seccompFilter } from "../linux/seccomp.ts";
import { isWithin } from "../paths.ts";
import type { BubblewrapConfig } from "./arguments.ts";
import { hostPython } from "./host-python.ts";

export type SetupOptions = { python: string; cacheDir: string; sharedMounts: SharedMounts };

/** What every execution in bubblewrap needs. */
export type BubblewrapSetup = {
  /** Path of the program, and its version. */
  program: string;
  version: string;
  config: BubblewrapConfig;
  filter: Buffer;
  groups: ControlGroups | null;
  /** Input folders known to be readable for the script. */
  readable: Set<string>;
};

const ETC_STUBS = {
  passwd: "root:x:0:0:root:/nonexistent:/bin/false\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n",
  group: "root:x:0:\nnogroup:x:65534:\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
};
/** What describes the machine or its other users, though no privilege is asked for. */
const COVERED = ["kcore", "keys", "key-users", "latency_stats", "sched_debug", "timer_list"];

/** Finds bubblewrap and what it needs on this machine; a sentence where something is missing. */
export async function prepareBubblewrap(
  { python, cacheDir, sharedMounts }: SetupOptions,
  groups: ControlGroups | null,
): Promise<BubblewrapSetup | string> {
  const found = await findProgram();
  if (typeof found === "string") return found;
  const filter = seccompFilter(process.arch);
  if (filter === null) return `no filter of system calls is known for ${process.arch}`;
  const host = await hostPython(python);
  if (typeof host === "string") return `${host}; name another Python with MLE_STAR_PYTHON`;
  const isRoot = userInfo().uid === 0;
  const isFree = (folder: string): boolean => !host.folders.some((each) => isWithin(each, folder));
  const config: BubblewrapConfig = {
    python: host.executable,
    host,
    sharedMounts,
    workFolder: isFree("/work") ? "/work" : "/mle-work",
    etcFiles: await writeEtcStubs(cacheDir),
    runnerFolder: await compiledRunner(host.executable, cacheDir),
    isRoot,
    canDisableUserNamespaces: found.help.includes("--disable-userns"),
    processLimit: groups === null && !isRoot && countsByNamespace(kernelRelease()),
    coveredFiles: COVERED.map((name) => join("/proc", name)).filter((path) => existsSync(path)),
  };
  const { program, version } = found;
  return { program, version, config, filter, groups, readable: new Set() };
}

/** A program that does not tell its version by then hangs. */
const ANSWER_MS = 10_000;

async function findProgram(): Promise<{ program: string; version: string; help: string } | string> {
  if (process.platform !== "linux") return "bubblewrap is a program of Linux";
  const { stdout: program } = await execa("sh", ["-c", "command -v bwrap"], { reject: false });
  if (!program?.startsWith("/")) {
    return "bubblewrap is not installed (Debian and Ubuntu: apt-get install bubblewrap)";
  }
  const ask = async (option: string): Promise<string> => {
    const answer = await execa(program, [option], {
      reject: false,
      all: true,
      timeout: ANSWER_MS,
      killSignal: "SIGKILL",
    });
    return (answer.all ?? "").trim();
  };
  const [version, help] = await Promise.all([ask("--version"), ask("--help")]);
  if (!help.includes("--json-status-fd") || !help.includes("--size BYTES")) {
    return `${version || "this bubblewrap"} is too old: 0.8 is needed`;
  }
  return { program, version, help };
}

/** Since 5.14 the limit on processes counts those of a user namespace by themselves. */
function countsByNamespace(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split(".").map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}

async function writeEtcStubs(cacheDir: string): Promise<string[]> {
  const folder = join(cacheDir, "sandbox-etc");
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const [name, text] of Object.entries(ETC_STUBS)) {
    const path = join(folder, name);
    await writeFileAtomic(path, text, { mode: 0o644 });
    paths.push(path);
  }
  return paths;
}

/** What enforces which guarantee, for reports. */
export function enforcement({ groups, config }: BubblewrapSetup): string {
  const user = config.isRoot ? "nobody" : "this user, in a user namespace of its own";
  const isolated = `no network, read-only system and inputs, no privileges, filtered system calls, as ${user}`;
  const counted = config.processLimit ? "processes by resource limit" : "processes by watching";
  const limited =
    groups === null
      ? `memory by watching, ${counted}, cores NOT limited but by thread counts`
      : groups.limitsCores
        ? `memory, cores and processes by ${groups.describe}`
        : `memory and processes by ${groups.describe}, cores NOT limited but by thread counts`;
  return `${isolated}; limits: ${limited}, open files and file size by resource limits, time, output and disk by watching`;
}
