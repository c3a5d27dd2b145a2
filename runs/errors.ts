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

/** No model could answer after the transport's own retries. */
export class ModelUnavailable extends Fault {
  override readonly name = "ModelUnavailable";
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
}
