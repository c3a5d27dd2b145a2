import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { diskError, Fault, placeOf } from "../../runs/errors.ts";
import type { EventValue } from "../../runs/events/events.ts";
import { sha256 } from "../../runs/sha256.ts";
import type { Execution } from "../../sandbox/contract.ts";
import { copyInput, prepareWorkspace, takeSubmission } from "../../sandbox/workspace.ts";
import { exactPath, parseViewRun, type View, type ViewRun } from "../../tasks/referee/referee.ts";
import { withOwnLines } from "../python-source/strip.ts";
import type { Solution, Status } from "../solution.ts";
import { FIRST_SUBMISSION } from "./budget.ts";
import { ownStatements, placeOfEnd } from "./context/spent.ts";
import { endedBy, GRACE_SECONDS, wasStopped } from "./deadline.ts";
import { searchFoldsOf } from "./folds.ts";
import { environmentHash, inputHash, inputOf } from "./hashes.ts";
import type { Run } from "./run.ts";

export type Executed = EventValue<"executed">;

/** What running a script under one view came to; `reason` says why there is no score. */
export type ViewOutcome = {
  executed: Executed;
  status: Status;
  score: number | null;
  reason: string | null;
  /** Path of the valid submission relative to the run folder, in the exact text of ids and labels; null without one. */
  submission: string | null;
};

/** Characters of a log, from its end, that say why a script failed. */
const LOG_TAIL = 6000;
/** What a script may write and start, beside the limits of the brief. */
const LIMITS = { pids: 512, outputMb: 64, diskMb: 8192 };

/** The views that judge every solution; a self-reported run has one, on the public folder. */
export function searchViews(run: Run): View[] {
  if (run.mode === "self-reported") return ["fold-0"];
  return searchFoldsOf(run);
}

/** What a script predicted on some views, as hashes of what is banked; null where nothing is. */
export function predictionsOn(run: Run, id: string, views: readonly View[]): string | null {
  const hashes = views.map(
    (view) => run.journal.recorded("judged", `${id}/${view}/judge`)?.banked?.sha256 ?? null,
  );
  return hashes.includes(null) ? null : hashes.join(" ");
}

/**
 * Runs a solution under one view and judges its submission, once however often it is asked for. Null when the
 * budget or the user does not allow it. Alone it runs beside no other execution of this run.
 */
export function executeView(
  run: Run,
  solution: Solution,
  view: ViewRun,
  { isAlone } = { isAlone: false },
): Promise<ViewOutcome | null> {
  return run.slots.once(`${solution.id}/${view}`, async () => {
    const executed = isAlone
      ? await run.slots.runAlone(() => executeNow(run, solution, view))
      : await execute(run, solution, view);
    if (executed === null) return null;
    const isJudged = run.budget.refusedBefore(judgmentKey(solution.id, view)) === null;
    if (isJudged && run.journal.isLost(runKey(solution.id, view)))
      await restore(run, solution, view, executed);
    await restoreLog(run, executed);
    return judgeInTime(run, executed, view);
  });
}

/** The submission's views go before those of the search. */
function execute(run: Run, solution: Solution, view: ViewRun): Promise<Executed | null> {
  const isUrgent = view === "final" || view === "sealed";
  return run.slots.run(() => executeNow(run, solution, view), { isUrgent });
}

/** The budget is asked when the slot is free: what was allowed before a long wait may not be any more. */
async function executeNow(
  run: Run,
  { id, code }: Solution,
  view: ViewRun,
): Promise<Executed | null> {
  const key = runKey(id, view);
  const isFirst = makesFirstSubmission(run, view);
  const seconds = run.budget.executionSeconds(parseViewRun(view).view);
  const need = { tokens: 0, usd: 0, executions: 1, seconds };
  const reservation = await run.budget.reserve(key, need, isFirst);
  if (typeof reservation === "string") return null;
  const signal = isFirst ? run.submissionSignal : run.signal;
  try {
    return await run.journal.step("executed", key, () =>
      runScript(run, { id, code }, view, signal),
    );
  } catch (error) {
    if (await wasStopped(run, key, signal, error)) return null;
    throw error;
  } finally {
    reservation.release();
  }
}

/** Whether an execution is to make the first submission of a script: it goes before all else, also when the search has ended. */
function makesFirstSubmission(run: Run, view: ViewRun): boolean {
  return view === "final" && run.journal.recorded("submission-written", FIRST_SUBMISSION) === null;
}

