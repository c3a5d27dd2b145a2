import { brokenModules } from "../../../sandbox/environment/find-python.ts";
import {
  type PythonEnvironment,
  pythonEnvironment,
  readyPython,
} from "../../../sandbox/environment/python-environment.ts";
import type { Environment } from "../environment.ts";
import { type Check, failing, fine, lacking, wordsOf } from "./check.ts";

const WHAT = "Python";

/** The Python environment as it is, or made ready where that is wished for; else the check that says why there is none. */
export async function findPython(
  { cacheDir, python: override }: Environment,
  isFixing: boolean,
  report: (line: string) => void,
): Promise<PythonEnvironment | Check> {
  try {
    const found = isFixing
      ? await pythonEnvironment({ cacheDir, override, report })
      : await readyPython({ cacheDir, override });
    if (found !== null) return found;
    const fix = "`mle-star doctor --fix` sets it up; else the first run does";
    return lacking(WHAT, "its packages are not installed yet", fix);
  } catch (error) {
    return failing(WHAT, "no environment", wordsOf(error));
  }
}

/** Imports the core packages: one that is listed may still lack a library of the system. */
export async function importCheck(found: PythonEnvironment): Promise<Check> {
  const { python, packages, missingExtras } = found;
  const broken = await brokenModules(python);
  if (broken.length > 0) {
    const fix = "remove that environment, then `mle-star doctor --fix` makes it anew";
    return failing(WHAT, `${python} cannot import ${broken.join("; ")}`, fix);
  }
  const extras = missingExtras.length === 0 ? "" : `; without ${missingExtras.join(", ")}`;
  return fine(WHAT, `${python}, ${packages.length} packages, the core ones import${extras}`);
}
