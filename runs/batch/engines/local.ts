import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { diskError, errorCode, Fault } from "../../errors.ts";
import type { Attempt, AttemptState, Engine, Slots } from "../engine.ts";

/**
 * Runs the command and writes down how it ended. The folder `claim` is made by exactly one: by this script, which then
 * is the only one to run, or by an engine that has given the try up. A signal to the group reaches the command; the
 * script itself outlives it.
 */
const WRAPPER = `dir=$1
shift
mkdir "$dir/claim" 2>/dev/null || exit 97
echo $$ >"$dir/pid.new" && mv "$dir/pid.new" "$dir/pid"
trap : INT TERM HUP
"$@" >>"$dir/log.txt" 2>&1 </dev/null
code=$?
echo $code >"$dir/exit.new" && mv "$dir/exit.new" "$dir/exit"
`;

/** From a claim to the id of its process take two commands of a shell. */
const CLAIM_MS = 10_000;

/** Jobs as children of this machine, each in a process group of its own, which outlives the program that began it. */
export function localEngine(slots: Slots, environment: NodeJS.ProcessEnv): Engine {
  const children = new Map<string, ChildProcess>();
  const start = async ({ folder, command, env }: Attempt) => {
    const child = spawn("sh", ["-c", WRAPPER, "mle-star-job", folder, ...command], {
      env: { ...environment, ...env },
      stdio: "ignore",
      detached: true,
    });
    children.set(folder, child);
    child.once("exit", () => children.delete(folder));
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(diskError(error, folder)));
    });
    child.unref();
  };
  const stop = async (folder: string, how: "gently" | "at-once") => {
    const pid = (await pidOf(folder)) ?? children.get(folder)?.pid ?? null;
    if (pid === null || (await stateOf(folder, false)).kind !== "running") return;
    try {
      process.kill(-pid, how === "gently" ? "SIGINT" : "SIGKILL");
    } catch (error) {
      // It ended meanwhile.
      if (errorCode(error) !== "ESRCH") throw new Fault(`job ${folder} cannot be stopped`);
    }
  };
  return {
    name: "local",
    place: null,
    capacity: async () => slots,
    logs: (folder) => join(folder, "log.txt"),
    async submit(attempts) {
      for (const attempt of attempts) await start(attempt);
    },
    state: (folder) => stateOf(folder, children.has(folder)),
    async cancel(folders, how) {
      for (const folder of folders) await stop(folder, how);
    },
  };
}

async function stateOf(folder: string, isOwnChild: boolean): Promise<AttemptState> {
  const ended = await exitOf(folder);
  if (ended !== null) return ended;
  if (isOwnChild) return { kind: "running" };
  const pid = await pidOf(folder);
  if (pid !== null) {
    if (await isJob(pid, folder)) return { kind: "running" };
    // It may have ended between the two looks.
    return (await exitOf(folder)) ?? { kind: "lost" };
  }
  return claimed(folder);
}

/**
 * How tries of `localEngine` stand, for somebody who only looks: `localEngine` itself takes a try without a process from
 * whoever might still begin it.
 */
export const localTries: Pick<Engine, "state" | "logs"> = {
  logs: (folder) => join(folder, "log.txt"),
  async state(folder) {
    if ((await pidOf(folder)) !== null) return stateOf(folder, false);
    const ended = await exitOf(folder);
    if (ended !== null) return ended;
    const age = Date.now() - (await stat(folder)).mtimeMs;
    return age < CLAIM_MS ? { kind: "running" } : { kind: "lost" };
  },
};

/** What an engine of this machine writes into the folder of a try. */
export const FILES_OF_TRY = ["exit", "pid", "log.txt"] as const;

/** A try without a process id: about to have one, or taken from whoever might still begin it. */
async function claimed(folder: string): Promise<AttemptState> {
  const claim = join(folder, "claim");
  try {
    await mkdir(claim);
    return { kind: "lost" };
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw diskError(error, claim);
  }
  const age = Date.now() - (await stat(claim)).mtimeMs;
  return age < CLAIM_MS ? { kind: "running" } : { kind: "lost" };
}

async function exitOf(folder: string): Promise<AttemptState | null> {
  const text = await readOrNull(join(folder, "exit"));
  return text === null ? null : { kind: "ended", exitCode: Number(text) };
}

async function pidOf(folder: string): Promise<number | null> {
  const text = await readOrNull(join(folder, "pid"));
  return text === null ? null : Number(text);
}

/** Whether that process is this try: an id that another process has by now names another folder, or none. */
async function isJob(pid: number, folder: string): Promise<boolean> {
  const text =
    process.platform === "linux"
      ? await readOrNull(`/proc/${pid}/cmdline`)
      : await execFileAsync("ps", ["-o", "command=", "-p", String(pid)]).then(
          ({ stdout }) => stdout,
          () => null,
        );
  return text?.includes(folder) ?? false;
}

const execFileAsync = promisify(execFile);

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw diskError(error, path);
  }
}
