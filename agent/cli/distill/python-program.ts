import { execa } from "execa";

/**
 * Starts a program of `agent/distill/trainer/` in a process group of its own. It tells events on standard output, a
 * line each; what libraries say goes to the log, which is begun anew unless it is to be appended to.
 */
export function startProgram(
  [file, ...rest]: readonly [string, ...string[]],
  { log, append, env = {} }: { log: string; append: boolean; env?: Record<string, string> },
) {
  return execa(file, rest, {
    detached: true,
    cleanup: true,
    // Held open: when this process dies, however it dies, the program reads its end and ends, too.
    stdin: "pipe",
    stderr: { file: log, append },
    buffer: false,
    reject: false,
    env: { PYTHONPATH: undefined, PYTHONHOME: undefined, PYTHONUNBUFFERED: "1", ...env },
  });
}
