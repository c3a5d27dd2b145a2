import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { z } from "zod";

const PROGRAM = fileURLToPath(new URL("./python/trust.py", import.meta.url));
const REFEREE = fileURLToPath(new URL("../../tasks/referee/python", import.meta.url));

/** The referee's own functions on simulated competitions, in a Python process of their own. */
export type Simulation = {
  ask<T>(schema: z.ZodType<T>, op: string, params: Record<string, unknown>): Promise<T>;
  close(): void;
};

/** Starts the process; one question at a time. */
export function openSimulation(python: string): Simulation {
  const child: ChildProcessWithoutNullStreams = spawn(python, ["-B", PROGRAM], {
    env: { PATH: "/usr/bin:/bin", REFEREE_ROOT: REFEREE, OMP_NUM_THREADS: "1" },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(schema, op, params) {
      child.stdin.write(`${JSON.stringify({ op, params })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the simulation ended at ${op}: ${said}`);
      return schema.parse(JSON.parse(value));
    },
    close: () => child.stdin.end(),
  };
}
