import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { RunRefused } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events/events.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { historyDamage } from "../../../runs/record/history.ts";
import type { Journal } from "../../../runs/record/journal.ts";
import {
  findLosses,
  frozenDamage,
  hasAttempts,
  lostForGood,
  mendSealed,
  namedCommits,
  shownInputs,
} from "../../../runs/record/losses.ts";
import { hashFolder } from "../../../tasks/data-hash.ts";

/** What the folder of a run lacks of what its journal says. */
export type Checked = {
  /** Keys of the recorded steps whose files are gone or damaged. */
  lost: ReadonlySet<string>;
  isSplitLost: boolean;
};

/** Names that a message has room for. */
const MAX_NAMED = 3;

/** Compares the folder of a run that goes on with its journal, and says what is made again. */
export async function checkRun(
  folder: string,
  { events }: Pick<Journal, "events">,
  report: (line: string) => void,
): Promise<Checked> {
  const lost = await findLosses(folder, events, report);
  if (lost.size > 0)
    report(`gone or changed since they were stored, and made again: ${listed([...lost])}`);
  await reportLostForGood(folder, events, report);
  if (await mendSealed(folder, events))
    report("the state of the sealed holdout was changed; it is written again from the journal");
  await dropDamagedViews(folder, events, report);
  const { referee } = runFiles(folder);
  const started = events.find((event) => event.type === "run-started")?.value;
  const damage = started === undefined ? null : await frozenDamage(referee, started.frozen);
  if (damage !== null) {
    report(`gone or changed since the split was frozen: ${damage}; it is frozen again`);
    await rm(join(referee, "split.json"), { force: true });
    await rm(join(referee, "labels"), { recursive: true, force: true });
  }
  return { lost, isSplitLost: damage !== null };
}

/** Says plainly what of the run's predictions is lost and cannot be made again. */
async function reportLostForGood(
  folder: string,
  events: readonly Event[],
  report: (line: string) => void,
): Promise<void> {
  const lost = await lostForGood(folder, events);
  if (lost.length === 0) return;
  report(
    `gone or changed since the sealed holdout was closed: the predictions of ${listed(lost)}; they cannot be made again, for nothing runs there twice. The scores in the journal stand, \`verify\` cannot recompute them; a backup of ${join(folder, "referee", "bank")} brings them back`,
  );
}

/** Takes away folders of views that no longer show what scripts were given, and all that they share: they are made again. */
async function dropDamagedViews(
  folder: string,
  events: readonly Event[],
  report: (line: string) => void,
): Promise<void> {
  const { referee } = runFiles(folder);
  const isSelfReported = events.some(
    (event) => event.type === "run-started" && event.value.mode === "self-reported",
  );
  const known = new Map<string, string>();
  const damaged: string[] = [];
  for (const [view, shown] of shownInputs(events)) {
    const path = join(referee, "views", isSelfReported ? "final" : view);
    if (!existsSync(path) || (await hashFolder(path, known)) === shown) continue;
    damaged.push(relative(folder, path));
    await rm(path, { recursive: true });
  }
  if (damaged.length === 0) return;
  await rm(join(referee, "pool"), { recursive: true, force: true });
  report(
    `${listed(damaged)}: not the files that scripts were given; they are made again from the data`,
  );
}

/** Whether a split that was frozen again is the one that the run began with. Throws `RunRefused`. */
export async function checkFrozenAgain(
  folder: string,
  { frozen }: { frozen: Readonly<Record<string, string>> },
): Promise<void> {
  const damage = await frozenDamage(runFiles(folder).referee, frozen);
  if (damage === null) return;
  throw new RunRefused(
    `${folder}: the split was lost and cannot be made again as it was (${damage} differ): restore referee/ from a backup, or start a new run with --fresh`,
  );
}

/** Whether a run that has ended is all there: submission, scripts, history, and predictions that can be made again. */
export async function isWholeToTheEnd(
  folder: string,
  { events }: Pick<Journal, "events">,
  { path, report }: { path: string; report: (line: string) => void },
): Promise<boolean> {
  const lost = await findLosses(folder, events, report);
  const written = events.findLast((event) => event.type === "submission-written")?.key ?? "";
  const parts = [
    lost.has(written) ? "the submission or its scripts" : null,
    [...lost].some((key) => key !== written) ? "predictions of its scripts" : null,
    hasAttempts(folder, events) ? null : "attempts/",
    await historyDamage(runFiles(folder).history, { path, named: namedCommits(events) }),
  ].filter((part) => part !== null);
  if (parts.length === 0) {
    await reportLostForGood(folder, events, report);
    return true;
  }
  report(`the run has ended, and this is gone or was changed since: ${listed(parts)}`);
  return false;
}

function listed(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? `, and ${names.length - MAX_NAMED} more` : "";
  return `${names.slice(0, MAX_NAMED).join(", ")}${more}`;
}
