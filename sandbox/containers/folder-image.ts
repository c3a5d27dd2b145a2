import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import { followBuild } from "./image-build.ts";
import { copyWheels } from "./image-context.ts";

type FolderImage = {
  tag: string;
  cacheDir: string;
  /** Image to build on; null for the one that the Dockerfile names. */
  baseImage: string | null;
  /** Folder of wheels to install from, offline; null for pip's own index. */
  wheels: string | null;
  report: (line: string) => void;
};

/** Builds the image of a folder with a Dockerfile of its own, all but its data. Throws `ConfigInvalid` where that fails. */
export async function buildFolder(
  engine: Engine,
  folder: string,
  { tag, cacheDir, baseImage, wheels, report }: FolderImage,
): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const context = await mkdtemp(join(cacheDir, "image-of-folder-"));
  try {
    const isSent = (path: string) => path !== join(folder, "input");
    await cp(folder, context, { recursive: true, filter: isSent });
    if (wheels !== null) await copyWheels(wheels, context);
    const dockerfile = await readFile(join(context, "Dockerfile"), "utf8");
    const stream = await engine.docker.buildImage(
      { context, src: await readdir(context) },
      {
        t: tag,
        forcerm: true,
        buildargs: baseImage === null ? {} : { BASE_IMAGE: baseImage },
        ...(wheels === null ? {} : { networkmode: "none" }),
      },
    );
    stream.setEncoding("utf8");
    await followBuild(stream, { what: `image ${tag}`, dockerfile, report });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
