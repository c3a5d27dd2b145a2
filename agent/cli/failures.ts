import pc from "picocolors";
import { Interrupted, LimitReached, UserError } from "../../runs/errors.ts";
import { redactorOf, secretsOf } from "../../runs/record/secrets.ts";

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
export function reportFailure(error: unknown, json: boolean): number {
  const redact = redactorOf(secretsOf(process.env, process.argv));
  const message = redact(error instanceof Error ? error.message : String(error));
  const code = codeOf(error);
  if (json) reportAsJson(code, message);
  process.stderr.write(`${pc.red("error:")} ${message}\n`);
  const isBug = code === exitCodes.failed && error instanceof Error && error.name === "Error";
  if (isBug && error instanceof Error) process.stderr.write(`${redact(error.stack ?? "")}\n`);
  return code;
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
