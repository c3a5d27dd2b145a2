import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import { ConfigInvalid, Interrupted } from "../../runs/errors.ts";
import { withLock } from "../../runs/record/file-lock.ts";
import { findGpus } from "../gpu/devices.ts";
import { endGroup } from "../linux/processes.ts";
import { findPython, type Interpreter } from "./find-python.ts";

export type MadeOptions = {
  /** Folder for things that can be made again. */
  cacheDir: string;
  /** Takes one line of progress at a time. */
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Around the installation, which is no part of a run's time. */
  uncounted?: Uncounted;
};

/** Does work whose time is not counted. */
export type Uncounted = <T>(work: () => Promise<T>) => Promise<T>;

/** How an environment is made: the same files on the same interpreter give the same folder. */
export type Recipe = {
  /** What its folder in the cache begins with. */
  name: string;
  /** What people call it. */
  title: string;
  /** How long the first use takes, in words. */
  takes: string;
  /** The variable that names a ready interpreter instead. */
  variable: string;
  /** Whatever it depends on. */
  files: readonly string[];
  /** The program that installs, with its options but for `--result` and `--log`. */
  install: (gpu: boolean) => readonly string[];
};

const installedSchema = z.object({
  error: z.string().nullable(),
  packages: z.array(z.string()),
  missing: z.array(z.string()),
});
/** What an environment holds. */
export type Installed = z.infer<typeof installedSchema>;

/** An environment that is ready. */
export type Made = { python: string; installed: Installed };
/** Where an environment would be made, and of what. */
export type Missing = { base: Interpreter; hasGpu: boolean; folder: string };

/** Makes an environment, unless another process has made it meanwhile. */
export async function makeEnvironment(recipe: Recipe, options: MadeOptions): Promise<Made> {
  const ready = await findMade(recipe, options.cacheDir, options.signal);
  if ("installed" in ready) return ready;
  const { folder } = ready;
  await mkdir(options.cacheDir, { recursive: true });
  const { report, signal, uncounted = (work) => work() } = options;
  const message = `waiting for another process that is setting up ${recipe.title}`;
  return uncounted(() =>
    withLock(folder, { message, report, signal }, async () => {
      // Another process may have finished it while we waited.
      const done = await readReady(folder);
      return {
        python: pythonIn(folder),
        installed: done ?? (await make(recipe, ready, options)),
      };
    }),
  );
}

/** An environment where it is ready, or what it would be made of. */
export async function findMade(
  recipe: Recipe,
  cacheDir: string,
  signal: AbortSignal | undefined,
): Promise<Made | Missing> {
  const [base, gpus] = await Promise.all([findPython(undefined, signal), findGpus()]);
  const hasGpu = gpus.length > 0;
  const folder = join(cacheDir, `${recipe.name}-${await recipeHash(recipe, base, hasGpu)}`);
  const installed = await readReady(folder);
  return installed === null ? { base, hasGpu, folder } : { python: pythonIn(folder), installed };
}

function pythonIn(folder: string): string {
  return join(folder, "bin", "python");
}

async function recipeHash({ files }: Recipe, base: Interpreter, gpu: boolean): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([base.executable, base.version, gpu]));
  for (const path of files) hash.update(await readFile(path));
  return hash.digest("hex").slice(0, 16);
}

/** What a finished environment holds; null where there is none, or only half of one. */
async function readReady(folder: string): Promise<Installed | null> {
  const text = await readFile(join(folder, "ready.json"), "utf8").catch(() => null);
  return text === null ? null : installedSchema.parse(JSON.parse(text));
}

async function make(
  { title, takes, variable, install }: Recipe,
  { folder, base, hasGpu }: Missing,
  { report, signal }: MadeOptions,
): Promise<Installed> {
  report(`setting up ${title} ${base.version} (first use, takes ${takes})`);
  await rm(folder, { recursive: true, force: true });
  const log = `${folder}.log`;
  const result = `${folder}.result.json`;
  await Promise.all([rm(log, { force: true }), rm(result, { force: true })]);
  await runGroup([base.executable, "-m", "venv", folder], report, signal);
  const argv = [pythonIn(folder), ...install(hasGpu), "--result", result, "--log", log];
  const last = await runGroup(argv, report, signal);
  const text = await readFile(result, "utf8").catch(() => null);
  const installed = text === null ? null : installedSchema.parse(JSON.parse(text));
  if (installed === null || installed.error !== null) {
    throw new ConfigInvalid(
      `the Python packages could not be installed: ${installed?.error ?? last}; check the package index that pip is configured with (log: ${log}), or set ${variable} to an interpreter that has them`,
    );
  }
  await rm(result);
  await writeFileAtomic(join(folder, "ready.json"), JSON.stringify(installed));
  for (const missing of installed.missing) report(`without ${missing}`);
  report(`${title} is ready: ${installed.packages.length} packages`);
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
