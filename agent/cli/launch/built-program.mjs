import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, extname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Go reads it, which has no flag of that kind. */
const TYPESCRIPT = /\.tsx?$/;
const ROOMS = ["agent", "runs", "sandbox", "tasks"];
/** Beside the sources in `runs` lie the runs of a clone, whose folders come and go. */
const ROOMS_OF_RUNS = ["batch", "certificate", "events", "export", "record", "report", "viewer"];
/** Why nothing can be kept in a folder. Node says ENOENT, too, where it makes one on a read-only file system. */
const REFUSALS = ["EACCES", "EROFS", "EPERM", "ENOENT", "ENOTDIR", "EISDIR", "ENOSPC", "EDQUOT"];
/** A program that still runs may load a part of its build late. */
const MS_KEPT = 30 * 86_400_000;
const MAIN = "main.mjs";
/** What every command loads: found and read one by one, their files took half of the time of a start. */
const BUNDLED = ["zod", "commander", "@commander-js/extra-typings"];
/** The name of a package, as it begins what is imported of it. */
const PACKAGE = /^(?:@[^/]+\/)?[^/]+/;

/**
 * The program of the sources in a package or clone, as one file to import: translated once, and kept beside the
 * packages that it imports. Null where nothing can be kept there: the sources must be translated as they are loaded.
 */
export async function builtProgram(root) {
  const paths = sourcesIn(root);
  const builds = join(root, "node_modules", ".cache", "mle-star");
  const stamp = join(builds, `of-${stampOf(paths)}`);
  const known = readOrNull(stamp);
  if (known !== null && existsSync(join(builds, known, MAIN))) return join(builds, known, MAIN);
  const sources = new Map(paths.map((path) => [path, readFileSync(path, "utf8")]));
  const name = hashOf(root, sources);
  const folder = join(builds, name);
  try {
    await mkdir(builds, { recursive: true });
    if (!existsSync(join(folder, MAIN))) {
      await removeOld(builds);
      await build(root, sources, folder);
    }
    await keepStamp(stamp, name);
  } catch (error) {
    if (!REFUSALS.includes(error?.code)) throw error;
    // Another user may have built it.
    if (!existsSync(join(folder, MAIN))) return null;
  }
  return join(folder, MAIN);
}

/** Paths of every source, and of what says how they are translated or is translated with them. */
function sourcesIn(root) {
  const listed = (room, recursive) =>
    readdirSync(join(root, room), { recursive })
      .filter((path) => TYPESCRIPT.test(path))
      .map((path) => join(root, room, path));
  const rooms = ROOMS_OF_RUNS.map((each) => join("runs", each)).filter((each) =>
    existsSync(join(root, each)),
  );
  const paths = [
    ...ROOMS.flatMap((room) => listed(room, room !== "runs")),
    ...rooms.flatMap((room) => listed(room, true)),
    ...BUNDLED.flatMap((name) => manifestOf(root, name)),
  ];
  const settings = join(root, "tsconfig.json");
  if (existsSync(settings)) paths.push(settings);
  return paths.sort();
}

/** Where a package says which version of it is installed; none where it is not. */
function manifestOf(root, name) {
  const { resolve } = createRequire(join(root, "package.json"));
  return (resolve.paths(name) ?? [])
    .map((folder) => join(folder, name, "package.json"))
    .filter((path) => existsSync(path))
    .slice(0, 1);
}

/** Of which files a build is, without reading them: whoever writes to one changes its times. */
function stampOf(paths) {
  const hash = createHash("sha256").update(readFileSync(new URL(import.meta.url)));
  for (const path of paths) {
    const { size, mtimeMs, ctimeMs, ino } = statSync(path);
    hash.update([path, size, mtimeMs, ctimeMs, ino].join("\0")).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** Of all that a build is made of: the sources, where they lie, and this file. */
function hashOf(root, sources) {
  const hash = createHash("sha256").update(readFileSync(new URL(import.meta.url)));
  for (const part of [root, ...sources].flat()) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** In a folder that gets its name when it is whole: another process may be at the same. */
async function build(root, sources, folder) {
  const made = await mkdtemp(`${folder}.`);
  try {
    // Root may have installed what everybody starts.
    await chmod(made, 0o755);
    const files = await translated(root, sources, made);
    for (const { path, contents } of files) await writeFile(path, contents);
    await rename(made, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function translated(root, sources, outdir) {
  // Loaded here: a program that is built already does without.
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(root, "agent", "cli", "main.ts")],
    outdir,
    outExtension: { ".js": ".mjs" },
    absWorkingDir: root,
    bundle: true,
    // What a command loads only when it needs it stays a file of its own.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // Commander asks for modules of Node as CommonJS does.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    // Errors say the name of their class.
    keepNames: true,
    logLevel: "silent",
    write: false,
    plugins: [{ name: "sources", setup }],
  });
  return outputFiles;

  function setup(host) {
    host.onResolve({ filter: /^[^./]/ }, resolve);
    host.onLoad({ filter: TYPESCRIPT }, load);
  }

  function resolve({ path, kind }) {
    if (kind === "entry-point" || BUNDLED.includes(PACKAGE.exec(path)?.[0])) return undefined;
    return { path, external: true };
  }

  /** Files that lie beside a source are found from it. */
  function load({ path }) {
    const url = JSON.stringify(pathToFileURL(path).href);
    return {
      loader: extname(path).slice(1),
      contents: sources.get(path)?.replaceAll("import.meta.url", url),
    };
  }
}

/** In a file that gets its name when it is whole: another process may be at the same. */
async function keepStamp(stamp, name) {
  const made = `${stamp}.${randomUUID()}`;
  await writeFile(made, name);
  await rename(made, stamp);
}

function readOrNull(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // Also where it cannot be read: then the sources are.
    if (REFUSALS.includes(error?.code)) return null;
    throw error;
  }
}

async function removeOld(builds) {
  for (const name of await readdir(builds)) {
    const path = join(builds, basename(name));
    const { mtimeMs } = await stat(path);
    if (mtimeMs < Date.now() - MS_KEPT) await rm(path, { recursive: true, force: true });
  }
}
