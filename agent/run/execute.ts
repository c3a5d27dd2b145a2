import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Interrupted } from "../../runs/errors.ts";
import type { EventValue } from "../../runs/events/events.ts";
import { sha256 } from "../../runs/sha256.ts";
import { prepareWorkspace, takeSubmission } from "../../sandbox/workspace.ts";
import {
  type Judgement,
  parseViewRun,
  type View,
  type ViewRun,
} from "../../tasks/referee/referee.ts";
import { environmentHash, inputHash } from "./hashes.ts";
import type { Run } from "./run.ts";

export type Executed = EventValue<"executed">;

/**
 * Runs a script under one view, the submission's before the search's. The value is journaled; null when the
 * budget or the user does not allow it.
 */
export async function execute(
  run: Run,
  id: string,
  code: string,
  view: ViewRun,
): Promise<Executed | null> {
  const isUrgent = view === "final" || view === "sealed";
  return run.slots.run(() => executeNow(run, id, code, view), { isUrgent });
}

/** The budget is asked when the slot is free: what was allowed before a long wait may not be any more. */
async function executeNow(
  run: Run,
  id: string,
  code: string,
  view: ViewRun,
): Promise<Executed | null> {
  const key = `${id}/${view}/run`;
  const seconds = run.budget.executionSeconds(parseViewRun(view).view);
  const reservation = await run.budget.reserve(key, { tokens: 0, usd: 0, executions: 1, seconds });
  if (typeof reservation === "string") return null;
  try {
    return await run.journal.step("executed", key, () => runScript(run, id, code, view));
  } catch (error) {
    if (error instanceof Interrupted) return null;
    throw error;
  } finally {
    reservation.release();
  }
}

async function runScript(run: Run, id: string, code: string, view: ViewRun): Promise<Executed> {
  const place = parseViewRun(view);
  const workspace = join(run.folder, "work", id, view);
  const keep = join(run.folder, "attempts", id);
  await mkdir(keep, { recursive: true });
  await prepareWorkspace(workspace, code);
  const limits = {
    ...run.brief.limits,
    seconds: run.budget.executionSeconds(place.view),
    pids: 512,
    outputMb: 64,
    diskMb: 8192,
  };
  const input = await run.referee.input(place.view);
  const seed = run.config.seed + place.repeat;
  const script = "solution.py";
  const rules = "enforced" as const;
  const job = { at: `${id}/${view}`, workspace, script, input, limits, gpus: [], seed, rules };
  const execution = await run.sandbox.run(job, run.signal);
  await keepLog(run, execution.logFile, join(keep, `${view}.log`));
  const submission = join(keep, `${view}.csv`);
  const taken = await takeSubmission(workspace, submission);
  await rm(workspace, { recursive: true, force: true });
  return {
    solution: id,
    view,
    codeHash: sha256(code),
    inputHash: await inputHash(run, view),
    environment: environmentHash(run),
    outcome: execution.outcome,
    exitCode: execution.exitCode,
    seconds: execution.seconds,
    peakMb: execution.peakMb,
    gpu: execution.gpu,
    log: execution.log,
    opened: execution.opened,
    audit: execution.audit,
    warning: execution.warning,
    submission: taken.path === null ? null : relative(run.folder, taken.path),
    submissionHash: taken.path === null ? null : sha256(await readFile(taken.path)),
    rejected: taken.reason,
  };
}

/** A script that looked around can have printed what it found; byte for byte as it was, but for that. */
async function keepLog(run: Run, from: string, to: string): Promise<void> {
  const text = await readFile(from, "latin1");
  const clean = run.journal.redact(text);
  if (clean === text) await copyFile(from, to);
  else await writeFile(to, clean, "latin1");
}

/** Lets the referee judge what an execution left; a script that left nothing is judged without it. */
export async function judge(run: Run, executed: Executed): Promise<Judgement> {
  const { solution, view } = executed;
  const path = executed.submission;
  if (path === null) {
    const reason = executed.rejected ?? "the script wrote no submission.csv";
    return { status: "invalid-submission", score: null, reason, rows: 0, seconds: 0 };
  }
  const file = join(run.folder, path);
  const judgement = await run.journal.step("judged", `${solution}/${view}/judge`, async () => ({
    solution,
    view,
    ...(await run.referee.judge(...bankedAs(solution, view), file)),
  }));
  // The bank holds the predictions now; only the file that may become the submission is kept.
  if (view !== "final") await rm(file, { force: true });
  return judgement;
}

/** The name that predictions are banked under, and the view they are for. */
function bankedAs(solution: string, viewRun: ViewRun): [string, View] {
  const { view, repeat } = parseViewRun(viewRun);
  return [repeat === 0 ? solution : `${solution}@${repeat}`, view];
}
