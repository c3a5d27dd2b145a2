import { Interrupted } from "../../../../runs/errors.ts";

/** What a user is told who ends it. */
export function interrupted(): Interrupted {
  return new Interrupted("interrupted: the same command goes on");
}
