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

/** An engine for jobs that does not answer, or refuses what it is asked for. */
export class EngineRefused extends UserError {
  override readonly name = "EngineRefused";
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

/** The user paused the run: whatever is at work is left as it is, and the same command goes on with it. */
export class Paused extends Error {
  override readonly name = "Paused";
  tries: readonly PaidTry[];
  constructor({ cause, tries = [] }: Cost = {}) {
    super("the run is paused", { cause });
    this.tries = tries;
  }
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

type WithCost = ModelUnavailable | LimitReached | Interrupted | Paused;

function carriesCost(error: unknown): error is WithCost {
  return (
    error instanceof ModelUnavailable ||
    error instanceof LimitReached ||
    error instanceof Interrupted ||
    error instanceof Paused
  );
}

type SystemError = { what: string; advice: string; kind: typeof Fault | typeof UserError };

const AGAIN = "run the same command again";

/** What the system's errors mean to a user, and what to do: what the machine lacks pauses a run, a wrong place is the user's. */
const SYSTEM_ERRORS: Readonly<Record<string, SystemError>> = {
  ENOSPC: faultOf("no space left on the disk", `free some space and ${AGAIN}`),
  EDQUOT: faultOf("the disk quota is used up", `free some space and ${AGAIN}`),
  EIO: faultOf("the disk reports an error", `check the disk and ${AGAIN}`),
  EMFILE: faultOf("too many open files", `raise their limit (\`ulimit -n 4096\`) and ${AGAIN}`),
  ENFILE: faultOf("too many open files on this machine", `end other programs and ${AGAIN}`),
  EBUSY: faultOf("in use by another program", `end what uses it and ${AGAIN}`),
  ENOMEM: faultOf("no memory left on this machine", `end other programs and ${AGAIN}`),
  EAGAIN: faultOf("no further process can be started", `raise \`ulimit -u\` and ${AGAIN}`),
  EROFS: mistake("the file system is read-only", "make it writable or choose another folder"),
  EACCES: mistake("permission denied", "choose a folder that can be written"),
  EPERM: mistake("not permitted", "choose a folder that can be written"),
};

/** What the C library says for the same errors: so git and Python report them. */
const SYSTEM_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\bENOSPC\b|no space left on device/iu, "ENOSPC"],
  [/\bEDQUOT\b|disk quota exceeded/iu, "EDQUOT"],
  [/\bEROFS\b|read-only file system/iu, "EROFS"],
  [/\bE[MN]FILE\b|too many open files/iu, "EMFILE"],
  [/\bEACCES\b|permission denied|insufficient permission/iu, "EACCES"],
  [/\bEBUSY\b|device or resource busy/iu, "EBUSY"],
  [/\bEIO\b|input\/output error/iu, "EIO"],
  [/\bENOMEM\b|cannot allocate memory|\bMemoryError\b|out of memory/iu, "ENOMEM"],
  [/spawn .*\bEAGAIN\b|resource temporarily unavailable/iu, "EAGAIN"],
];

function faultOf(what: string, advice: string): SystemError {
  return { what, advice, kind: Fault };
}

function mistake(what: string, advice: string): SystemError {
  return { what, advice, kind: UserError };
}

/** The error to throw for a failed file operation or start of a process: one clear line that says where and what to do. */
export function diskError(error: unknown, path: string): unknown {
  if (error instanceof Fault || error instanceof UserError) return error;
  return systemError(isFolderRefused(error) ? "EROFS" : errorCode(error), path, error) ?? error;
}

/** Node says that a folder is not there, when it makes it and all above it on a file system that is read-only. */
function isFolderRefused(error: unknown): boolean {
  return errorCode(error) === "ENOENT" && /\bmkdir\b/u.test(String(error));
}

/** The same for what another program said: git, Python. Null where it names no error of the system. */
export function reportedError(text: string, path: string, cause?: unknown): Error | null {
  const code = SYSTEM_TEXTS.find(([words]) => words.test(text))?.[1] ?? null;
  return systemError(code, path, cause);
}

function systemError(code: string | null, path: string, cause: unknown): Error | null {
  const known = SYSTEM_ERRORS[code ?? ""];
  if (known === undefined) return null;
  const { what, advice, kind: Kind } = known;
  return new Kind(`${path}: ${what}; ${advice}`, { cause });
}

/** The file or program that an error of the system is about, where Node says so. */
export function placeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("path" in error)) return null;
  return typeof error.path === "string" ? error.path : null;
}

/** The system's name for an error (`ENOENT`, `EEXIST`, …), or null. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