async function runScript(
  run: Run,
  { id, code }: Pick<Solution, "id" | "code">,
  view: ViewRun,
  signal: AbortSignal,
): Promise<Executed> {
  // Its path says nothing of the view that it is run on: a script can read it.
  const place = join(run.folder, "work", randomUUID());
  const workspace = join(place, "box");
  const keep = join(run.folder, "attempts", id);
  try {
    await mkdir(keep, { recursive: true });
    await prepareWorkspace(workspace, run.python.stripped(code).text);
    const execution = await runIn(run, place, { id, view }, signal);
    return await takeResult(run, { id, code, view }, execution, { workspace, keep });
  } catch (error) {
    // It would keep full the disk that it has filled. Where it cannot be removed, the first error says why.
    await rm(place, { recursive: true, force: true }).catch(() => undefined);
    throw diskError(error, placeOf(error) ?? keep);
  }
}

/** The limit of the job is the script's own: what the run has left is the signal's to say. */
async function runIn(
  run: Run,
  at: string,
  { id, view }: { id: string; view: ViewRun },
  signal: AbortSignal,
): Promise<Execution> {
  const place = parseViewRun(view);
  const seconds = run.budget.executionSeconds(place.view);
  const limits = { ...run.brief.limits, ...LIMITS, seconds };
  const [workspace, input] = [join(at, "box"), join(at, "data")];
  await copyInput(await inputOf(run, view), input);
  const seed = run.config.seed + place.repeat;
  const script = "solution.py";
  const rules = "enforced" as const;
  const job = { at: `${id}/${view}`, workspace, script, input, limits, gpus: [], seed, rules };
  return endedBy(signal, GRACE_SECONDS.execution, () => run.sandbox.run(job, signal));
}

/** Keeps what an execution left: its log and its submission. */
async function takeResult(
  run: Run,
  { id, code, view }: { id: string; code: string; view: ViewRun },
  execution: Execution,
  { workspace, keep }: { workspace: string; keep: string },
): Promise<Executed> {
  const ran = run.python.stripped(code);
  const own = (said: string) => withOwnLines(said, ran, code);
  // The log byte for byte, but for line numbers, and for secrets that a script has found and printed.
  const bytes = Buffer.from(code, "utf8").toString("latin1");
  const log = withOwnLines(await readFile(execution.logFile, "latin1"), ran, bytes);
  const { forbidden } = execution.audit;
  const taken = await takeSubmission(workspace, join(keep, `${view}.csv`));
  await rm(dirname(workspace), { recursive: true, force: true });
  await writeFile(join(keep, `${view}.log`), run.journal.redact(log), "latin1");
  return {
    solution: id,
    view,
    codeHash: sha256(code),
    ranHash: sha256(ran.text),
    inputHash: await inputHash(run, view),
    environment: environmentHash(run),
    outcome: execution.outcome,
    exitCode: execution.exitCode,
    seconds: execution.seconds,
    peakMb: execution.peakMb,
    gpu: execution.gpu,
    spent: ownStatements(execution.spent, ran, code),
    log: own(execution.log),
    opened: execution.opened,
    audit: { ...execution.audit, forbidden: forbidden === null ? null : own(forbidden) },
    warning: execution.warning,
    submission: taken.path === null ? null : relative(run.folder, taken.path),
    submissionHash: taken.path === null ? null : sha256(await readFile(taken.path)),
    rejected: taken.reason,
  };
}

/** Where an execution stands in the journal. */
function runKey(id: string, view: ViewRun): string {
  return `${id}/${view}/run`;
}

/**
 * Runs a script once more whose predictions or submission are gone, whatever the run has left: without them it cannot
 * go on. The journaled score stands; that it was run again is journaled, too.
 */
async function restore(
  run: Run,
  { id, code }: Solution,
  view: ViewRun,
  was: Executed,
): Promise<void> {
  const isUrgent = view === "final";
  const now = await run.slots.run(() => runScript(run, { id, code }, view, run.lastingSignal), {
    isUrgent,
  });
  if (now.submission === null)
    throw new Fault(
      `${id} was run again on ${view}, since its predictions are lost, and left none this time (${now.outcome}): run the same command again, or restore ${join(run.folder, "referee")} and ${join(run.folder, "attempts")} from a backup`,
    );
  const recorded = run.journal.recorded("judged", judgmentKey(id, view));
  const judgment =
    recorded === null || recorded.banked === null
      ? null
      : await run.referee.judge(
          bankedAs(id, view),
          parseViewRun(view).view,
          join(run.folder, now.submission),
        );
  await run.journal.record("restored", `${id}/${view}/restored`, {
    solution: id,
    view,
    isSame: now.submissionHash === was.submissionHash,
    submissionHash: now.submissionHash,
    score: judgment?.score ?? null,
    banked: judgment?.banked ? [judgment.banked] : [],
    seconds: now.seconds,
  });
}

