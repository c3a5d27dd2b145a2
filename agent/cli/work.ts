import { rm } from "node:fs/promises";
import { join } from "node:path";
import { certify } from "../../runs/certificate/certificate.ts";
import { Paused } from "../../runs/errors.ts";
import type { EventValue } from "../../runs/events/events.ts";
import { writeAtomically } from "../../runs/record/atomic-file.ts";
import { runFiles } from "../../runs/record/folder.ts";
import { type Summary, summarize } from "../../runs/report/summary.ts";
import { summaryText } from "../../runs/report/text/summary-text.ts";
import { alternate } from "../alternate.ts";
import { native } from "../native.ts";
import { pipeline } from "../pipeline.ts";
import { commitOf } from "../run/commit.ts";
import type { RunHandle } from "../run/create.ts";
import { keepVerdicts } from "../run/verdicts.ts";
import type { Finished } from "../solution.ts";
import { leaveMemories } from "./memory/leave.ts";
import { type OpenRun, openRun, type Wanted } from "./open/run.ts";
import { exitCodes, explained } from "./terminal/failures.ts";
import type { Progress } from "./terminal/progress.ts";
import { listenForSignals, type Signals } from "./terminal/signals.ts";

/** How a session works. */
export type Session = {
  /** What the first signal does. */
  onSignal: "pause" | "finish";
  /** The search ends before it begins. */
  finishNow: boolean;
  json: boolean;
};

/** Opens a run, works on it until it has ended or is paused, reports it; returns the exit code. */
export async function workToItsEnd(
  wanted: Wanted,
  { onSignal, finishNow, json }: Session,
  progress: Progress,
): Promise<number> {
  const signals = listenForSignals(onSignal, progress);
  try {
    const { runsDir, environment } = wanted;
    const open = await openRun(wanted, progress, signals.setUp).catch((error: unknown) => {
      throw explained(error, [runsDir, environment.cacheDir]);
    });
    try {
      const { handle, journal } = open;
      if (handle !== null) {
        if (finishNow) await journal.append("finish-asked", "finish-asked", { by: "finish" });
        await work(open, handle, signals, environment.cacheDir);
      }
      // What is printed from here on stands alone.
      progress.close();
      const summary = await report(open, json);
      return signals.received === null ? codeOf(summary) : exitCodes.interrupted;
    } finally {
      await open.close();
    }
  } finally {
    signals.close();
  }
}

/** Who drives a search, by `--policy`. */
const drivers = { "mle-star": pipeline, native, alternate };

/** Runs the driver; a pause leaves it as it is, an error is journaled, aborts all parts and is rethrown. */
async function work(
  open: OpenRun,
  handle: RunHandle,
  signals: Signals,
  cacheDir: string,
): Promise<void> {
  const { journal } = open;
  // Asked for in an earlier session, or just now.
  if (journal.events.some((event) => event.type === "finish-asked")) handle.stopSearch();
  signals.attach(open, handle);
  const verdicts = keepVerdicts(journal, handle.run.history);
  try {
    const finished = await drivers[handle.run.config.policy](handle.run);
    await verdicts.settled();
    const best = finished.solution === null ? null : commitOf(handle.run, finished.solution);
    if (best !== null) await handle.run.history.tagBest(best);
    await rm(join(open.folder, "work"), { recursive: true, force: true });
    await leaveMemories(open, handle.run);
    await journal.step("run-ended", "run-ended", async () => endOf(open, handle, finished));
  } catch (caught) {
    if (caught instanceof Paused) {
      await handle.settled();
      await verdicts.settled();
      return;
    }
    handle.abort();
    const error = explained(caught, [open.folder, cacheDir]);
    const { name, message } =
      error instanceof Error ? error : { name: "Error", message: String(error) };
    // A journal that cannot be written may be what failed: the error itself says more than a second one.
    await journal.append("faulted", "faulted", { name, message }).catch(() => undefined);
    throw error;
  } finally {
    await signals.recorded();
  }
}

function endOf(
  { journal }: OpenRun,
  { reached }: RunHandle,
  finished: Finished,
): EventValue<"run-ended"> {
  const [limit = null] = [...reached].filter((name) => name !== "interrupted");
  const hasFile = journal.events.some((event) => event.type === "submission-written");
  const early = reached.has("interrupted") ? "interrupted" : limit === null ? "finished" : "limit";
  return { ...finished, status: hasFile ? early : "no-submission", limit };
}

async function report(open: OpenRun, json: boolean): Promise<Summary> {
  if (open.journal.find("run-ended", "run-ended") !== null) await certify(open.folder);
  const path = runFiles(open.folder).summary;
  const found = summarize(open.journal.events, open.folder);
  const summary = { ...found, files: { ...found.files, summary: path } };
  await writeAtomically(path, `${JSON.stringify(summary, null, 2)}\n`);
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${summaryText(summary)}\n`);
  return summary;
}

function codeOf({ submission, limit }: Summary): number {
  if (submission !== null) return exitCodes.ok;
  return limit === null ? exitCodes.noSubmission : exitCodes.budgetBeforeSubmission;
}
