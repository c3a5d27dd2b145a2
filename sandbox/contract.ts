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

/** One script to run. The sandbox sees `workspace` (writable, its working directory) and `input` (read-only at ./input). */
export type Job = {
  /** Place in the algorithm, `track-1/init-2/fold-0`: label of the container and of errors. */
  at: string;
  workspace: string;
  /** Script file inside the workspace. */
  script: string;
  input: string;
  limits: Limits;
  seed: number;
};

export type Outcome =
  | "finished"
  | "error"
  | "timed-out"
  | "out-of-memory"
  | "output-limit"
  | "disk-limit";

/** What the script did. Anything the engine did wrong is thrown as `SandboxUnavailable` instead. */
export type Execution = {
  outcome: Outcome;
  exitCode: number | null;
  signal: string | null;
  /** Wall clock of the script, in seconds. */
  seconds: number;
  peakMb: number | null;
  /** Absolute path of the captured output (stdout and stderr together), cut at the limit. */
  logFile: string;
  /** Head and tail of the output, at most 8 KiB, the cut marked. */
  log: string;
  /** Files under ./input the script opened, relative to it, sorted. */
  opened: string[];
  /** A child was killed for memory though the script exited 0, and the like. */
  warning: string | null;
};

/** Runs Python nobody trusts (design §7). Each clause has a test that attacks it. */
export interface Sandbox {
  readonly name: "docker" | "process";
  /** One line for reports: engine, version, image, what is enforced. */
  readonly describe: string;
  /** Installed packages, `name==version`, for the brief. */
  readonly packages: readonly string[];
  /** Executions that may run side by side on this machine. */
  readonly slots: number;
  /** Throws `SandboxUnavailable` for engine failures; an aborted signal kills the group and throws `Interrupted`. */
  run(job: Job, signal: AbortSignal): Promise<Execution>;
  close(): Promise<void>;
}
