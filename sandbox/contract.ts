/** Hard limits of one execution. */
export type Limits = {
  seconds: number;
  memoryMb: number;
  cpus: number;
  pids: number;
  outputMb: number;
  diskMb: number;
  gpus: number;
};

/** What every execution of a run sees besides its job: a cache of weights, a proxy's socket, the variables that name them. */
export type SharedMounts = {
  /** Folders or files that scripts may read, at absolute paths of their own. */
  readOnly: readonly { source: string; target: string }[];
  /** Variables over those every script gets; engines that cannot mount write sources where targets stand. */
  environment: Readonly<Record<string, string>>;
  /** Unix sockets that scripts may connect to: the one way out of a sandbox without a network. */
  sockets: readonly { source: string; target: string }[];
};

/** One script to run. The sandbox sees `workspace` (writable, its working directory) and `input` (read-only at ./input). */
export type Job = {
  /** Place in the algorithm, `track-1/init-2/fold-0`: label of the container and of errors. */
  at: string;
  workspace: string;
  /** Script file inside the workspace. */
  script: string;
  input: string;
  limits: Limits;
  /** Ids of the GPUs leased to this execution, as `nvidia-smi -L` names them; all others stay out of reach. */
  gpus: readonly string[];
  seed: number;
  /** Whether what is forbidden to scripts ends it, or is only recorded: our own scripts test the isolation behind the rules. */
  rules: "enforced" | "audit";
};

export type Outcome =
  | "finished"
  | "error"
  | "timed-out"
  | "out-of-memory"
  | "output-limit"
  | "disk-limit"
  | "forbidden";

/** What an execution did with the GPUs leased to it, as the driver reports for the whole devices. */
export type GpuUse = {
  /** Most memory in use at once, over all its devices. */
  peakMb: number;
  /** Mean share of the time in which a kernel ran, in percent, over its devices. */
  utilization: number;
};

/** What the hooks in the interpreter recorded; the script may have forged or dropped any of this. */
export type Audit = {
  /** Programs started, by itself or by libraries. */
  processes: string[];
  /** Addresses and names that it tried to reach. */
  sockets: string[];
  /** Files of the system that it read: not its input, its own folder, installed packages or weights. */
  outside: string[];
  /** What it did that is forbidden, with the line, or how it tampered with this record; null when nothing was seen. */
  forbidden: string | null;
};

/** What the script did. Anything the engine did wrong is thrown as `SandboxUnavailable` instead. */
export type Execution = {
  outcome: Outcome;
  exitCode: number | null;
  signal: string | null;
  /** Wall clock of the script, in seconds. */
  seconds: number;
  peakMb: number | null;
  /** Null from an engine: measured where the GPUs are leased. */
  gpu: GpuUse | null;
  /** Absolute path of the captured output (stdout and stderr together), cut at the limit. */
  logFile: string;
  /** Head and tail of the output, at most 8 KiB, the cut marked. */
  log: string;
  /** Seconds of its statements, by their first line, in the order of the script: those that took most of the time. */
  spent: { line: number; seconds: number }[];
  /** Files under ./input the script opened, relative to it, sorted. */
  opened: string[];
  audit: Audit;
  /** A child was killed for memory though the script exited 0, and the like. */
  warning: string | null;
};

/** What runs the scripts; all but `process` isolate them as this page says. */
export type EngineName = "docker" | "podman" | "bwrap" | "process";

/** Runs untrusted Python. Each clause has a test that attacks it. */
export interface Sandbox {
  readonly name: EngineName;
  /** One line for reports: engine, version, image, what is enforced. */
  readonly describe: string;
  /** Whether scripts can neither read nor change files of this machine that are not theirs: else scores could be faked. */
  readonly protectsFiles: boolean;
  /** Installed packages, `name==version`, for the brief. */
  readonly packages: readonly string[];
  /** Executions that may run side by side on this machine. */
  readonly slots: number;
  /** Throws `SandboxUnavailable` for engine failures; an aborted signal kills the group and throws `Interrupted`. */
  run(job: Job, signal: AbortSignal): Promise<Execution>;
  close(): Promise<void>;
}

/** One try at an execution. */
export type Attempt = {
  execution: Execution;
  /** Whether the script ever started, as far as its notes tell. */
  hasStarted: boolean;
  /** How it was ended though it passed no limit of its own, by somebody else or by itself, in words; or null. */
  killed: string | null;
  /** Whether the script or one of its processes met the end of the memory, and that was not a limit of its own. */
  lackedMemory: boolean;
};

/** What an engine implements: one try at a job, which throws `SandboxUnavailable` when the engine fails. */
export type Attempts = {
  name: EngineName;
  describe: string;
  protectsFiles: boolean;
  packages: readonly string[];
  slots: number;
  cacheDir: string;
  /** Folders of this machine, besides its workspace, that a script writes to. */
  writes: readonly string[];
  attempt(job: Job, signal: AbortSignal): Promise<Attempt>;
  release(): Promise<void>;
};
