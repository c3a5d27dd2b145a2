import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSandbox, probeEngine } from "../../sandbox/choose.ts";
import type {
  EngineName,
  Execution,
  Job,
  Limits,
  Sandbox,
  SharedMounts,
} from "../../sandbox/contract.ts";
import { pythonEnvironment } from "../../sandbox/environment/python-environment.ts";
import { prepareWorkspace } from "../../sandbox/workspace.ts";

const { env } = process;

/** Folder for things that can be made again, as the command line chooses it. */
export const cacheDir = env.MLE_STAR_CACHE ?? join(homedir(), ".cache", "mle-star");

export const root = fileURLToPath(new URL("../..", import.meta.url));

export const report = (line: string): void => console.log(line);

const podmanHost = env.CONTAINER_HOST ?? null;

/** The engines to test here (ENGINES names some); a missing one is said aloud, and where REQUIRE_SANDBOX=1 a failure. */
export async function presentEngines(): Promise<EngineName[]> {
  const chosen = env.ENGINES?.split(",");
  const required = env.REQUIRE_SANDBOX === "1" ? (env.REQUIRED_ENGINES ?? "docker").split(",") : [];
  const present: EngineName[] = ["process"];
  const { python } = await openPython();
  for (const name of ["docker", "podman", "bwrap"] as const) {
    const { ok, result } = await probeEngine(name, { python, cacheDir, podmanHost });
    if (ok) present.push(name);
    else if (required.includes(name)) throw new Error(`${name} is required here, but ${result}`);
    else console.log(`${name} is not tested: ${result}`);
  }
  return present.filter((name) => chosen?.includes(name) ?? true);
}

/** The interpreter of this machine, as a run would have it. */
export function openPython() {
  return pythonEnvironment({ cacheDir, override: env.MLE_STAR_PYTHON ?? null, report });
}

/** Nothing but the job. */
export const noMounts: SharedMounts = { readOnly: [], environment: {}, sockets: [] };

/** A sandbox of an engine; closes at the end of the block that holds it. */
export async function open(
  name: EngineName,
  sharedMounts: SharedMounts = noMounts,
): Promise<Sandbox & AsyncDisposable> {
  await mkdir(cacheDir, { recursive: true });
  const sandbox = await openSandbox({
    wanted: name,
    trustedCode: false,
    cacheDir,
    run: "test",
    report,
    root,
    sharedMounts,
    podmanHost,
    baseImage: env.MLE_STAR_BASE_IMAGE ?? null,
    wheels: env.MLE_STAR_WHEELS ?? null,
    ...(await openPython()),
  });
  return { ...sandbox, [Symbol.asyncDispose]: () => sandbox.close() };
}

export const limits: Limits = {
  seconds: 60,
  memoryMb: 400,
  cpus: 1,
  pids: 64,
  outputMb: 4,
  diskMb: 64,
  gpus: 0,
};

/** Marks the processes of this test run among all of the machine. */
export const seed = 1_000_000 + process.pid;

/** Where a script runs in the tests: gone at the end of the block that holds it. */
export type Bench = AsyncDisposable & { folder: string; workspace: string; input: string };

/** A folder with `workspace`, an `input` of two files, and a `secret` beside them that no script may read. */
export async function makeBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star attack ünicode '"));
  const input = join(folder, "input");
  await mkdir(input);
  await writeFile(join(input, "train.csv"), "id,x\n1,2\n");
  await writeFile(join(input, "tëst \"1'$(x).csv"), "id\n1\n");
  await writeFile(join(folder, "secret"), "42");
  return benchAt(folder);
}

/** The bench in a folder that another process may have made. */
export function benchAt(folder: string): Bench {
  return {
    folder,
    workspace: join(folder, "work space"),
    input: join(folder, "input"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs a script from nothing under the given limits; what is forbidden is only recorded, so that the isolation is attacked. */
export async function attack(
  sandbox: Sandbox,
  bench: Bench,
  code: string,
  change: Partial<Limits> = {},
  signal: AbortSignal = new AbortController().signal,
  rules: Job["rules"] = "audit",
): Promise<Execution> {
  await prepareWorkspace(bench.workspace, code);
  return sandbox.run({ ...jobOn(bench, change), rules }, signal);
}

/** The script that a bench's workspace was prepared with, as a job. */
export function jobOn(
  { workspace, input }: Omit<Bench, typeof Symbol.asyncDispose>,
  change: Partial<Limits> = {},
): Job {
  const place = { at: "attack", workspace, script: "solution.py", input, gpus: [], seed };
  return { ...place, limits: { ...limits, ...change }, rules: "audit" };
}
