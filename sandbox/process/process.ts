import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { type FileHandle, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { Interrupted } from "../../runs/errors.ts";
import type { Attempt, Job, Sandbox, SharedMounts } from "../contract.ts";
import { compiledRunner } from "../environment/compiled-runner.ts";
import { reapLeftovers } from "../linux/leftovers.ts";
import { endMarked } from "../linux/processes.ts";
import { startGroup } from "../linux/start-group.ts";
import { type Ran, supervise } from "../linux/supervise.ts";
import { judgeExecution } from "../outcomes.ts";
import { retryingSandbox } from "../retry.ts";
import {
  runnerArguments,
  scriptEnvironment,
  unmountedEnvironment,
  visibleGpus,
} from "../script-environment.ts";
import { clearTraces, openLog, TRACE_NAME } from "../traces.ts";
import { openUntrusted } from "../workspace.ts";
import {
  type Confinement,
  filesOf,
  planOf,
  probeConfinement,
  protectsFiles,
} from "./confinement.ts";

export type ProcessOptions = {
  python: string;
  packages: readonly string[];
  /** Where running groups are recorded, so that a later start ends those of a dead harness. */
  cacheDir: string;
  slots: number;
  sharedMounts: SharedMounts;
};

/** What the process engine puts before the interpreter, and what that achieves. */
type Isolation = { prefix: string[]; network: boolean; tree: boolean };

/** The script ends when the harness does, even by `kill -9`. */
const DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"];
/** No network, and a process tree that ends as one, whatever leaves its group. */
const OWN_NAMESPACES = [
  "unshare",
  "--user",
  "--map-current-user",
  "--pid",
  "--fork",
  "--kill-child=KILL",
  "--mount-proc",
  "--net",
  "--ipc",
];

/** The runner hides folders and raises the loopback interface by them, then drops them; they hold in these namespaces only. */
const WITH_CAPABILITIES = [...OWN_NAMESPACES, "--keep-caps"];

/** Runs scripts as ordinary processes, confined by what the kernel grants to anyone. */
export async function processSandbox(options: ProcessOptions): Promise<Sandbox> {
  const isolation = await findIsolation();
  await reapLeftovers(options.cacheDir);
  const runnerFolder = await compiledRunner(options.python, options.cacheDir);
  const confinement = await probeConfinement(options.python, runnerFolder, isolation.prefix);
  const runner = join(runnerFolder, "runner.py");
  const setup = { ...options, isolation, runner };
  return retryingSandbox({
    name: "process",
    describe: describe(isolation, confinement),
    protectsFiles: protectsFiles(confinement),
    packages: options.packages,
    slots: options.slots,
    cacheDir: options.cacheDir,
    writes: [tmpdir(), "/dev/shm"].filter(existsSync),
    attempt: (job, signal) => runJob(setup, job, signal),
    release: async () => undefined,
  });
}

/** The strongest isolation that this system grants to an ordinary process; most Linux systems grant all. */
async function findIsolation(): Promise<Isolation> {
  const candidates: Isolation[] = [
    { prefix: [...DIE_WITH_PARENT, ...WITH_CAPABILITIES], network: true, tree: true },
    { prefix: [...DIE_WITH_PARENT, ...OWN_NAMESPACES], network: true, tree: true },
    { prefix: DIE_WITH_PARENT, network: false, tree: false },
  ];
  for (const candidate of candidates) {
    const [file = "", ...args] = candidate.prefix;
    const answer = await execa(file, [...args, "true"], { reject: false, timeout: 10_000 });
    if (answer.exitCode === 0) return candidate;
  }
  return { prefix: [], network: false, tree: false };
}

function describe({ network, tree }: Isolation, confinement: Confinement): string {
  const limits = "limits on time, memory, processes, output and disk are watched";
  const closed = network ? "no network" : confinement.tcp ? "TCP is closed" : null;
  const held = closed ?? "the network is NOT closed";
  const ended = tree ? "all descendants end with the script" : "daemons may escape";
  return `process: ${limits}; ${held}; ${ended}; ${filesOf(confinement)}`;
}

/** What an execution needs besides its job. */
type Setup = ProcessOptions & { isolation: Isolation; runner: string };

async function runJob(setup: Setup, job: Job, signal: AbortSignal): Promise<Attempt> {
  if (signal.aborted) throw new Interrupted(`interrupted before ${job.at}`);
  const { logFile, input } = await clearTraces(job.workspace);
  await symlink(job.input, input);
  // A short path: multiprocessing puts sockets there, whose names may not be long.
  const home = await mkdtemp(join(tmpdir(), "mle-"));
  const log = await openLog(logFile);
  try {
    const ran = await runScript(setup, job, { home, log }, signal);
    if (ran.verdict === "interrupted") throw new Interrupted(`interrupted in ${job.at}`);
    const ended = (await isKilled(ran, logFile)) ? { exitCode: null, signal: "SIGKILL" } : {};
    return await judgeExecution(job, { ...ran, ...ended, oomKilled: null }, ran.verdict);
  } finally {
    await log.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** `unshare` fails to pass on that its child was killed, and says so: what is left to see is its own exit code. */
async function isKilled({ exitCode, verdict }: Ran, logFile: string): Promise<boolean> {
  if (exitCode !== 1 || verdict !== null) return false;
  const file = await openUntrusted(logFile);
  if (typeof file === "string") return false;
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, 200));
    await file.read(tail, 0, tail.length, size - tail.length);
    return /unshare: sigprocmask unblock failed: [^\n]*\n$/u.test(tail.toString("utf8"));
  } finally {
    await file.close();
  }
}

async function runScript(
  { python, cacheDir, sharedMounts, isolation, runner }: Setup,
  job: Job,
  { home, log }: { home: string; log: FileHandle },
  signal: AbortSignal,
): Promise<Ran> {
  const { prefix, tree } = isolation;
  const id = randomUUID();
  const mark = `MLE_STAR_EXECUTION=${id}`;
  const path = `${dirname(python)}:/usr/local/bin:/usr/bin:/bin`;
  const plan = await planOf(job, { python, home, sharedMounts, ...isolation });
  const command = [...prefix, python, runner, ...runnerArguments(job, TRACE_NAME), ...plan];
  const [file = "", ...args] = command;
  const started = startGroup({
    file,
    args,
    cwd: job.workspace,
    environment: {
      ...scriptEnvironment(job, home, path),
      ...visibleGpus(job),
      ...unmountedEnvironment(sharedMounts),
      MLE_STAR_EXECUTION: id,
    },
    // The script writes to the file itself: no pipe that a grandchild could keep open.
    stdio: ["ignore", log.fd, log.fd],
    record: { cacheDir, id, mark, folder: home, controlGroups: [] },
  });
  const supervised = { started, log, folders: [job.workspace, home], isLimited: false };
  const ran = await supervise(supervised, job, signal, async (verdict) => {
    // A tree that ended by itself has ended whole; one that was killed may still be ending.
    if (!tree || verdict !== null) await endAllMarked(mark);
  });
  await (await started.recorded)();
  return ran;
}

/** Repeats until none is left: a process may fork while the table is read. */
async function endAllMarked(mark: string): Promise<void> {
  for (let round = 0; round < 50 && endMarked(mark) > 0; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
