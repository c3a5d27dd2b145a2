import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { SandboxUnavailable } from "../../runs/errors.ts";
import { noteRunning } from "./leftovers.ts";

/** A command that is to be the first of a group of its own. */
export type Command = {
  file: string;
  args: string[];
  cwd: string;
  environment: Record<string, string>;
  /** What it inherits; a pipe at descriptor 3 is for it to tell us something. */
  stdio: StdioOptions;
  /** What a later start needs to end it, should we die. */
  record: {
    cacheDir: string;
    id: string;
    mark: string;
    folder: string | null;
    controlGroups: string[];
  };
};

/** A group that was started, and is on record so that a later start can end it. */
export type Started = {
  child: ChildProcess;
  ended: Promise<{ exitCode: number | null; signal: string | null }>;
  /** What it wrote to its pipe: so far, and once it has closed it. */
  told: { text: string; whole: Promise<string> };
  /** Resolves to what erases it from the record. */
  noted: Promise<() => Promise<void>>;
};

/** Starts a command as a group of its own, noted so that a later start can end it. */
export function startGroup(command: Command): Started {
  const { file, args, cwd, environment, stdio, record } = command;
  const child = spawn(file, args, { cwd, env: environment, detached: true, stdio });
  const ended = whenEnded(child, file);
  // One that nobody waits for yet may fail already: who takes it up is told then.
  ended.catch(() => undefined);
  const { cacheDir, id, ...running } = record;
  const noted = noteRunning(cacheDir, id, { leader: child.pid ?? 0, ...running });
  noted.catch(() => undefined);
  return { child, ended, told: listen(child), noted };
}

function whenEnded(child: ChildProcess, file: string): Started["ended"] {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new SandboxUnavailable(`cannot start ${file}: ${cause.message}`, { cause })),
    );
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

function listen(child: ChildProcess): Started["told"] {
  const told = { text: "", whole: Promise.resolve("") };
  const pipe = child.stdio[3];
  if (!(pipe instanceof Readable)) return told;
  pipe.on("error", () => undefined);
  pipe.on("data", (block) => {
    told.text += block;
  });
  told.whole = new Promise((resolve) => pipe.once("close", () => resolve(told.text)));
  return told;
}
