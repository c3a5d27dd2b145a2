/** What a machine, or a job's part of it, holds. */
export type Slots = { cpus: number; memoryMb: number; gpus: number };

/** One try of a job: a command that is run once, in a folder of its own that the engine writes to. */
export type Attempt = {
  folder: string;
  command: readonly string[];
  /** Added to the environment of the caller. */
  env: Readonly<Record<string, string>>;
  needs: Slots;
};

/**
 * How a try stands. `lost`: it ended without a word (killed, or its machine went away), or never began; it will not
 * begin any more.
 */
export type AttemptState =
  | { kind: "running" }
  | { kind: "ended"; exitCode: number }
  | { kind: "lost" };

/**
 * Where jobs run. Everything is told by the folder of the try: an engine finds what another process has submitted. A
 * method throws only for what the engine itself cannot do (`Fault`); how a job ends is a state.
 */
export type Engine = {
  readonly name: string;
  /** What there is in all, used or not. */
  capacity(): Promise<Slots>;
  /** Starts a try whose folder is there and empty. Never started twice: the second call of a folder does nothing. */
  submit(attempt: Attempt): Promise<void>;
  state(folder: string): Promise<AttemptState>;
  /** `gently`: as Ctrl-C does; `at-once`: kills the job with all its processes. */
  cancel(folder: string, how: "gently" | "at-once"): Promise<void>;
  /** The file with what a try has said. */
  logs(folder: string): string;
};
