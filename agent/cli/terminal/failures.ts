import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import pc from "picocolors";
import { diskError, Interrupted, LimitReached, placeOf, UserError } from "../../../runs/errors.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";

/** Exit codes, which calling scripts may rely on. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  noSubmission: 3,
  budgetBeforeSubmission: 4,
  interrupted: 130,
} as const;

/** Prints an error and returns the exit code: one line for a user error, with the stack for a bug. */
export function reportFailure(caught: unknown, json: boolean): number {
  const error = explained(caught, []);
  const redact = redactorOf(secretsOf(process.env, process.argv));
  const message = redact(error instanceof Error ? error.message : String(error));
  const code = codeOf(error);
  if (json) reportAsJson(code, message);
  process.stderr.write(`${pc.red("error:")} ${message}\n`);
  const isBug = code === exitCodes.failed && error instanceof Error && error.name === "Error";
  if (isBug && error instanceof Error) process.stderr.write(`${redact(error.stack ?? "")}\n`);
  return code;
}

/** An error of the system in words that say where and what to do; other errors as they are. */
export function explained(error: unknown, folders: readonly string[]): unknown {
  return diskError(error, placeOf(error) ?? fullFolder([...folders, tmpdir()]) ?? "this machine");
}

/** A write that failed for want of space does not say where. */
function fullFolder(folders: readonly string[]): string | null {
  return folders.find((folder) => existsSync(folder) && statfsSync(folder).bavail === 0) ?? null;
}

/** The JSON object on standard output for --json. */
export function reportAsJson(exitCode: number, error: string): void {
  process.stdout.write(`${JSON.stringify({ status: "error", exitCode, error })}\n`);
}

function codeOf(error: unknown): number {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (error instanceof LimitReached) return exitCodes.budgetBeforeSubmission;
  if (error instanceof UserError) return exitCodes.usage;
  return exitCodes.failed;
}
