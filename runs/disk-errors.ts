import { UserError } from "./errors.ts";

const causes = new Map([
  ["ENOSPC", ["no space left on the disk", "free some space and run the same command again"]],
  ["EDQUOT", ["the disk quota is used up", "free some space and run the same command again"]],
  ["EROFS", ["the file system is read-only", "choose a folder that can be written"]],
  ["EACCES", ["permission denied", "choose a folder that can be written"]],
  ["EPERM", ["not permitted", "choose a folder that can be written"]],
]);

/** The error to throw for a failed file operation: one clear line where the user can mend it. */
export function diskError(error: unknown, path: string): unknown {
  const cause = causes.get(errorCode(error) ?? "");
  if (cause === undefined) return error;
  return new UserError(`${path}: ${cause[0]}; ${cause[1]}`, { cause: error });
}

/** The system's name for an error (`ENOENT`, `EEXIST`, …), or null. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
