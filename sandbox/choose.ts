import { userInfo } from "node:os";
import { ConfigInvalid, SandboxUnavailable } from "../runs/errors.ts";
import { bubblewrapAttempts } from "./bubblewrap/bubblewrap.ts";
import { namespaceObstacle } from "./bubblewrap/user-namespaces.ts";
import { containerAttempts } from "./containers/containers.ts";
import { type Engine, findEngine } from "./containers/engine.ts";
import { sandboxImage } from "./containers/image.ts";
import type { Attempts, EngineName, Sandbox, SharedMounts } from "./contract.ts";
import type { Uncounted } from "./environment/made-environment.ts";
import { findControlGroups } from "./linux/control-groups.ts";
import { readMachine, shareMachine } from "./machine.ts";
import { probe } from "./probe.ts";
import { processSandbox } from "./process/process.ts";
import { retryingSandbox } from "./retry.ts";

/** The engines that isolate scripts fully, in the order in which they are tried. */
export const ISOLATED_ENGINES = ["docker", "podman", "bwrap"] as const;
export type IsolatedEngine = (typeof ISOLATED_ENGINES)[number];

const INSTALL =
  "install Docker or Podman and start it, or install bubblewrap (Debian and Ubuntu: apt-get install bubblewrap)";

export type SandboxOptions = {
  wanted: "auto" | EngineName;
  /** Whether all the code to run is our own (the playbook's). */
  trustedCode: boolean;
  /** Folder for things that can be made again. */
  cacheDir: string;
  /** Id of the run: label of its containers. */
  run: string;
  /** The interpreter of the process engine, and what is installed there. */
  python: string;
  packages: readonly string[];
  report: (line: string) => void;
  /** Image to build ours on, null for the one that the Dockerfile names. */
  baseImage: string | null;
  /** Folder of wheels to build the image from, offline; null to let pip fetch them during the build. */
  wheels: string | null;
  /** Folder of the Dockerfile. */
  root: string;
  /** Whether scripts are given GPUs: the image then has what makes use of them. */
  usesGpus?: boolean;
  /** Memory of one execution, null for an equal share of the machine. */
  memoryMb?: number | null;
  sharedMounts: SharedMounts;
  /** Where Podman answers (`CONTAINER_HOST`), null for the usual places. */
  podmanHost: string | null;
  /** Around the building of an image, which is no part of a run's time. */
  uncounted?: Uncounted;
};

/** The engine to run scripts in; a model's code is never run unsandboxed unless the user asks for it. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { wanted, trustedCode, report } = options;
  const { slots } = shareMachine(await readMachine(), options.memoryMb ?? null);
  if (wanted === "process") return openProcess(options, slots);
  const refusals: string[] = [];
  for (const name of wanted === "auto" ? ISOLATED_ENGINES : [wanted]) {
    const opened = await openIsolated(name, options, slots);
    if (typeof opened !== "string") return opened;
    refusals.push(opened);
  }
  const why = refusals.join("; ");
  if (wanted !== "auto") throw new ConfigInvalid(`--sandbox ${wanted}: ${why}`);
  if (!trustedCode) {
    throw new ConfigInvalid(
      `${why}. Code written by a model is not run without a sandbox: ${INSTALL}, or accept the risk with --sandbox process`,
    );
  }
  report(`${why}; the built-in playbook's own code runs as ordinary processes`);
  return openProcess(options, slots);
}

/** Whether an engine can isolate scripts here, in one line; nothing is built for it. */
export async function probeEngine(
  name: IsolatedEngine,
  options: Pick<SandboxOptions, "python" | "cacheDir" | "podmanHost">,
): Promise<{ ok: boolean; result: string }> {
  if (name === "bwrap") {
    const sharedMounts = { readOnly: [], environment: {}, sockets: [] };
    const opened = await openBubblewrap({ ...options, sharedMounts, packages: [] }, 1);
    if (typeof opened === "string") return { ok: false, result: opened };
    await opened.release();
    return { ok: true, result: opened.describe };
  }
  const engine = await findEngine(name, options.podmanHost);
  return typeof engine === "string"
    ? { ok: false, result: engine }
    : { ok: true, result: engine.name };
}

async function openIsolated(
  name: IsolatedEngine,
  options: SandboxOptions,
  slots: number,
): Promise<Sandbox | string> {
  const attempts =
    name === "bwrap"
      ? await openBubblewrap(options, slots)
      : await openContainers(name, options, slots);
  return typeof attempts === "string" ? attempts : retryingSandbox(attempts);
}

/** Containers that have passed their probe, or why there are none. */
async function openContainers(
  product: "docker" | "podman",
  options: SandboxOptions,
  slots: number,
): Promise<Attempts | string> {
  const engine = await findEngine(product, options.podmanHost);
  if (typeof engine === "string") return engine;
  const { run, sharedMounts, cacheDir } = options;
  try {
    const image = await sandboxImage(engine, options);
    const parts = { engine, image, run, slots, cacheDir, sharedMounts };
    const refused = await probedOr(await containerAttempts({ ...parts, limitsCores: true }));
    if (typeof refused !== "string" || !lacksCores(engine, refused)) return refused;
    return await probedOr(await containerAttempts({ ...parts, limitsCores: false }));
  } catch (error) {
    if (error instanceof ConfigInvalid || error instanceof SandboxUnavailable) return error.message;
    // The engine's own refusals carry an HTTP status.
    if (error instanceof Error && "statusCode" in error) return error.message;
    throw error;
  }
}

/** Before version 252 systemd delegates memory and processes only to users, whose engines refuse to limit cores. */
function lacksCores({ isRootless }: Engine, refusal: string): boolean {
  return (
    isRootless && /NanoCPUs can not be set|controller `?cpu`? is not available/iu.test(refusal)
  );
}

type Host = Pick<SandboxOptions, "python" | "packages" | "cacheDir" | "sharedMounts">;

/** With control groups where we may make them, else with what resource limits and watching can do. */
async function openBubblewrap(host: Host, slots: number): Promise<Attempts | string> {
  const groups = await findControlGroups();
  let refusal = "";
  for (const each of groups === null ? [null] : [groups, null]) {
    const attempts = await bubblewrapAttempts({ ...host, slots }, each);
    if (typeof attempts === "string") return attempts;
    const probed = await probedOr(attempts);
    if (typeof probed !== "string") return probed;
    refusal = probed;
  }
  const obstacle = userInfo().uid === 0 ? null : await namespaceObstacle();
  return obstacle === null ? refusal : `${refusal}: ${obstacle}`;
}

async function probedOr(attempts: Attempts): Promise<Attempts | string> {
  const failure = await probe(attempts, new AbortController().signal);
  if (failure === null) return attempts;
  await attempts.release();
  return `${attempts.name} does not pass its probe (${failure})`;
}

function openProcess(options: SandboxOptions, slots: number): Promise<Sandbox> {
  const { python, packages, cacheDir, sharedMounts } = options;
  return processSandbox({ python, packages, cacheDir, slots, sharedMounts });
}
