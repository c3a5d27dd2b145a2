import { brokenModules } from "../../../sandbox/environment/find-python.ts";
import {
  type PythonEnvironment,
  pythonEnvironment,
  readyPython,
} from "../../../sandbox/environment/python-environment.ts";
import type { Environment } from "../environment.ts";
import { type Check, failing, fine, messageOf, warning } from "./check.ts";

const WHAT = "Python";

/** The Python environment, set up first with `isFixing`; else a check that says why there is none. */
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
    const fix = "run `mle-star doctor --fix`; else the first run sets it up";
    return warning(WHAT, "its packages are not installed yet", fix);
  } catch (error) {
    return failing(WHAT, "no environment", messageOf(error));
  }
}

/** Imports the core packages: an installed one may still lack a system library. */
export async function importCheck(found: PythonEnvironment): Promise<Check> {
  const { python, packages, missingExtras } = found;
  const broken = await brokenModules(python);
  if (broken.length > 0) {
    const fix = "remove that environment, then run `mle-star doctor --fix`";
    return failing(WHAT, `${python} cannot import ${broken.join("; ")}`, fix);
  }
  const extras = missingExtras.length === 0 ? "" : `; without ${missingExtras.join(", ")}`;
  return fine(WHAT, `${python}, ${packages.length} packages, core packages import${extras}`);
}
