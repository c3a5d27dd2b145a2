import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readOverride } from "./find-python.ts";
import {
  findMade,
  type Installed,
  type MadeOptions,
  makeEnvironment,
  type Recipe,
} from "./made-environment.ts";

export type PythonOptions = MadeOptions & {
  /** An interpreter to use as it is (`MLE_STAR_PYTHON`). */
  override: string | null;
};

/** The interpreter that runs solutions outside a container, and the referee. */
export type PythonEnvironment = { python: string; packages: string[]; missingExtras: string[] };

const room = fileURLToPath(new URL("..", import.meta.url));
const files = {
  core: join(room, "requirements-core.txt"),
  extras: join(room, "requirements-extras.txt"),
  gpu: join(room, "requirements-gpu.txt"),
  lock: join(room, "requirements-lock.txt"),
  install: join(room, "python", "install.py"),
  pip: join(room, "python", "pip_client.py"),
};

const recipe: Recipe = {
  name: "python",
  title: "Python",
  takes: "a minute or two",
  variable: "MLE_STAR_PYTHON",
  files: Object.values(files),
  install: (gpu) => [
    files.install,
    "--core",
    files.core,
    "--extras",
    files.extras,
    "--lock",
    files.lock,
    ...(gpu ? ["--gpu", files.gpu] : []),
  ],
};

/** Makes the Python environment on first use, and finds it at once afterwards. */
export async function pythonEnvironment(options: PythonOptions): Promise<PythonEnvironment> {
  const ready = await readyPython(options);
  if (ready !== null) return ready;
  return found(await makeEnvironment(recipe, options));
}

/** The Python environment where it is ready; null where the first use would have to make it. */
export async function readyPython({
  override,
  cacheDir,
  signal,
}: Pick<PythonOptions, "cacheDir" | "override" | "signal">): Promise<PythonEnvironment | null> {
  if (override !== null) return { ...(await readOverride(override, signal)), missingExtras: [] };
  const ready = await findMade(recipe, cacheDir, signal);
  return "installed" in ready ? found(ready) : null;
}

function found({ python, installed }: { python: string; installed: Installed }): PythonEnvironment {
  return { python, packages: installed.packages, missingExtras: installed.missing };
}
