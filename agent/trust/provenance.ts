import { readFile } from "node:fs/promises";
import type { EventValue } from "../../runs/events/events.ts";
import { sha256 } from "../../runs/sha256.ts";
import type { View } from "../../tasks/referee/referee.ts";
import { searchViews } from "../run/execute.ts";
import { environmentHash, inputHash } from "../run/hashes.ts";
import type { Run } from "../run/run.ts";
import type { Solution } from "../solution.ts";

/**
 * Why scripts may not make the submission, or null: what is submitted is what was validated. The same code ran on
 * every search view and on all the data, in the same environment, on inputs that are still what they were; and
 * the file of a single script is, byte for byte, what that execution left, or what the referee has made of it where
 * ids or labels were not in their exact text. Where nothing could be scored (`isSearched` false), the run on all
 * the data has to do.
 */
export async function whyUnvalidated(
  run: Run,
  scripts: readonly Solution[],
  file: string,
  isSearched = true,
): Promise<string | null> {
  for (const script of scripts) {
    const why = await mismatch(run, script, isSearched);
    if (why !== null) return `${script.id}: ${why}`;
  }
  const [only, ...more] = scripts;
  if (only === undefined || more.length > 0) return null;
  const judged = run.journal.recorded("judged", `${only.id}/final/judge`);
  const executed = run.journal.recorded("executed", `${only.id}/final/run`);
  const left = judged?.normalized?.sha256 ?? executed?.submissionHash ?? null;
  const isOther = left !== null && sha256(await readFile(file)) !== left;
  return isOther ? `${only.id}: its submission is not the file that its execution left` : null;
}

async function mismatch(
  run: Run,
  { id, code }: Solution,
  isSearched: boolean,
): Promise<string | null> {
  const searched = isSearched && run.mode === "referee" ? searchViews(run) : [];
  for (const view of [...searched, "final" as const]) {
    const executed = run.journal.recorded("executed", `${id}/${view}/run`);
    if (executed === null) return `it was never run on ${view}`;
    const why = await differs(run, code, view, executed);
    if (why !== null) return why;
  }
  return null;
}

async function differs(
  run: Run,
  code: string,
  view: View,
  executed: EventValue<"executed">,
): Promise<string | null> {
  if (executed.codeHash !== sha256(code)) return `another script was run on ${view}`;
  if (executed.environment !== environmentHash(run))
    return `on ${view} it was run with other packages`;
  if (executed.inputHash !== (await inputHash(run, view)))
    return `what it was run on is not what ${view} shows now`;
  return null;
}
