import { brokenModules } from "../../sandbox/find-python.ts";
import { pythonEnvironment, readyPython } from "../../sandbox/python-environment.ts";
import { type Check, failing, fine, lacking, wordsOf } from "./doctor-check.ts";
import type { Environment } from "./environment.ts";

/** The interpreter and its packages; null when there is none yet. */
export type PythonChecks = {
  check: Check;
  python: string | null;
  packages: readonly string[];
};

/** The Python environment as it is, or made ready where that is wished for; its packages are really imported. */
export async function pythonChecks(
  { cacheDir, python: override }: Environment,
  isFixing: boolean,
  report: (line: string) => void,
): Promise<PythonChecks> {
  const what = "Python";
  const none = { python: null, packages: [] };
  try {
    const found = isFixing
      ? await pythonEnvironment({ cacheDir, override, report })
      : await readyPython({ cacheDir, override });
    if (found === null) {
      const fix = "`mle-star doctor --fix` sets it up; else the first run does";
      return { ...none, check: lacking(what, "its packages are not installed yet", fix) };
    }
    const { python, packages, missingExtras } = found;
    const broken = await brokenModules(python);
    if (broken.length > 0) {
      const fix = "remove that environment, then `mle-star doctor --fix` makes it anew";
      const result = `${python} cannot import ${broken.join("; ")}`;
      return { python, packages, check: failing(what, result, fix) };
    }
    const extras = missingExtras.length === 0 ? "" : `; without ${missingExtras.join(", ")}`;
    const result = `${python}, ${packages.length} packages, the core ones import${extras}`;
    return { python, packages, check: fine(what, result) };
  } catch (error) {
    return { ...none, check: failing(what, "no environment", wordsOf(error)) };
  }
}
