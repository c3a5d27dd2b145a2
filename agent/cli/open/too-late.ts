import { existsSync } from "node:fs";
import { LimitReached } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import type { Journal } from "../../../runs/record/journal.ts";
import { SET_UP_LIMIT } from "../../../runs/report/limits.ts";
import { sha256 } from "../../../runs/sha256.ts";
import type { SampleSubmission } from "../../../tasks/load.ts";

/** A run whose time limit passed while it was set up. */
type Unbegun = {
  folder: string;
  journal: Journal;
  timeLimit: number | null;
  /** What the set-up took of it. */
  seconds: number;
  /** What can be submitted all the same; null: nothing. */
  sample: () => Promise<SampleSubmission | null>;
};

/**
 * Leaves what there is when the time limit has passed before a run could begin, or go on: the sample submission stands
 * where the run has not begun, else what it had submitted. It is not ended: with more time the same command begins it.
 * Throws `error` where it is another one, or nothing can be submitted.
 */
export async function leaveUnbegun(
  error: unknown,
  { folder, journal, timeLimit, seconds, sample }: Unbegun,
  report: (line: string) => void,
): Promise<void> {
  if (!(error instanceof LimitReached)) throw error;
  journal.beginWork(seconds);
  const hasBegun = journal.find("run-started", "run-started") !== null;
  if (!hasBegun && !(await writeSample(folder, journal, sample))) throw error;
  const refusal = { allowed: false, limit: "seconds", max: timeLimit, granted: null };
  await journal.append("limit-checked", SET_UP_LIMIT, refusal);
  const what = hasBegun
    ? "go on; what it had submitted stands"
    : "begin; the sample submission stands";
  report(
    `the time limit of ${timeLimit} s passed before the run could ${what}: raise --time-limit and repeat the command`,
  );
}

async function writeSample(
  folder: string,
  journal: Journal,
  sample: Unbegun["sample"],
): Promise<boolean> {
  const { submission } = runFiles(folder);
  if (journal.find("submission-written", KEY) !== null && existsSync(submission)) return true;
  const found = await sample();
  if (found === null) return false;
  await writeAtomically(submission, found.bytes);
  const why = "the time limit passed before the run could begin";
  const marks = { solution: null, unchecked: [], isBest: false, isSample: true };
  await journal.append("submission-written", KEY, { ...marks, sha256: sha256(found.bytes), why });
  return true;
}

const KEY = "publish/sample";
