import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { ConfigInvalid, Interrupted } from "../../runs/errors.ts";
import { withLock } from "../../runs/record/file-lock.ts";
import { findGpus } from "../gpu/devices.ts";
import { endGroup } from "../linux/processes.ts";
import { findPython, type Interpreter, readOverride } from "./find-python.ts";

export type PythonOptions = {
  /** Folder for things that can be made again. */
  cacheDir: string;
  /** An interpreter to use as it is (`MLE_STAR_PYTHON`). */
  override: string | null;
  /** Takes one line of progress at a time. */
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Around the installation, which is no part of a run's time. */
  uncounted?: Uncounted;
};

/** Does work whose time is not counted. */
export type Uncounted = <T>(work: () => Promise<T>) => Promise<T>;

/** The interpreter that runs solutions outside a container, and the referee. */
export type PythonEnvironment = { python: string; packages: string[]; missingExtras: string[] };

const room = fileURLToPath(new URL("..", import.meta.url));
const recipe = {
  core: join(room, "requirements-core.txt"),
  extras: join(room, "requirements-extras.txt"),
  gpu: join(room, "requirements-gpu.txt"),
  lock: join(room, "requirements-lock.txt"),
  install: join(room, "python", "install.py"),
  pip: join(room, "python", "pip_client.py"),
};

const installedSchema = z.object({
  error: z.string().nullable(),
  packages: z.array(z.string()),
  missing: z.array(z.string()),
});
type Installed = z.infer<typeof installedSchema>;

/** Makes the Python environment on first use, and finds it at once afterwards. */
export async function pythonEnvironment(options: PythonOptions): Promise<PythonEnvironment> {
  const ready = await findEnvironment(options);
  if ("python" in ready) return ready;
  const { base, hasGpu, folder } = ready;
  await mkdir(options.cacheDir, { recursive: true });
  const { report, signal, uncounted = (work) => work() } = options;
  const message = "waiting for another process that is setting up Python";
  return uncounted(() =>
    withLock(folder, { message, report, signal }, async () => {
      // Another process may have finished it while we waited.
      const done = await readReady(folder);
      return found(folder, done ?? (await make(folder, base, hasGpu, options)));
    }),
  );
}

/** The Python environment where it is ready; null where the first use would have to make it. */
export async function readyPython(
  options: Pick<PythonOptions, "cacheDir" | "override" | "signal">,
): Promise<PythonEnvironment | null> {
  const ready = await findEnvironment(options);
  return "python" in ready ? ready : null;
}

/** Where an environment would be made, and of what. */
type Missing = { base: Interpreter; hasGpu: boolean; folder: string };

async function findEnvironment({
  override,
  cacheDir,
  signal,
}: Pick<PythonOptions, "cacheDir" | "override" | "signal">): Promise<PythonEnvironment | Missing> {
  if (override !== null) return { ...(await readOverride(override, signal)), missingExtras: [] };
  const [base, gpus] = await Promise.all([findPython(undefined, signal), findGpus()]);
  const hasGpu = gpus.length > 0;
  const folder = join(cacheDir, `python-${await recipeHash(base, hasGpu)}`);
  const ready = await readReady(folder);
  return ready === null ? { base, hasGpu, folder } : found(folder, ready);
}

function found(folder: string, { packages, missing }: Installed): PythonEnvironment {
  return { python: pythonIn(folder), packages, missingExtras: missing };
}

function pythonIn(folder: string): string {
  return join(folder, "bin", "python");
}

/** The same requirements on the same interpreter give the same folder. */
async function recipeHash(base: Interpreter, gpu: boolean): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([base.executable, base.version, gpu]));
  for (const path of Object.values(recipe)) hash.update(await readFile(path));
  return hash.digest("hex").slice(0, 16);
}

/** What a finished environment holds; null where there is none, or only half of one. */
async function readReady(folder: string): Promise<Installed | null> {
  const text = await readFile(join(folder, "ready.json"), "utf8").catch(() => null);
  return text === null ? null : installedSchema.parse(JSON.parse(text));
}

async function make(
  folder: string,
  base: Interpreter,
  gpu: boolean,
  options: PythonOptions,
): Promise<Installed> {
  const { report, signal } = options;
  report(`setting up Python ${base.version} (first use, takes a minute or two)`);
  await rm(folder, { recursive: true, force: true });
  const log = `${folder}.log`;
  const result = `${folder}.result.json`;
  await Promise.all([rm(log, { force: true }), rm(result, { force: true })]);
  await runGroup([base.executable, "-m", "venv", folder], report, signal);
  const argv = [
    pythonIn(folder),
    recipe.install,
    "--core",
    recipe.core,
    "--extras",
    recipe.extras,
    "--lock",
    recipe.lock,
    "--result",
    result,
    "--log",
    log,
    ...(gpu ? ["--gpu", recipe.gpu] : []),
  ];
  const last = await runGroup(argv, report, signal);
  const text = await readFile(result, "utf8").catch(() => null);
  const installed = text === null ? null : installedSchema.parse(JSON.parse(text));
  if (installed === null || installed.error !== null) {
    throw new ConfigInvalid(
      `the Python packages could not be installed: ${installed?.error ?? last}; check the package index that pip is configured with (log: ${log}), or set MLE_STAR_PYTHON to an interpreter that has them`,
    );
  }
  await rm(result);
  await writeFileAtomic(join(folder, "ready.json"), JSON.stringify(installed));
  for (const missing of installed.missing) report(`without ${missing}`);
  report(`Python is ready: ${installed.packages.length} packages`);
  return installed;
}

/** Runs a command as a group of its own, its lines reported; the last line. A failed `venv` is for the user to fix. */
async function runGroup(
  [file, ...args]: [string, ...string[]] | string[],
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (signal?.aborted) throw new Interrupted("interrupted while setting up Python");
  const child = execa(file ?? "", args, {
    detached: true,
    cleanup: true,
    stdin: "ignore",
    all: true,
    reject: false,
    // Settings of the user's shell for other Pythons do not apply to this one.
    env: {
      PYTHONPATH: undefined,
      PYTHONHOME: undefined,
      // Images and CI machines set these; without bytecode beside the packages every later start compiles them anew.
      PYTHONDONTWRITEBYTECODE: undefined,
      PYTHONPYCACHEPREFIX: undefined,
      PIP_USER: "0",
      PIP_TARGET: undefined,
    },
  });
  const end = (): void => endGroup(child.pid);
  signal?.addEventListener("abort", end);
  let last = "";
  try {
    for await (const line of child.iterable({ from: "all" })) {
      last = line.trim() === "" ? last : line.trim();
      if (!last.startsWith("ERROR")) report(line);
    }
    const { exitCode } = await child;
    if (signal?.aborted) throw new Interrupted("interrupted while setting up Python");
    if (exitCode !== 0 && args[1] === "venv") {
      throw new ConfigInvalid(`Python could not make a virtual environment: ${last}`);
    }
    return last;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
