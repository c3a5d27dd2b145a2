import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigInvalid, Fault, Interrupted } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { endGroup } from "../../../../sandbox/linux/processes.ts";
import {
  MergeEvent,
  type MergeResult,
  type MergeSettings,
  mergeText,
} from "../../../distill/merge/merging.ts";
import type { CallGroup } from "../../../distill/merge/role-calls.ts";
import { startProgram } from "../../distill/python-program.ts";

const program = fileURLToPath(new URL("../../../distill/trainer/merge.py", import.meta.url));

export type MergeJob = {
  python: string;
  /** Where it works: scores of a soup and the log stay there, the model comes into its folder `model`. */
  partial: string;
  /** Of greedy-soup: calls that judge. */
  groups: readonly CallGroup[];
  device: "auto" | "cpu" | "cuda";
  report: (line: string) => void;
  signal: AbortSignal;
};

/** Merges in a process of its own. Throws `ConfigInvalid` for models that cannot be merged. */
export async function runMerge(settings: MergeSettings, job: MergeJob): Promise<MergeResult> {
  const { python, partial, groups, device, report, signal } = job;
  const questions = join(partial, "calls.jsonl");
  await writeFile(questions, groups.map((group) => `${JSON.stringify(group)}\n`).join(""));
  const { parents, base, ...rest } = settings;
  const where = { folder: join(partial, "model"), trials: join(partial, "trials.jsonl") };
  const asked = { ...rest, places: parents, base, questions, device, ...where };
  const path = join(partial, "program.json");
  await writeFile(path, JSON.stringify(asked));
  const log = join(partial, "merge.log");
  const child = startProgram([python, "-B", program, path], { log, append: true });
  const end = (): void => endGroup(child.pid);
  signal.addEventListener("abort", end);
  let done: MergeResult | null = null;
  try {
    for await (const line of child.iterable()) {
      const event = MergeEvent.safeParse(parseJson(line)).data;
      if (event === undefined) continue;
      if (event.event === "failed") throw new ConfigInvalid(event.message);
      if (event.event === "done") {
        const { event: _, ...result } = event;
        done = result;
      }
      const shown = mergeText(event, parents);
      if (shown !== null) report(shown);
    }
    const { signal: killedBy, exitCode } = await child;
    if (signal.aborted) throw new Interrupted("interrupted: the same command goes on");
    if (done !== null) return done;
    throw new Fault(`the merge ended with ${killedBy ?? `code ${exitCode}`} (log: ${log})`);
  } finally {
    signal.removeEventListener("abort", end);
    endGroup(child.pid);
  }
}
