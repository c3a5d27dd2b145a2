import { existsSync } from "node:fs";
import { Interrupted, LimitReached } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import type { Journal } from "../../../runs/record/journal.ts";
import { sha256 } from "../../../runs/sha256.ts";
import type { SampleSubmission } from "../../../tasks/load.ts";
import type { Identity } from "./choose-run.ts";

/** A run whose set-up was ended by its time limit or by a signal. */
type Unbegun = {
  folder: string;
  journal: Journal;
  /** Null while the data have not been read. */
  identity: Identity | null;
  /** What the set-up took of the time limit. */
  seconds: number;
  /** What can be submitted all the same; null: nothing. */
  sample: () => Promise<SampleSubmission | null>;
};

/** Whether an error says that the set-up was ended, and nothing failed in it. */
export function isCut(error: unknown): error is LimitReached | Interrupted {
  return error instanceof LimitReached || error instanceof Interrupted;
}

/**
 * Leaves what there is when a run could not begin, or go on, since its time limit passed or a signal came in its
 * set-up: the sample submission stands where the run has not begun, else what it had submitted. It is not ended: the
 * same command goes on, with more time if that was the reason. Throws `error` where it is another one, or nothing can
 * be submitted.
 */
export async function leaveUnbegun(
  error: unknown,
  { folder, journal, identity, seconds, sample }: Unbegun,
  report: (line: string) => void,
): Promise<void> {
  if (!isCut(error)) throw error;
  // Nothing is added to what it certifies.
  if (journal.find("run-ended", "run-ended") !== null) return report("the run has ended");
  journal.beginWork(seconds);
  const hasBegun = journal.find("run-started", "run-started") !== null;
  const isLate = error instanceof LimitReached;
  const why = isLate ? "the time limit passed before the run could begin" : error.message;
  if (!hasBegun && !(await writeSample(folder, journal, { sample, why }))) throw error;
  const by = isLate ? "seconds" : error.message;
  await journal.append("set-up-cut", "set-up-cut", { by, identity });
  const what = hasBegun
    ? "go on; what it had submitted stands"
    : "begin; the sample submission stands";
  const [cause, way] = isLate
    ? ["the time limit passed", "raise --time-limit and repeat the command"]
    : [error.message, "repeat the command"];
  report(`${cause} before the run could ${what}: ${way}`);
}

async function writeSample(
  folder: string,
  journal: Journal,
  { sample, why }: Pick<Unbegun, "sample"> & { why: string },
): Promise<boolean> {
  const { submission } = runFiles(folder);
  if (journal.find("submission-written", KEY) !== null && existsSync(submission)) return true;
  const found = await sample();
  if (found === null) return false;
  await writeAtomically(submission, found.bytes);
  const marks = { solution: null, unchecked: [], isBest: false, isSample: true };
  await journal.append("submission-written", KEY, { ...marks, sha256: sha256(found.bytes), why });
  return true;
}

const KEY = "publish/sample";
