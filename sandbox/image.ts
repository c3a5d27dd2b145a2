import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { ConfigInvalid } from "../runs/errors.ts";
import type { Engine } from "./engine.ts";
import { withLock } from "./locks.ts";
import { firstFile } from "./tar.ts";

export type ImageOptions = {
  /** Folder of the Dockerfile. */
  root: string;
  cacheDir: string;
  baseImage: string | null;
  /** Folder of wheels to install from, offline; null for pip's own index. */
  wheels: string | null;
  report: (line: string) => void;
};

export type Image = { tag: string; packages: string[] };

const FILES = [
  "Dockerfile",
  "sandbox/requirements-core.txt",
  "sandbox/requirements-extras.txt",
  "sandbox/python/install.py",
  "sandbox/python/runner.py",
];
const progressSchema = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});
const installedSchema = z.object({ packages: z.array(z.string()), missing: z.array(z.string()) });

/** The image of the repo's Dockerfile, built on first use; its tag is the hash of all that goes into it. */
export async function sandboxImage(engine: Engine, options: ImageOptions): Promise<Image> {
  const hash = await contextHash(options);
  const tag = `localhost/mle-star/sandbox:${hash}`;
  await mkdir(options.cacheDir, { recursive: true });
  if (!(await hasImage(engine, tag))) {
    const lock = join(options.cacheDir, `image-${hash}`);
    const message = "waiting for another process that is building the sandbox image";
    await withLock(lock, { message, report: options.report }, async () => {
      if (!(await hasImage(engine, tag))) await build(engine, tag, hash, options);
    });
  }
  return {
    tag,
    packages: await packagesOf(engine, tag, join(options.cacheDir, `image-${hash}.json`)),
  };
}

async function contextHash({ root, baseImage, wheels }: ImageOptions): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(baseImage));
  for (const file of FILES) hash.update(await readFile(join(root, file)));
  if (wheels !== null) hash.update(JSON.stringify(await wheelNames(wheels)));
  return hash.digest("hex").slice(0, 16);
}

async function wheelNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => null);
  if (names === null) throw new ConfigInvalid(`there is no folder of wheels at ${folder}`);
  return names.filter((name) => name.endsWith(".whl")).sort();
}

async function hasImage({ docker }: Engine, tag: string): Promise<boolean> {
  const found = await docker.listImages({ filters: { reference: [tag] } });
  return found.length > 0;
}

async function build(
  { docker }: Engine,
  tag: string,
  hash: string,
  options: ImageOptions,
): Promise<void> {
  const { baseImage, wheels, report } = options;
  report("building the sandbox image (first use, takes a few minutes)");
  const context = join(options.cacheDir, `image-${hash}-context`);
  await stageContext(context, options);
  try {
    const stream = await docker.buildImage(
      { context, src: await readdir(context) },
      {
        t: tag,
        target: "cpu",
        labels: { "mle-star.image": hash },
        ...(baseImage === null ? {} : { buildargs: { BASE_IMAGE: baseImage } }),
        ...(wheels === null ? {} : { networkmode: "none" }),
      },
    );
    await followBuild(stream, report);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  if (!(await hasImage({ docker } as Engine, tag))) {
    throw new ConfigInvalid("the sandbox image is missing after its build");
  }
}

/** Only what the Dockerfile copies is sent to the engine. */
async function stageContext(context: string, { root, wheels }: ImageOptions): Promise<void> {
  await rm(context, { recursive: true, force: true });
  for (const file of FILES) {
    await mkdir(dirname(join(context, file)), { recursive: true });
    await cp(join(root, file), join(context, file));
  }
  if (wheels === null) return;
  for (const name of await wheelNames(wheels))
    await cp(join(wheels, name), join(context, "wheels", name));
}

/** Where a build is, and what it last complained about. */
type BuildState = { step: string; complaint: string | null };

/** Reports the build's lines; a failed build ends the stream normally, with the error as its last item. */
async function followBuild(
  stream: NodeJS.ReadableStream,
  report: (line: string) => void,
): Promise<void> {
  const state: BuildState = { step: "the base image", complaint: null };
  let pending = "";
  for await (const block of stream) {
    const lines = (pending + block.toString()).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) readItem(line, state, report);
  }
  readItem(pending, state, report);
}

function readItem(text: string, state: BuildState, report: (line: string) => void): void {
  if (text.trim() === "") return;
  const { stream, error } = progressSchema.parse(JSON.parse(text));
  for (const line of (stream ?? "").split("\n")) {
    if (line.startsWith("Step ")) state.step = line;
    if (line.startsWith("ERROR: ")) state.complaint = line.slice("ERROR: ".length);
    if (/^(Step|installing|downloading|compiling|without)\b/.test(line)) report(line.slice(0, 100));
  }
  if (error === undefined) return;
  throw new ConfigInvalid(
    `the sandbox image could not be built: ${state.complaint ?? error} (at ${state.step}); name a base image with MLE_STAR_BASE_IMAGE, or a folder of wheels with MLE_STAR_WHEELS where the engine has no network`,
  );
}

/** What the image's build recorded, read once per image without starting anything in it. */
async function packagesOf({ docker }: Engine, tag: string, cached: string): Promise<string[]> {
  const kept = await readFile(cached, "utf8").catch(() => null);
  if (kept !== null) return installedSchema.parse(JSON.parse(kept)).packages;
  const container = await docker.createContainer({ Image: tag, Cmd: ["true"] });
  try {
    const archive = await container.getArchive({ path: "/opt/mle-star/installed.json" });
    const text = await firstFile(archive);
    const { packages } = installedSchema.parse(JSON.parse(text));
    await writeFileAtomic(cached, text);
    return packages;
  } finally {
    await container.remove({ force: true });
  }
}
