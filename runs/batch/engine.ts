/** What a machine, or a job's part of it, holds. */
export type Slots = { cpus: number; memoryMb: number; gpus: number };

/** One try of a job: a command that is run once, in a folder of its own that the engine writes to. */
export type Attempt = {
  folder: string;
  command: readonly string[];
  /** Added to the environment of a job; nothing secret. */
  env: Readonly<Record<string, string>>;
  needs: Slots;
};

/**
 * How a try stands. `lost`: it ended without a word (killed, or its machine went away), or never began; it will not
 * begin any more; `why` is the engine's reason. `ended` with a reason: the engine ended it for what it did itself.
 */
export type AttemptState =
  | { kind: "running" }
  | { kind: "ended"; exitCode: number; why?: string }
  | { kind: "lost"; why?: string };

/**
 * Where jobs run. Everything is told by the folder of the try: an engine finds what another process has submitted. A
 * method throws only for what the engine itself cannot do (`Fault`), or was wrongly asked for (`UserError`); how a job
 * ends is a state.
 */
export type Engine = {
  readonly name: string;
  /** The queue of jobs that this engine is: no batch goes on in another one. Null: this machine. */
  readonly place: string | null;
  /** What there is in all, used or not. */
  capacity(): Promise<Slots>;
  /** Starts tries whose folders are there and empty. Never started twice: the second call of a folder does nothing. */
  submit(attempts: readonly Attempt[]): Promise<void>;
  state(folder: string): Promise<AttemptState>;
  /** `gently`: as Ctrl-C does; `at-once`: kills jobs with all their processes. */
  cancel(folders: readonly string[], how: "gently" | "at-once"): Promise<void>;
  /** The file with what a try has said. */
  logs(folder: string): string;
};
