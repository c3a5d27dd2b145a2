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
  return run.slots.once(`input-hash/${view}`, async () =>
    hashFolder(await run.referee.input(view)),
  );
}
