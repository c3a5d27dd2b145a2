import type { PaidTry } from "./events/events.ts";

/** The user can mend it: one line, no traceback, exit code 2. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}

/** A setting, flag or config file that cannot be used. */
export class ConfigInvalid extends UserError {
  override readonly name = "ConfigInvalid";
}

/** A competition folder, table or submission that cannot be used. */
export class CompetitionInvalid extends UserError {
  override readonly name = "CompetitionInvalid";
}

/** A run folder that may not be continued: locked, changed, newer or missing. */
export class RunRefused extends UserError {
  override readonly name = "RunRefused";
}

/** The world broke; nobody's code is to blame. The run ends `faulted` (exit code 1) and can be resumed. */
export class Fault extends Error {
  override readonly name: string = "Fault";
}

/** Why it happened, and which calls of models were paid for nothing. */
type Cost = { cause?: unknown; tries?: readonly PaidTry[] };

/** No model could answer after the transport's own retries. */
export class ModelUnavailable extends Fault {
  override readonly name = "ModelUnavailable";
  tries: readonly PaidTry[];
  constructor(message: string, { cause, tries = [] }: Cost = {}) {
    super(message, { cause });
    this.tries = tries;
  }
}

/** A limit of the run: a call that could pass it is not sent, and at the end of its time what is in flight is cut. */
export class LimitReached extends Error {
  override readonly name = "LimitReached";
  readonly limit: string;
  tries: readonly PaidTry[];
  constructor(limit: string, { cause, tries = [], where = "" }: Cost & { where?: string } = {}) {
    super(`limit reached: ${limit}${where}`, { cause });
    this.limit = limit;
    this.tries = tries;
  }
}

/** The engine failed, not the script it ran. */
export class SandboxUnavailable extends Fault {
  override readonly name = "SandboxUnavailable";
}

/** The referee process died or answered nonsense. */
export class RefereeUnavailable extends Fault {
  override readonly name = "RefereeUnavailable";
}

/** The user asked to stop (Ctrl-C). */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  tries: readonly PaidTry[];
  constructor(message: string, { cause, tries = [] }: Cost = {}) {
    super(message, { cause });
    this.tries = tries;
  }
}

/** What to throw where a signal has ended an effect: the run's own deadline is a limit, anything else the user's wish. */
export function stoppedBy(
  signal: AbortSignal,
  what = "stopped by the user",
  tries: readonly PaidTry[] = [],
): LimitReached | Interrupted {
  const { reason } = signal;
  return reason instanceof LimitReached
    ? new LimitReached(reason.limit, { tries })
    : new Interrupted(what, { tries });
}

/** The calls of models that were paid before this was thrown; none for errors of other kinds. */
export function paidBefore(error: unknown): readonly PaidTry[] {
  return carriesCost(error) ? error.tries : [];
}

/** The same error, with calls that had been paid even earlier. */
export function alsoPaid(error: unknown, tries: readonly PaidTry[]): unknown {
  if (carriesCost(error)) error.tries = [...tries, ...error.tries];
  return error;
}

function carriesCost(error: unknown): error is ModelUnavailable | LimitReached | Interrupted {
  return (
    error instanceof ModelUnavailable ||
    error instanceof LimitReached ||
    error instanceof Interrupted
  );
}

const DISK_ERRORS = new Map([
  ["ENOSPC", ["no space left on the disk", "free some space and run the same command again"]],
  ["EDQUOT", ["the disk quota is used up", "free some space and run the same command again"]],
  ["EROFS", ["the file system is read-only", "choose a folder that can be written"]],
  ["EACCES", ["permission denied", "choose a folder that can be written"]],
  ["EPERM", ["not permitted", "choose a folder that can be written"]],
]);

/** The error to throw for a failed file operation: one clear line where the user can mend it. */
export function diskError(error: unknown, path: string): unknown {
  const cause = DISK_ERRORS.get(errorCode(error) ?? "");
  if (cause === undefined) return error;
  return new UserError(`${path}: ${cause[0]}; ${cause[1]}`, { cause: error });
}

/** The system's name for an error (`ENOENT`, `EEXIST`, …), or null. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
