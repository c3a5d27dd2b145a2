import { createHash } from "node:crypto";
import { hashFolder } from "../../tasks/data-hash.ts";
import type { ViewRun } from "../../tasks/referee/referee.ts";
import { placeOf } from "../places.ts";
import type { Run } from "./run.ts";

/** Hash of a text or of bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Hash of what scripts can import: the same in every session of a run. */
export function environmentHash(run: Run): string {
  return sha256(JSON.stringify([...run.sandbox.packages].sort()));
}

/** Hash of what a view shows to scripts; computed once in a session. */
export function inputHash(run: Run, viewRun: ViewRun): Promise<string> {
  const { view } = placeOf(viewRun);
  return run.slots.once(`input-hash/${view}`, async () =>
    hashFolder(await run.referee.input(view)),
  );
}
