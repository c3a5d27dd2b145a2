import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { SandboxUnavailable } from "../../runs/errors.ts";
import { recordRunning } from "./leftovers.ts";

/** A command that is to be the first of a group of its own. */
export type Command = {
  file: string;
  args: string[];
  cwd: string;
  environment: Record<string, string>;
  /** What it inherits; a pipe at descriptor 3 is for its status. */
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
  status: { text: string; whole: Promise<string> };
  /** Resolves to what erases it from the record. */
  recorded: Promise<() => Promise<void>>;
};

/** Starts a command as a group of its own, on record so that a later start can end it. */
export function startGroup(command: Command): Started {
  const { file, args, cwd, environment, stdio, record } = command;
  const child = spawn(file, args, { cwd, env: environment, detached: true, stdio });
  const ended = whenEnded(child, file);
  // It may fail before anything awaits it: the rejection is seen by whoever awaits it later.
  ended.catch(() => undefined);
  const { cacheDir, id, ...running } = record;
  const recorded = recordRunning(cacheDir, id, { leader: child.pid ?? 0, ...running });
  recorded.catch(() => undefined);
  return { child, ended, status: readStatus(child), recorded };
}

function whenEnded(child: ChildProcess, file: string): Started["ended"] {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new SandboxUnavailable(`cannot start ${file}: ${cause.message}`, { cause })),
    );
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

function readStatus(child: ChildProcess): Started["status"] {
  const status = { text: "", whole: Promise.resolve("") };
  const pipe = child.stdio[3];
  if (!(pipe instanceof Readable)) return status;
  pipe.on("error", () => undefined);
  pipe.on("data", (block) => {
    status.text += block;
  });
  status.whole = new Promise((resolve) => pipe.once("close", () => resolve(status.text)));
  return status;
}
