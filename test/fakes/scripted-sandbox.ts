import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Interrupted } from "../../runs/errors.ts";
import type { Execution, Job, Sandbox } from "../../sandbox/contract.ts";

/** What a scripted script does: its score when it runs well, or how it fails. */
export type Behavior =
  | { score: number; seconds?: number; spent?: Execution["spent"] }
  | Partial<Execution>
  | { submission: string; opened?: string[] };

/** A sandbox that runs nothing: `behavior` says what the code does. */
export function fakeSandbox(
  behavior: (code: string, job: Job) => Behavior,
  executed: Job[],
  pause: (at: string) => Promise<void>,
): Sandbox {
  return {
    name: "process",
    describe: "scripted",
    protectsFiles: true,
    packages: [],
    slots: 2,
    async run(job, signal) {
      executed.push(job);
      await pause(job.at);
      if (signal.aborted) throw new Interrupted(`interrupted in ${job.at}`);
      const code = await readFile(join(job.workspace, job.script), "utf8");
      const found = behavior(code, job);
      const logFile = join(job.workspace, "run.log");
      const log = "log" in found && found.log !== undefined ? found.log : "";
      await writeFile(logFile, log);
      const text =
        "score" in found ? `score:${found.score}` : "submission" in found ? found.submission : null;
      if (text !== null) await writeFile(join(job.workspace, "submission.csv"), text);
      return { ...executionOf(found), logFile, log };
    },
    close: async () => undefined,
  };
}

function executionOf(found: Behavior): Omit<Execution, "logFile" | "log"> {
  const plain = {
    outcome: "finished" as const,
    exitCode: 0,
    signal: null,
    seconds: 1,
    peakMb: 10,
    gpu: null,
    spent: [],
    opened: ["train.csv", "test.csv"],
    audit: { processes: [], sockets: [], outside: [], forbidden: null },
    warning: null,
  };
  if ("score" in found) {
    const { seconds = plain.seconds, spent = plain.spent } = found;
    return { ...plain, seconds, spent };
  }
  if ("submission" in found) return { ...plain, opened: found.opened ?? plain.opened };
  return { ...plain, ...found };
}
