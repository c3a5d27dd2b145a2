import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import { withLock } from "../../runs/record/file-lock.ts";
import type { Uncounted } from "../environment/made-environment.ts";
import { ask, type Engine } from "./engine.ts";
import { knowsGpus } from "./gpu-requests.ts";
import { followBuild } from "./image-build.ts";
import {
  buildArguments,
  contextHash,
  type ImageSources,
  type ImageTarget,
  stageContext,
} from "./image-context.ts";

export type ImageOptions = ImageSources & {
  cacheDir: string;
  report: (line: string) => void;
  uncounted?: Uncounted;
};

export type Image = { tag: string; packages: string[] };

const NAMES: Record<ImageTarget, { repository: string; what: string }> = {
  cpu: { repository: "sandbox", what: "sandbox image" },
  gpu: { repository: "sandbox-gpu", what: "sandbox image for GPUs" },
  agent: { repository: "agent", what: "agent image" },
};

const installedSchema = z.object({ packages: z.array(z.string()), missing: z.array(z.string()) });

type SandboxImageOptions = Omit<ImageOptions, "buildArguments" | "modules"> & {
  usesGpus?: boolean;
};

/** The image that scripts run in; with GPU libraries where the run has a GPU and the engine passes it on. */
export async function sandboxImage(engine: Engine, options: SandboxImageOptions): Promise<Image> {
  return imageFor(engine, ...(await sandboxTarget(engine, options)));
}

/** Whether that image is there already, or its first use would have to build it. */
export async function hasSandboxImage(
  engine: Engine,
  options: SandboxImageOptions,
): Promise<boolean> {
  return hasImage(engine, (await namesOf(...(await sandboxTarget(engine, options)))).tag);
}

async function sandboxTarget(
  engine: Engine,
  options: SandboxImageOptions,
): Promise<[ImageTarget, ImageOptions]> {
  // Its image is many times larger: not built for an engine that knows of no GPU.
  const usesGpus = options.usesGpus === true && (await knowsGpus(engine));
  const target = usesGpus ? "gpu" : "cpu";
  return [target, { ...options, buildArguments: {}, modules: null }];
}

/** An image of the repo's Dockerfile, built on first use; its tag is the hash of all that goes into it. */
export async function imageFor(
  engine: Engine,
  target: ImageTarget,
  options: ImageOptions,
): Promise<Image> {
  const { hash, tag } = await namesOf(target, options);
  const { what } = NAMES[target];
  await mkdir(options.cacheDir, { recursive: true });
  if (!(await hasImage(engine, tag))) {
    const lock = join(options.cacheDir, `image-${hash}`);
    const message = `waiting for another process that is building the ${what}`;
    const { uncounted = (work) => work() } = options;
    await uncounted(() =>
      withLock(lock, { message, report: options.report }, async () => {
        if (!(await hasImage(engine, tag))) await build(engine, target, { tag, hash }, options);
      }),
    );
  }
  return {
    tag,
    packages: await packagesOf(engine, tag, join(options.cacheDir, `image-${hash}.json`)),
  };
}

async function namesOf(
  target: ImageTarget,
  options: ImageOptions,
): Promise<{ hash: string; tag: string }> {
  const hash = await contextHash(target, options);
  return { hash, tag: `localhost/mle-star/${NAMES[target].repository}:${hash}` };
}

async function hasImage(engine: Engine, tag: string): Promise<boolean> {
  const filters = { reference: [tag] };
  const found = await ask(engine, "its images", (docker) => docker.listImages({ filters }));
  return found.length > 0;
}

async function build(
  engine: Engine,
  target: ImageTarget,
  { tag, hash }: { tag: string; hash: string },
  options: ImageOptions,
): Promise<void> {
  const { wheels, report, root, cacheDir } = options;
  const { what } = NAMES[target];
  report(`building the ${what} (first use, takes a few minutes)`);
  const context = join(cacheDir, `image-${hash}-context`);
  await stageContext(target, context, options);
  try {
    const stream = await engine.docker.buildImage(
      { context, src: await readdir(context) },
      {
        t: tag,
        target,
        labels: { "mle-star.image": hash },
        // Of a build that fails too, nothing but its layers stays behind.
        forcerm: true,
        buildargs: buildArguments(options),
        ...(wheels === null ? {} : { networkmode: "none" }),
      },
    );
    const dockerfile = await readFile(join(root, "Dockerfile"), "utf8");
    stream.setEncoding("utf8");
    await followBuild(stream, { what, dockerfile, report });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  if (!(await hasImage(engine, tag)))
    throw new ConfigInvalid(`the ${what} is missing after its build`);
}

/** What the image's build recorded, read once per image without starting anything in it. */
async function packagesOf(engine: Engine, tag: string, cached: string): Promise<string[]> {
  const kept = await readFile(cached, "utf8").catch(() => null);
  if (kept !== null) return installedSchema.parse(JSON.parse(kept)).packages;
  const container = await ask(engine, "a new container", (docker) =>
    docker.createContainer({ Image: tag, Cmd: ["true"] }),
  );
  try {
    const path = "/opt/mle-star/installed.json";
    const installed = await ask(engine, "the packages of its image", async () =>
      firstFile(await container.getArchive({ path })),
    );
    const { packages } = installedSchema.parse(JSON.parse(installed));
    await writeFileAtomic(cached, installed);
    return packages;
  } finally {
    await ask(engine, "a removal", () => container.remove({ force: true }));
  }
}

/** The text of the first regular file in a tar stream, as the engine sends single files. */
async function firstFile(archive: NodeJS.ReadableStream): Promise<string> {
  const entries = extract();
  archive.once("error", (error) => entries.destroy(error));
  for await (const entry of archive.pipe(entries)) {
    // Awaited here: leaving the loop ends the stream.
    if (entry.header.type === "file") return await text(entry);
    entry.resume();
  }
  throw new Error("the archive holds no file");
}
