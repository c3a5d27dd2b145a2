import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { python } from "../tasks/interpreter.ts";
import { cleanEnvironment } from "./program.ts";

const execute = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const MEGABYTE = 1_000_000;

const Packed = z.tuple([
  z.object({
    filename: z.string(),
    size: z.number(),
    files: z.array(z.object({ path: z.string() })),
  }),
]);

let root: string;
let program: string;
let packed: z.infer<typeof Packed>[0];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-pack-"));
  const { stdout } = await npm(["pack", "--json", "--pack-destination", root], repository);
  [packed] = Packed.parse(JSON.parse(stdout));
  // Scripts are left out: nothing may need to be built on the user's machine.
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", join(root, "prefix")];
  await npm(["install", "--global", ...options, join(root, packed.filename)], root);
  program = join(root, "prefix", "bin", "mle-star");
});
afterAll(() => rm(root, { recursive: true, force: true }));

function npm(args: string[], cwd: string) {
  return execute("npm", args, { cwd, maxBuffer: 50 * MEGABYTE });
}

test("the package holds what runs and nothing else, in a sensible size", () => {
  const paths = packed.files.map(({ path }) => path);
  for (const needed of [
    "agent/cli/bin.mjs",
    "agent/search/catalogue/tabular/lightgbm.yaml",
    "agent/models/playbook/python/models/lightgbm.py",
    "sandbox/python/runner.py",
    "sandbox/python/watch/mle_star_watch.py",
    "sandbox/requirements-core.txt",
    "tasks/referee/python/service.py",
    "tasks/shipped/cluster-job-class/train.csv",
    "tasks/shipped/answers/cluster-job-class.csv",
    "runs/record/journal.ts",
    "runs/batch/engines/local.ts",
    "runs/viewer/browser/live.js",
    "Dockerfile",
    "README.md",
  ])
    expect(paths).toContain(needed);
  const stray =
    /^(?:test|node_modules|\.ci)\/|^runs\/(?!(?:batch|certificate|events|export|record|report|viewer)\/)[^/]+\/|\.jsonl$|\.pyc$|__pycache__|\.test\.|\.env/u;
  expect(paths.filter((path) => stray.test(path))).toEqual([]);
  expect(packed.size).toBeLessThan(20 * MEGABYTE);
});

/** Versions of Node, the one that runs this first; the others where the registry hands them out. */
const versions = [`${process.versions.node} (this one)`, "22", "24"];

test.for(versions)("the installed program runs on Node %s", async (version, { skip }) => {
  const node = version.includes("this") ? process.execPath : await fetchNode(version);
  if (node === null) return skip(`Node ${version} cannot be fetched here`);
  const run = (...args: string[]) =>
    execute(node, [program, ...args], {
      cwd: root,
      env: cleanEnvironment({ MLE_STAR_PYTHON: python, MLE_STAR_CACHE: join(root, "cache") }),
    });
  expect((await run("--help")).stdout).toMatch(/run .*competition/u);
  const { stdout } = await run("doctor", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  // As a user would do it: a folder of no tables is refused in one line, by the schemas of the package.
  await expect(run("run", join(root, "nothing"))).rejects.toMatchObject({ code: 2 });
  expect(await readdir(root)).not.toContain("runs");
});

/** A Node of a later version out of its npm package, or null. */
async function fetchNode(version: string): Promise<string | null> {
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  const name = `node-${process.platform}-${arch}`;
  const folder = join(root, `node-${version}`);
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder];
  try {
    await npm(["install", ...options, `${name}@${version}`], root);
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
  return join(folder, "node_modules", name, "bin", "node");
}
