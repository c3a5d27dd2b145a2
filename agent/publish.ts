import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../runs/atomic-file.ts";
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
    await writeAtomically(join(run.folder, "submission.csv"), bytes);
    await writeScripts(run.folder, scripts);
    return { solution: id, sha256: createHash("sha256").update(bytes).digest("hex"), why };
  });
}

/** `solution.py` for one script, `solution/` for the members of a blend; never both. */
async function writeScripts(folder: string, scripts: readonly Solution[]): Promise<void> {
  const [single, members] = [join(folder, "solution.py"), join(folder, "solution")];
  const [only, ...more] = scripts;
  await rm(members, { recursive: true, force: true });
  if (only !== undefined && more.length === 0) return writeAtomically(single, only.code);
  await mkdir(members, { recursive: true });
  for (const script of scripts) {
    await writeAtomically(join(members, `${script.id.replaceAll("/", ".")}.py`), script.code);
  }
  await rm(single, { force: true });
}
