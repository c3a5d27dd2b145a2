import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunRefused } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events/events.ts";
import {
  checkJournalIsThere,
  createRun as createRunFolder,
  firstMissing,
  listRuns,
  newRunId,
  type RunEntry,
  runFiles,
} from "../../../runs/record/folder.ts";
import type { Journal } from "../../../runs/record/journal.ts";
import { JournalDamaged, readJournal } from "../../../runs/record/journal-lines.ts";
import { sha256 } from "../../../runs/sha256.ts";
import type { Sandbox } from "../../../sandbox/contract.ts";
import { type Config, LIMIT_KEYS } from "../../config.ts";
import type { Progress } from "../terminal/progress.ts";

/** What must not change between the sessions of a run. */
export type Identity = { configHash: string; dataHash: string };

/** `made`: the first folder on the way to the run's that is new; null where the run's was there. */
type Chosen = { id: string; folder: string; made: string | null };

/** The named run, else the newest unfinished run of the same settings and data, else a new one; `identity`: null while the data have not been read. */
export async function chooseRun(
  wanted: { runId: string | null; fresh: boolean },
  runsDir: string,
  competition: string,
  identity: Identity | null,
  progress: Progress,
): Promise<Chosen> {
  const known = await listRuns(runsDir).then((all) =>
    all.filter((entry) => entry.competition === competition),
  );
  if (wanted.runId !== null) {
    const named = known.find((entry) => entry.id === wanted.runId);
    if (named !== undefined) {
      await checkJournalIsThere(named.folder);
      return { id: named.id, folder: named.folder, made: null };
    }
  }
  if (wanted.runId === null && !wanted.fresh && identity !== null) {
    for (const entry of known) {
      if (!(await isUnfinishedOf(identity, entry, progress))) continue;
      progress.line(`resuming run ${entry.id} (start a new one with --fresh)`);
      return { id: entry.id, folder: entry.folder, made: null };
    }
  }
  const id = wanted.runId ?? newRunId(new Date());
  const place = join(runsDir, competition, id);
  await checkJournalIsThere(place);
  const made = firstMissing(place);
  const folder = await createRunFolder(runsDir, competition, id);
  progress.line(`run ${id} in ${folder}`);
  return { id, folder, made };
}

/**
 * Whether a run has these settings and data and has not ended. One of another format is skipped; one whose journal is
 * damaged is refused where it may be the one that is meant. Throws `RunRefused`.
 */
async function isUnfinishedOf(
  identity: Identity,
  { id, folder }: RunEntry,
  progress: Progress,
): Promise<boolean> {
  const { journal } = runFiles(folder);
  try {
    const { events } = await readJournal(journal);
    return isOf(identity, events) && !events.some((event) => event.type === "run-ended");
  } catch (error) {
    if (!(error instanceof RunRefused)) throw error;
    if (error instanceof JournalDamaged && !error.hasEnd) {
      const { before } = error;
      const mayBeMeant =
        before.length === 0 ? await isLikeJournal(journal) : isOf(identity, before);
      if (mayBeMeant) throw error;
    }
    progress.line(`run ${id} is skipped: ${error.message}`);
    return false;
  }
}

/** Whether a file whose first line cannot be read was a journal once: what is something else is nobody's run. */
async function isLikeJournal(file: string): Promise<boolean> {
  return (await readFile(file, "latin1")).startsWith("{");
}

function isOf(identity: Identity, events: readonly Event[]): boolean {
  const started = events.find((event) => event.type === "run-started")?.value;
  const cut = events.findLast((event) => event.type === "set-up-cut")?.value.identity;
  const known = started ?? cut ?? null;
  return known?.configHash === identity.configHash && known.dataHash === identity.dataHash;
}

/** Refuses to resume a run whose data or settings have changed. Throws `RunRefused`. */
export function checkIdentity(journal: Journal, identity: Identity, id: string): void {
  const started = journal.find("run-started", "run-started")?.value;
  if (started === undefined) return;
  if (started.dataHash !== identity.dataHash) {
    throw new RunRefused(
      `run ${id}: the data or task.yaml changed since it started; restore them, or start a new run with --fresh`,
    );
  }
  if (started.configHash !== identity.configHash) {
    throw new RunRefused(
      `run ${id} was started with other settings; use the same ones (limits may differ), or start a new run with --fresh`,
    );
  }
}

/**
 * Refuses to resume with other Python packages than those of the validated scripts; another engine with the same
 * packages is journaled. Throws `RunRefused`.
 */
export async function checkEnvironment(
  journal: Journal,
  sandbox: Pick<Sandbox, "describe" | "packages" | "protectsFiles">,
  id: string,
  progress: Progress,
): Promise<void> {
  const started = journal.find("run-started", "run-started")?.value;
  if (started === undefined) return;
  const [was, is] = [new Set(started.packages), new Set(sandbox.packages)];
  const others = [
    ...[...was].filter((name) => !is.has(name)).map((name) => `-${name}`),
    ...[...is].filter((name) => !was.has(name)).map((name) => `+${name}`),
  ];
  if (others.length > 0)
    throw new RunRefused(
      `run ${id} was started with other Python packages (${others.slice(0, 4).join(", ")}${others.length > 4 ? ", …" : ""}): scores would no longer hold; use the same image or interpreter, or start a new run with --fresh`,
    );
  const changes = journal.events.filter((event) => event.type === "environment-changed");
  const from = changes.at(-1)?.value.to ?? started.sandbox;
  if (from === sandbox.describe) return;
  progress.line(`resuming in another sandbox: ${sandbox.describe} (was ${from})`);
  await journal.append("environment-changed", "environment-changed", {
    from,
    to: sandbox.describe,
    protectsFiles: sandbox.protectsFiles,
  });
}

/** Hash of all settings but the limits, which may change when a run is resumed. */
export function hashConfig(config: Config): string {
  const fixed = Object.entries(config).filter(
    ([key]) => !(LIMIT_KEYS as readonly string[]).includes(key),
  );
  return sha256(JSON.stringify(fixed.sort(([a], [b]) => (a < b ? -1 : 1))));
}
