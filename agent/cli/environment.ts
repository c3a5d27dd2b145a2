import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { GpuView } from "../../sandbox/gpu/devices.ts";

/** The process environment, read only here (house rule 12). */
export type Environment = {
  /** Folder of the installed package or the clone. */
  root: string;
  tasksDir: string;
  cacheDir: string;
  /** Where the data of MLE-bench lie: its own default, until `--data-dir` says otherwise. */
  benchDataDir: string;
  /** A ready Python interpreter, used as it is (MLE_STAR_PYTHON). */
  python: string | null;
  /** A ready interpreter to train small models with (MLE_STAR_TRAINER_PYTHON). */
  trainerPython: string | null;
  baseImage: string | null;
  wheels: string | null;
  apiKey: string | null;
  baseUrl: string | null;
  anthropicModel: string | null;
  openai: { apiKey: string | null; baseUrl: string | null };
  prices: string | null;
  /** Where GPUs are searched, and which are visible. */
  gpus: GpuView;
  all: NodeJS.ProcessEnv;
};

/** Reads the environment; never throws, empty values count as absent. */
export function readEnvironment(): Environment {
  const { env } = process;
  const get = (name: string): string | null => env[name]?.trim() || null;
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  const cacheHome = get("XDG_CACHE_HOME") ?? join(homedir(), ".cache");
  return {
    root,
    tasksDir: join(root, "tasks", "shipped"),
    cacheDir: get("MLE_STAR_CACHE") ?? join(cacheHome, "mle-star"),
    benchDataDir: join(cacheHome, "mle-bench", "data"),
    python: get("MLE_STAR_PYTHON"),
    trainerPython: get("MLE_STAR_TRAINER_PYTHON"),
    baseImage: get("MLE_STAR_BASE_IMAGE"),
    wheels: get("MLE_STAR_WHEELS"),
    apiKey: get("ANTHROPIC_API_KEY") ?? get("ANTHROPIC_AUTH_TOKEN"),
    baseUrl: get("ANTHROPIC_BASE_URL"),
    anthropicModel: get("ANTHROPIC_MODEL"),
    openai: { apiKey: get("OPENAI_API_KEY"), baseUrl: get("OPENAI_BASE_URL") },
    prices: get("MLE_STAR_PRICES"),
    // An empty value hides every GPU.
    gpus: { path: get("PATH"), visible: env.CUDA_VISIBLE_DEVICES ?? null },
    all: env,
  };
}

/** The version in package.json. */
export async function toolVersion(): Promise<string> {
  const text = await readFile(join(readEnvironment().root, "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
