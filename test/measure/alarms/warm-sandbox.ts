import { spawn } from "node:child_process";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Sandbox } from "../../../sandbox/contract.ts";

const PROGRAM = fileURLToPath(new URL("./python/warm.py", import.meta.url));
const Ended = z.object({ id: z.number(), exit: z.number(), seconds: z.number() });
const LOG_TAIL = 4000;

/**
 * Runs scripts of our own in forks of an interpreter that has the libraries loaded: tenths of a second each. It keeps
 * nothing from them and watches nothing, so it is for measurements only.
 */
export function openWarmSandbox(python: string): Sandbox {
  const child = spawn(python, ["-B", "-W", "ignore", PROGRAM], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: "/usr/bin:/bin", OMP_NUM_THREADS: "1", PYTHONHASHSEED: "0" },
  });
  const waiting = new Map<number, (ended: z.infer<typeof Ended>) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const ended = Ended.parse(JSON.parse(line));
    waiting.get(ended.id)?.(ended);
    waiting.delete(ended.id);
  });
  let jobs = 0;
  return {
    name: "process",
    describe: "warm",
    protectsFiles: false,
    packages: [],
    slots: 2,
    async run({ workspace, script, input, limits }) {
      await symlink(input, join(workspace, "input"));
      const logFile = join(workspace, "run.log");
      const id = jobs++;
      const ended = new Promise<z.infer<typeof Ended>>((resolve) => waiting.set(id, resolve));
      const job = { id, workspace, script, log: logFile, seconds: limits.seconds };
      child.stdin.write(`${JSON.stringify(job)}\n`);
      const { exit, seconds } = await ended;
      return {
        outcome: exit === 0 ? "finished" : exit === -14 ? "timed-out" : "error",
        exitCode: exit,
        signal: null,
        seconds,
        peakMb: null,
        gpu: null,
        logFile,
        log: (await readFile(logFile, "utf8")).slice(-LOG_TAIL),
        spent: [],
        opened: ["sample_submission.csv", "test.csv", "train.csv"],
        audit: { processes: [], sockets: [], outside: [], forbidden: null },
        warning: null,
      };
    },
    close: async () => void child.stdin.end(),
  };
}
