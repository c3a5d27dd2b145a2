import { dirname } from "node:path";
import { RunRefused } from "../../runs/errors.ts";
import { sha256 } from "../../runs/sha256.ts";
import { hashFolder } from "../../tasks/data-hash.ts";
import { parseViewRun, type ViewRun } from "../../tasks/referee/referee.ts";
import type { Run } from "./run.ts";

/** Hash of what scripts can import: the same in every session of a run. */
export function environmentHash(run: Run): string {
  return sha256(JSON.stringify([...run.sandbox.packages].sort()));
}

/** Hash of what a view shows to scripts; computed once in a session. */
export function inputHash(run: Run, viewRun: ViewRun): Promise<string> {
  const { view } = parseViewRun(viewRun);
  return run.slots.once(`input-hash/${view}`, async () => {
    const known = await run.slots.once("input-hash/known", async () => new Map<string, string>());
    return hashFolder(await run.referee.input(view), known);
  });
}

/**
 * The folder of a view, which shows what it has shown to every script before: what was lost of it since has been made
 * again. Throws `RunRefused`.
 */
export async function inputOf(run: Run, viewRun: ViewRun): Promise<string> {
  const { view } = parseViewRun(viewRun);
  const folder = await run.referee.input(view);
  const shown = run.journal.shownInput(view);
  if (shown === null || shown === (await inputHash(run, view))) return folder;
  throw new RunRefused(
    `${folder}: these are not the files that scripts of this run were given before, and they cannot be made again as they were: restore ${dirname(dirname(folder))} from a backup, or start a new run with --fresh`,
  );
}
