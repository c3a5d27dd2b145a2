import { randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import { SandboxUnavailable } from "../../runs/errors.ts";
import type { Limits } from "../contract.ts";
import {
  type ControlGroup,
  type ControlGroups,
  removeControlGroup,
} from "../linux/control-groups.ts";
import { endGroup } from "../linux/processes.ts";
import { type Started, startGroup } from "../linux/start-group.ts";

/** A shell in control groups of its own that waits for the one command that it is to exec. */
export type Shell = {
  started: Started;
  group: ControlGroup | null;
  /** Execs the command: output goes to the log, and each text to the descriptor of its position, from 4 on. */
  exec(command: readonly string[], log: string, inherited: readonly Buffer[]): void;
  /** Ends it where it still waits, and removes its groups, then the record of both. */
  remove(): Promise<void>;
};

/** Shells started ahead: joining control groups takes the kernel longer than all other isolation together. */
export type ReadyShells = {
  take(limits: Limits): Promise<Shell>;
  /** Starts the next one, where none waits, for a job with the same limits. */
  prepare(limits: Limits): void;
  /** Removes what is left of one that has ended; only closing waits for it. */
  remove(shell: Shell): void;
  close(): Promise<void>;
};

const PATH = "/usr/local/bin:/usr/bin:/bin";
const JOIN = 'joined=yes; for file in "$@"; do echo $$ >"$file" || joined=no; done';

/** At most one shell waits; it uses hardly any memory, its wait counts for no limit, and it ends with us. */
export function readyShells(cacheDir: string, groups: ControlGroups | null): ReadyShells {
  let waiting: { limits: Limits; shell: Promise<Shell> } | null = null;
  const removals = new Set<Promise<void>>();
  const keep = (removal: Promise<void>): void => {
    const done = removal.finally(() => removals.delete(done));
    removals.add(done);
  };
  const discard = (): void => {
    // One that could not be opened left nothing.
    if (waiting !== null)
      keep(waiting.shell.then((shell) => shell.remove()).catch(() => undefined));
    waiting = null;
  };
  return {
    take: (limits) => {
      if (waiting !== null && !areAlike(waiting.limits, limits)) discard();
      const taken = waiting?.shell ?? openShell(cacheDir, groups, limits);
      waiting = null;
      return taken;
    },
    prepare: (limits) => {
      if (waiting !== null) return;
      waiting = { limits, shell: openShell(cacheDir, groups, limits) };
      // Seen by whoever takes it.
      waiting.shell.catch(() => undefined);
    },
    remove: (shell) => keep(shell.remove()),
    close: async () => {
      discard();
      await Promise.all(removals);
    },
  };
}

/** Whether control groups made for one serve the other. */
function areAlike(one: Limits, other: Limits): boolean {
  const { memoryMb, cpus, pids } = one;
  return memoryMb === other.memoryMb && cpus === other.cpus && pids === other.pids;
}

async function openShell(
  cacheDir: string,
  groups: ControlGroups | null,
  limits: Limits,
): Promise<Shell> {
  const group = await makeGroup(groups, limits);
  const controlGroups = group?.folders ?? [];
  const id = randomUUID();
  const mark = `MLE_STAR_EXECUTION=${id}`;
  const started = startGroup({
    file: "/bin/sh",
    args: ["-s", ...(group?.joins ?? [])],
    cwd: "/",
    environment: { PATH, MLE_STAR_EXECUTION: id },
    // Its commands come through standard input, which ends with us, and so does the shell.
    stdio: ["pipe", "ignore", "ignore", "pipe", "pipe", "pipe"],
    record: { cacheDir, id, mark, folder: null, controlGroups },
  });
  const pipes = started.child.stdio.map((pipe) => (pipe instanceof Writable ? pipe : null));
  // One that dies before it has read everything shows that by its exit.
  for (const pipe of pipes) pipe?.on("error", () => undefined);
  pipes[0]?.write(`${JOIN}\n`);
  return {
    started,
    group,
    exec: (command, log, inherited) => {
      inherited.forEach((text, index) => void pipes[4 + index]?.end(text));
      const redirection = `</dev/null >>${quote(log)} 2>&1`;
      pipes[0]?.end(
        `[ $joined = yes ] && exec ${command.map(quote).join(" ")} ${redirection}\necho cannot join its control groups ${redirection}\nexit 1\n`,
      );
    },
    remove: () => removeShell(started, controlGroups),
  };
}

async function removeShell({ child, ended, recorded }: Started, folders: string[]): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) endGroup(child.pid);
  await ended.catch(() => undefined);
  // An empty group that stays does no harm; nor does a record of what is gone.
  await removeControlGroup(folders).catch(() => undefined);
  await recorded.then((erase) => erase()).catch(() => undefined);
}

async function makeGroup(
  groups: ControlGroups | null,
  limits: Limits,
): Promise<ControlGroup | null> {
  try {
    return (await groups?.make(limits)) ?? null;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxUnavailable(`no control group can be made: ${why}`, { cause });
  }
}

/** One word of a shell, whatever is in it. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
