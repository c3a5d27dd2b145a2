import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../runs/record/atomic-file.ts";
import { sha256 } from "../../runs/sha256.ts";
import { executeView } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Solution } from "../solution.ts";
import { whyUnvalidated } from "../trust/provenance.ts";

/**
 * From the first scored solution on there is always a valid submission.csv in the run folder (design §5): each
 * candidate is offered as soon as it is scored. The journal says whose turn it is, since on a replay another
 * track may get here first; when that solution does not run on all the data, the next one has its turn. A
 * self-reported run has no submission before its end.
 */
export async function publishFirst(
  run: Run,
  candidates: readonly (Evaluated | null | Promise<Evaluated | null>)[],
): Promise<void> {
  if (run.mode === "self-reported") return;
  await Promise.all(candidates.map(async (candidate) => offer(run, await candidate)));
}

async function offer(run: Run, candidate: Evaluated | null): Promise<void> {
  if (candidate?.evaluation.status !== "scored") return;
  const { solution } = candidate;
  for (let turn = 1; ; turn++) {
    const taken = await run.slots.once(`publish/${turn}`, () => takeTurn(run, turn, solution));
    if (taken.published || taken.solution === solution.id) return;
  }
}

async function takeTurn(run: Run, turn: number, candidate: Solution) {
  const { solution: id } = await run.journal.step("offered", `publish/turn-${turn}`, async () => ({
    solution: candidate.id,
  }));
  const solution = id === candidate.id ? candidate : await recall(run, id);
  const file = await submissionOf(run, solution);
  if (file === null) return { solution: id, published: false };
  const why = "first scored solution";
  const published = await publish(run, "publish/first", id, file, [solution], why);
  return { solution: id, published };
}

/** The solution that the first submission is of, if there is one. */
export function firstSubmitted(run: Run): string | null {
  return run.journal.recorded("submission-written", "publish/first")?.solution ?? null;
}

/** A solution that an earlier session evaluated, from its commit. */
async function recall(run: Run, id: string): Promise<Solution> {
  const recorded = run.journal.recorded("evaluated", `${id}/evaluated`);
  if (recorded === null) throw new Error(`${id} was offered before it was evaluated`);
  const { commit, parent, track, plan } = recorded;
  const code = await run.history.read(commit, "solution.py");
  return { id, code, parent, track, plan, origin: recorded.origin };
}

/** Path of the submission that a script wrote, in the exact text of ids and labels, run unchanged on all training rows and the real test rows; null when there is no valid one. */
export async function submissionOf(run: Run, solution: Solution): Promise<string | null> {
  const outcome = await executeView(run, solution, "final");
  if (outcome?.status !== "scored" || outcome.submission === null) return null;
  return join(run.folder, outcome.submission);
}

/**
 * Replaces the run's submission and the scripts that made it, then journals which solution was submitted. False when
 * it is refused, with the reason in the journal: only what was validated is submitted.
 */
export async function publish(
  run: Run,
  key: string,
  id: string,
  file: string,
  scripts: readonly Solution[],
  why: string,
): Promise<boolean> {
  if (run.journal.recorded("submission-written", key) === null) {
    const refusal = await refusalOf(run, `${key}/${id}/refused`, scripts, file);
    if (refusal !== null) return false;
  }
  const write = async () => {
    const bytes = await readFile(file);
    await writeAtomically(join(run.folder, "submission.csv"), bytes);
    await writeScripts(run.folder, scripts);
    return { solution: id, sha256: sha256(bytes), why };
  };
  const written = await run.journal.step("submission-written", key, write);
  if (run.journal.isLost(key)) {
    const again = await write();
    if (again.sha256 !== written.sha256)
      await run.journal.record("submission-written", key, { ...again, why: `${why}; made again` });
  }
  return true;
}

async function refusalOf(
  run: Run,
  key: string,
  scripts: readonly Solution[],
  file: string,
): Promise<string | null> {
  const refused = run.journal.recorded("skipped", key)?.why ?? null;
  const why = refused ?? (await whyUnvalidated(run, scripts, file));
  if (why !== null)
    await run.journal.step("skipped", key, async () => ({ what: "a submission", why }));
  return why;
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
