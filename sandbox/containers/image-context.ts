import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigInvalid } from "../../runs/errors.ts";
import { dockerfileFor } from "./dockerfile.ts";

/** What an image is made for: scripts without a GPU, scripts with one, or the whole agent. */
export type ImageTarget = "cpu" | "gpu" | "agent";

/** Where an image's parts come from. */
export type ImageSources = {
  /** Folder of the Dockerfile. */
  root: string;
  /** Image to build on; null for the one that the Dockerfile names. */
  baseImage: string | null;
  /** Folder of wheels to install from, offline; null for pip's own index. */
  wheels: string | null;
  /** Other arguments of the build, as the Dockerfile names them. */
  buildArguments: Readonly<Record<string, string>>;
  /** Folder of npm packages for the agent, offline; null for npm's own registry. */
  modules: string | null;
};

const STACK = [
  "sandbox/requirements-core.txt",
  "sandbox/requirements-extras.txt",
  "sandbox/requirements-lock.txt",
  "sandbox/python/install.py",
  "sandbox/python/pip_client.py",
  "sandbox/python/build-env.sh",
  "sandbox/python/runner.py",
  "sandbox/python/open_network.py",
  "sandbox/python/watch",
];
const WITH_GPU = [...STACK, "sandbox/requirements-gpu.txt"];
const INPUTS: Record<ImageTarget, readonly string[]> = {
  cpu: STACK,
  gpu: WITH_GPU,
  agent: [
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "LICENSE",
    "README.md",
    "agent",
    "sandbox",
    "tasks",
    "runs",
  ],
};

/** Arguments of the build that stand for what the sources name. */
export function buildArguments({ baseImage, buildArguments: named }: ImageSources) {
  return { ...(baseImage === null ? {} : { BASE_IMAGE: baseImage }), ...named };
}

/** Hash of all that goes into an image: the same inputs give the same tag. */
export async function contextHash(target: ImageTarget, sources: ImageSources): Promise<string> {
  const { root, wheels, modules } = sources;
  const hash = createHash("sha256").update(JSON.stringify([target, buildArguments(sources)]));
  hash.update(await targetDockerfile(target, root));
  for (const file of await inputFiles(target, root)) {
    hash.update(`\0${file}\0`).update(await readFile(join(root, file)));
  }
  if (wheels !== null) hash.update(JSON.stringify(await wheelNames(wheels)));
  if (modules !== null) hash.update(JSON.stringify(await readdir(modules)));
  return hash.digest("hex").slice(0, 16);
}

/** Makes the folder that is sent to the engine: only what the target's stages copy. */
export async function stageContext(
  target: ImageTarget,
  context: string,
  sources: ImageSources,
): Promise<void> {
  const { root, wheels, modules } = sources;
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "Dockerfile"), await targetDockerfile(target, root));
  for (const file of await inputFiles(target, root)) {
    await mkdir(dirname(join(context, file)), { recursive: true });
    await cp(join(root, file), join(context, file));
  }
  const linked = { recursive: true, verbatimSymlinks: true };
  if (modules !== null && target === "agent") await cp(modules, join(context, "modules"), linked);
  if (wheels !== null) await copyWheels(wheels, context);
}

/** Takes wheels along: the engine is sent the context alone, a link out of it would be broken there. */
export async function copyWheels(wheels: string, context: string): Promise<void> {
  for (const name of await wheelNames(wheels))
    await cp(join(wheels, name), join(context, "wheels", name), { dereference: true });
}

async function targetDockerfile(target: ImageTarget, root: string): Promise<string> {
  return dockerfileFor(target, await readFile(join(root, "Dockerfile"), "utf8"));
}

/** The files of a target, sorted; the answers of the shipped competitions stay out of every image. */
async function inputFiles(target: ImageTarget, root: string): Promise<string[]> {
  const files: string[] = [];
  const pending = [...INPUTS[target]];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (/(?:^|\/)(?:__pycache__|node_modules)$|^tasks\/shipped\/answers$/u.test(path)) continue;
    const entries = await readdir(join(root, path), { withFileTypes: true }).catch(notAFolder);
    if (entries === null) files.push(path);
    if (entries === null || isRunsOfUser(path, entries)) continue;
    for (const entry of entries) {
      if (!entry.isSymbolicLink()) pending.push(`${path}/${entry.name}`);
    }
  }
  return files.sort();
}

/** `runs/` holds folders of the program and, by competition, a user's runs: only the program's hold its sources. */
function isRunsOfUser(path: string, entries: readonly Dirent[]): boolean {
  return /^runs\/[^/]+$/u.test(path) && !entries.some(({ name }) => name.endsWith(".ts"));
}

function notAFolder(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return null;
  throw error;
}

async function wheelNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => null);
  if (names === null) throw new ConfigInvalid(`there is no folder of wheels at ${folder}`);
  return names.filter((name) => name.endsWith(".whl")).sort();
}
