import { pythonEnvironment } from "../../sandbox/environment/python-environment.ts";
import type { Preparer } from "../../tasks/prepare/prepare.ts";
import type { Environment } from "./environment.ts";

/** How folders with other files than plain tables are read: Python is set up only where it is needed. */
export function preparerOf(
  { cacheDir, python: override }: Pick<Environment, "cacheDir" | "python">,
  report: (line: string) => void,
): Preparer {
  return {
    cacheDir,
    python: async () => (await pythonEnvironment({ cacheDir, override, report })).python,
  };
}