/** Of a log that was taken away, what the journal has of it. */
async function restoreLog(run: Run, { solution, view, log }: Executed): Promise<void> {
  const keep = join(run.folder, "attempts", solution);
  const file = join(keep, `${view}.log`);
  if (existsSync(file)) return;
  await mkdir(keep, { recursive: true });
  await writeFile(file, log);
}

/** Null when the run's time ended before the referee had answered. */
async function judgeInTime(
  run: Run,
  executed: Executed,
  view: ViewRun,
): Promise<ViewOutcome | null> {
  const key = judgmentKey(executed.solution, view);
  if (run.budget.refusedBefore(key) !== null) return null;
  const { signal } = run;
  try {
    return await judge(run, executed, view);
  } catch (error) {
    if (await wasStopped(run, key, signal, error)) return null;
    throw error;
  }
}

function judgmentKey(solution: string, view: ViewRun): string {
  return `${solution}/${view}/judge`;
}

async function judge(run: Run, executed: Executed, view: ViewRun): Promise<ViewOutcome> {
  const status = statusOf(executed);
  if (status !== "scored")
    return { executed, status, score: null, reason: reasonOf(executed), submission: null };
  const isOwnScore = run.mode === "self-reported" && view !== "final";
  return isOwnScore ? judgeScoreLine(run, executed) : judgeSubmission(run, executed, view);
}

/** The score that a script of a self-reported run has printed. */
function judgeScoreLine(run: Run, executed: Executed): ViewOutcome {
  const score = run.python.parseScoreLine(executed.log);
  if (score !== null) return { executed, status: "scored", score, reason: null, submission: null };
  const reason = "no finite `Final Validation Performance: <x>` line was printed";
  return { executed, status: "failed", score, reason, submission: null };
}

/** What the referee says of the submission that an execution wrote. */
async function judgeSubmission(run: Run, executed: Executed, view: ViewRun): Promise<ViewOutcome> {
  const { solution, submission } = executed;
  if (submission === null) {
    const reason = executed.rejected ?? "the script wrote no submission.csv";
    return { executed, status: "invalid-submission", score: null, reason, submission: null };
  }
  const file = join(run.folder, submission);
  const judgment = await run.journal.step("judged", judgmentKey(solution, view), async () => ({
    solution,
    view,
    ...(await run.referee.judge(bankedAs(solution, view), parseViewRun(view).view, file)),
  }));
  // The bank holds the predictions now; only the file that may become the submission is kept.
  if (view !== "final") await rm(file, { force: true });
  const { score, reason, normalized } = judgment;
  if (judgment.status === "invalid-submission")
    return { executed, status: judgment.status, score, reason, submission: null };
  const exact = normalized === null ? submission : exactPath(submission);
  return { executed, status: "scored", score, reason, submission: exact };
}

/** The name that predictions are banked under: each repetition of a view has its own. */
function bankedAs(solution: string, view: ViewRun): string {
  const { repeat } = parseViewRun(view);
  return repeat === 0 ? solution : `${solution}@${repeat}`;
}

function statusOf({ outcome }: Executed): Status {
  switch (outcome) {
    case "finished":
      return "scored";
    case "timed-out":
      return "timed-out";
    case "out-of-memory":
      return "out-of-memory";
    case "forbidden":
      return "leaky";
    case "error":
    case "output-limit":
    case "disk-limit":
      return "failed";
  }
}

function reasonOf({ outcome, audit, exitCode, seconds, log, spent }: Executed): string {
  if (outcome === "forbidden")
    return `ended while it ran, for this is forbidden: ${audit.forbidden ?? "unknown"}`;
  const head = outcome === "error" ? `exit code ${exitCode}` : outcome;
  const said = `${head} after ${seconds.toFixed(1)} s\n${log.slice(-LOG_TAIL)}`;
  return outcome === "timed-out" && spent.length > 0
    ? `${said.trimEnd()}\n${placeOfEnd(spent)}`
    : said;
}
