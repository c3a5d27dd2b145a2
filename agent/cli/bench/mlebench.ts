import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigInvalid } from "../../../runs/errors.ts";
import type { Environment } from "../environment.ts";

/** The interpreter that has the package `mlebench`: the given one, or that of `mlebench/` in the cache; null: none. */
export function mlebenchPython(
  given: string | undefined,
  { cacheDir }: Pick<Environment, "cacheDir">,
): string | null {
  if (given !== undefined) {
    if (existsSync(given)) return resolve(given);
    throw new ConfigInvalid(`--mlebench ${given}: no such file`);
  }
  const own = join(cacheDir, "mlebench", "bin", "python");
  return existsSync(own) ? own : null;
}
