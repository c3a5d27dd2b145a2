import { createHash } from "node:crypto";
import { RunRefused } from "../../../runs/errors.ts";
import {
  createRun as createRunFolder,
  listRuns,
  newRunId,
  type RunEntry,
  runFiles,
} from "../../../runs/record/folder.ts";
import type { Journal } from "../../../runs/record/journal.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import type { Sandbox } from "../../../sandbox/contract.ts";
import { type Config, LIMIT_KEYS } from "../../config.ts";
import type { Progress } from "../progress.ts";

/** What must not change between the sessions of a run. */
export type Identity = { configHash: string; dataHash: string };

/** The named run, else the newest unfinished run of the same settings and data, else a new one. */
export async function chooseRun(
  wanted: { runId: string | null; fresh: boolean },
  runsDir: string,
  competition: string,
  identity: Identity,
  progress: Progress,
): Promise<{ id: string; folder: string }> {
  const known = await listRuns(runsDir).then((all) =>
    all.filter((entry) => entry.competition === competition),
  );
  if (wanted.runId !== null) {
    const named = known.find((entry) => entry.id === wanted.runId);
    if (named !== undefined) return { id: named.id, folder: named.folder };
  }
  if (wanted.runId === null && !wanted.fresh) {
    for (const entry of known) {
      if (!(await isUnfinishedOf(identity, entry, progress))) continue;
      progress.line(`resuming run ${entry.id} (--fresh starts a new one)`);
      return { id: entry.id, folder: entry.folder };
    }
  }
  const id = wanted.runId ?? newRunId(new Date());
  const folder = await createRunFolder(runsDir, competition, id);
  progress.line(`run ${id} in ${folder}`);
  return { id, folder };
}

/** Whether a run has these settings and data and has not ended. One that cannot be read is passed over: it is not asked for. */
async function isUnfinishedOf(
  identity: Identity,
  { id, folder }: RunEntry,
  progress: Progress,
): Promise<boolean> {
  try {
    const events = await readEvents(runFiles(folder).journal);
    const started = events.find((event) => event.type === "run-started")?.value;
    return (
      started?.configHash === identity.configHash &&
      started.dataHash === identity.dataHash &&
      !events.some((event) => event.type === "run-ended")
    );
  } catch (error) {
    if (!(error instanceof RunRefused)) throw error;
    progress.line(`run ${id} is passed over: ${error.message}`);
    return false;
  }
}

/** Refuses to go on with a run whose data or settings are others now. Throws `RunRefused`. */
export function checkIdentity(journal: Journal, identity: Identity, id: string): void {
  const started = journal.find("run-started", "run-started")?.value;
  if (started === undefined) return;
  if (started.dataHash !== identity.dataHash) {
    throw new RunRefused(
      `run ${id}: the competition's data or task.yaml changed since it began; put the old data back, or start a new run with --fresh`,
    );
  }
  if (started.configHash !== identity.configHash) {
    throw new RunRefused(
      `run ${id} was begun with other settings; use the same ones (limits may differ), or start a new run with --fresh`,
    );
  }
}

/**
 * Refuses to go on where scripts would import other packages than those that were validated; another engine with
 * the same packages is marked in the journal. Throws `RunRefused`.
 */
export async function checkEnvironment(
  journal: Journal,
  sandbox: Pick<Sandbox, "describe" | "packages">,
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
      `run ${id} was begun with other Python packages (${others.slice(0, 4).join(", ")}${others.length > 4 ? ", …" : ""}): its scores would not be of what is submitted; use the image or interpreter it began with, or start a new run with --fresh`,
    );
  const changes = journal.events.filter((event) => event.type === "environment-changed");
  const from = changes.at(-1)?.value.to ?? started.sandbox;
  if (from === sandbox.describe) return;
  progress.line(`this run goes on in another sandbox: ${sandbox.describe} (was ${from})`);
  await journal.append("environment-changed", "environment-changed", {
    from,
    to: sandbox.describe,
  });
}

/** Limits may be raised when a run goes on; everything else is its identity. */
export function hashConfig(config: Config): string {
  const fixed = Object.entries(config).filter(
    ([key]) => !(LIMIT_KEYS as readonly string[]).includes(key),
  );
  return createHash("sha256")
    .update(JSON.stringify(fixed.sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");
}
