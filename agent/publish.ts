import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { copyAtomically, writeAtomically } from "../runs/atomic-file.ts";
import { executeView } from "./evaluate.ts";
import type { Run } from "./run.ts";
import type { Evaluated, Solution } from "./solution.ts";

/** From the first scored solution on there is always a valid submission.csv in the run folder (design §5). */
export async function publishFirst(run: Run, evaluated: Evaluated): Promise<void> {
  if (run.mode === "self-reported") return;
  await run.once("publish/first", async () => {
    const made = await submissionOf(run, evaluated.solution);
    if (made !== null)
      await publish(
        run,
        "publish/first",
        evaluated.solution.id,
        made,
        [evaluated.solution],
        "first scored solution",
      );
  });
}

/** The submission of a script run unchanged on all training rows and the real test rows; null when it leaves no valid one. */
export async function submissionOf(run: Run, solution: Solution): Promise<string | null> {
  const outcome = await executeView(run, solution, "final");
  if (outcome === null || outcome.status !== "scored") return null;
  return outcome.executed.submission === null
    ? null
    : join(run.folder, outcome.executed.submission);
}

/** Replaces the run's submission and the scripts that made it, then journals which solution stands. */
export async function publish(
  run: Run,
  key: string,
  id: string,
  file: string,
  scripts: readonly Solution[],
  why: string,
): Promise<void> {
  await run.step("submission-written", key, async () => {
    const bytes = await readFile(file);
    await copyAtomically(file, join(run.folder, "submission.csv"));
    const [only, ...more] = scripts;
    if (only !== undefined && more.length === 0)
      await writeAtomically(join(run.folder, "solution.py"), only.code);
    if (more.length > 0) await mkdir(join(run.folder, "solution"), { recursive: true });
    for (const script of more.length === 0 ? [] : scripts) {
      await writeAtomically(
        join(run.folder, "solution", `${script.id.replaceAll("/", ".")}.py`),
        script.code,
      );
    }
    return { solution: id, sha256: createHash("sha256").update(bytes).digest("hex"), why };
  });
}
