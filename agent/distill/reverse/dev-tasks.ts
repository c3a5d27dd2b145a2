import * as z from "zod";
import type { ReverseTask } from "./task.ts";

/** The file of a data set that holds what a trained model is asked. */
export const TASKS = "tasks.jsonl";
/** And the probes. */
export const PROBES = "probes.jsonl";

const Messages = z.array(
  z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() }),
);

/** A task for dev, with what tells whether an answer is right. */
export const DevTask = z.object({
  id: z.string(),
  role: z.enum(["debugger", "leakage", "ablation"]),
  competition: z.string(),
  run: z.string(),
  /** The kind of the bug or of the leak, `none`, or `ranking`. */
  kind: z.string(),
  /** In full: a student is shown of it what its rows held. */
  question: Messages,
  /** Of a bug: the script that fails; of a leak: the one that is shown; of a table: nothing. */
  code: z.string(),
  /** A known answer: the mended script; the lines that leak; the most important block. Null: none is known. */
  known: z.string().nullable(),
  exception: z.string().nullable(),
});
export type DevTask = z.infer<typeof DevTask>;

export function devTask(task: ReverseTask): DevTask {
  const { id, role, provenance, question } = task;
  const { competition, run } = provenance;
  return { id, role, competition, run, question, ...truthOf(task) };
}

function truthOf(task: ReverseTask): Pick<DevTask, "kind" | "code" | "known" | "exception"> {
  switch (task.role) {
    case "debugger": {
      const { kind, broken, mended, exception } = task;
      return { kind, code: broken, known: mended, exception };
    }
    case "leakage": {
      const known = task.rule === null ? null : task.leak.join("\n");
      return { kind: task.rule ?? "none", code: task.code, known, exception: null };
    }
    case "ablation":
      return { kind: "ranking", code: "", known: task.table[0]?.block ?? "", exception: null };
  }
}
