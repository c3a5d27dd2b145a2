import type { TriedOut } from "../models/teams/team.ts";
import { keepHeader } from "../python-source/blocks.ts";
import type { RoleInputs, RoleName, RoleOutputs } from "../roles/inputs.ts";
import { executeView, searchViews } from "./execute.ts";
import type { Run } from "./run.ts";

/** Characters of a log, from its end, that others are shown. */
const MAX_PRINTED = 4000;

/** Roles whose answer is a whole script. */
const SCRIPTS: ReadonlySet<string> = new Set([
  "initializer",
  "merger",
  "data-usage",
  "ensembler",
  "debugger",
]);

/** The script that an answer stands for; null where it is none by itself. */
export function scriptOf<N extends RoleName>(
  name: N,
  input: RoleInputs[N],
  output: RoleOutputs[N],
): string | null {
  if (SCRIPTS.has(name)) return typeof output === "string" ? output : null;
  if (name !== "refiner") return null;
  const { parts } = output as RoleOutputs["refiner"];
  const whole = parts.find(({ place }) => place === "script");
  if (whole !== undefined) return whole.code;
  const { blocks } = input as RoleInputs["refiner"];
  const changed = blocks.map(({ id, text }) => {
    const part = parts.find(({ place }) => place === id);
    return (part === undefined ? text : keepHeader(text, part.code)).trimEnd();
  });
  return `${changed.join("\n\n")}\n`;
}

/**
 * Runs the script of an answer, once in the life of the run, on the first rows that the search scores on; it becomes no
 * candidate by that. Null where the budget does not allow it.
 */
export async function tryOut(run: Run, id: string, code: string): Promise<TriedOut | null> {
  const [view] = searchViews(run);
  if (view === undefined) return null;
  const solution = { id, code, parent: null, origin: "init" as const, track: null, plan: null };
  const found = await executeView(run, solution, view);
  if (found === null) return null;
  const { status, score, executed } = found;
  const outcome =
    status === "scored" ? "It ran to its end" : `It did not score: ${status.replaceAll("-", " ")}`;
  return { outcome, score, printed: executed.log.slice(-MAX_PRINTED), seconds: executed.seconds };
}
