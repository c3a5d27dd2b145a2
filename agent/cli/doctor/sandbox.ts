import { execa } from "execa";
import { Interrupted, UserError } from "../../../runs/errors.ts";
import {
  ISOLATED_ENGINES,
  type IsolatedEngine,
  openSandbox,
  probeEngine,
  type SandboxOptions,
} from "../../../sandbox/choose.ts";
import { findEngine } from "../../../sandbox/containers/engine.ts";
import { hasSandboxImage } from "../../../sandbox/containers/image.ts";
import type { Sandbox } from "../../../sandbox/contract.ts";
import { assignGpus } from "../../../sandbox/gpu/assign.ts";
import { findGpus } from "../../../sandbox/gpu/devices.ts";
import { type Guarantee, selfTest } from "../../../sandbox/self-test.ts";
import type { Config } from "../../config.ts";
import type { Environment } from "../environment.ts";
import { type Check, failing, fine, messageOf, warning } from "./check.ts";

const UNTESTED = "not tested without Python";
/** Other runs may use every GPU for hours. */
const GPU_WAIT_MS = 15_000;
const INSTALL = {
  docker: "install Docker and start it, or set DOCKER_HOST",
  podman: "install Podman and start its socket (systemctl --user start podman.socket)",
  bwrap: "install bubblewrap (Debian and Ubuntu: apt-get install bubblewrap)",
} as const;

export type SandboxQuestion = {
  config: Config;
  environment: Environment;
  /** The interpreter and its packages; null when there is none yet. */
  python: string | null;
  packages: readonly string[];
  /** Whether all the code to run would be the playbook's. */
  trustedCode: boolean;
  isFixing: boolean;
  report: (line: string) => void;
};

/** Every engine, and a test of each guarantee of the one that a run would use. */
export async function sandboxChecks(question: SandboxQuestion): Promise<Check[]> {
  const engines = await probeAll(question);
  const { wanted } = optionsOf(question);
  const candidates =
    wanted === "auto" ? ISOLATED_ENGINES : ISOLATED_ENGINES.filter((name) => name === wanted);
  const chosen = candidates.find((name) => engines.get(name)?.ok === true) ?? null;
  const isDecided = chosen !== null || wanted === "process";
  const rows = ISOLATED_ENGINES.map((name) => engineCheck(name, engines.get(name), isDecided));
  if (question.python === null) return [...rows, withoutPython(question, engines, candidates)];
  if (!question.isFixing && chosen !== null && !(await isPrepared(chosen, question))) {
    const fix = "run `mle-star doctor --fix`; else the first run builds it";
    const result = `${chosen} would be used, but its image is not built yet`;
    return [...rows, warning("sandbox", result, fix)];
  }
  return [...rows, ...(await testSandbox(question))];
}

/** The sandbox as far as it can be checked without Python. */
function withoutPython(
  { config, trustedCode }: SandboxQuestion,
  engines: ReadonlyMap<IsolatedEngine, Probed>,
  candidates: readonly IsolatedEngine[],
): Check {
  const isPossible = (name: IsolatedEngine) =>
    engines.get(name)?.ok === true || engines.get(name)?.isUntested === true;
  const mayBeProcess = config.sandbox === "process" || (config.sandbox === "auto" && trustedCode);
  if (mayBeProcess || candidates.some(isPossible)) {
    const fix = "run `mle-star doctor --fix` to set up Python";
    return warning("sandbox", UNTESTED, fix);
  }
  return failing(
    "sandbox",
    "no engine that a run can use",
    candidates.map((name) => INSTALL[name]).join("; or "),
  );
}

/** `isUntested`: the engine is there, but cannot be tested without Python. */
type Probed = Awaited<ReturnType<typeof probeEngine>> & { isUntested: boolean };

async function probeAll(question: SandboxQuestion): Promise<Map<IsolatedEngine, Probed>> {
  const { cacheDir, podmanHost, python } = optionsOf(question);
  const probed = await Promise.all(
    ISOLATED_ENGINES.map(async (name): Promise<[IsolatedEngine, Probed]> => {
      if (name === "bwrap" && question.python === null) {
        const { exitCode } = await execa("sh", ["-c", "command -v bwrap"], { reject: false });
        const isUntested = exitCode === 0;
        const result = isUntested ? UNTESTED : "bubblewrap is not installed";
        return [name, { ok: false, result, isUntested }];
      }
      const probed = await probeEngine(name, { cacheDir, podmanHost, python });
      return [name, { ...probed, isUntested: false }];
    }),
  );
  return new Map(probed);
}

/** A missing engine is no problem where another one works. */
function engineCheck(name: IsolatedEngine, probed: Probed | undefined, isDecided: boolean): Check {
  // What an engine enforces is listed only for the one that a run uses.
  const [result = ""] = (probed?.result ?? "").split(";");
  if (probed?.ok === true) return fine(name, result);
  return isDecided ? fine(name, `not used: ${result}`) : warning(name, result, INSTALL[name]);
}

async function isPrepared(name: IsolatedEngine, question: SandboxQuestion): Promise<boolean> {
  if (name === "bwrap") return true;
  const options = await withGpus(question);
  const engine = await findEngine(name, options.podmanHost);
  return typeof engine !== "string" && hasSandboxImage(engine, options);
}

/** Opens the sandbox as a run does, and runs scripts that try to break out of it. */
async function testSandbox(question: SandboxQuestion): Promise<Check[]> {
  let sandbox: Sandbox;
  try {
    sandbox = await openSandbox(await withGpus(question));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [failing("sandbox", "no engine that a run can use", messageOf(error))];
  }
  try {
    const guarantees = await selfTest(sandbox, question.environment.cacheDir);
    return [
      sandboxCheck(sandbox, question.trustedCode),
      ...guarantees.map((each) => guaranteeCheck(sandbox, each)),
      await gpuInsideCheck(sandbox, question),
    ];
  } finally {
    await sandbox.close();
  }
}

function sandboxCheck({ name, describe, protectsFiles }: Sandbox, trustedCode: boolean): Check {
  if (name !== "process") return fine("sandbox", `a run uses ${describe}`);
  const fix = trustedCode
    ? "sufficient for the playbook; for code of a model install Docker, Podman or bubblewrap"
    : protectsFiles
      ? "Docker, Podman and bubblewrap keep more from code of a model: install one of them"
      : "code of a model runs with your user's rights";
  return warning("sandbox", `a run uses ${describe}`, fix);
}

function guaranteeCheck({ name }: Sandbox, { what, kept, result }: Guarantee): Check {
  if (kept) return fine(`  ${what}`, result);
  const fix =
    name === "process"
      ? "not guaranteed by ordinary processes: install Docker, Podman or bubblewrap"
      : `fix this before you run code of a model in ${name}`;
  return warning(`  ${what}`, result, fix);
}

/** Whether scripts see the GPUs: requested and missing ones stop a run. */
async function gpuInsideCheck(sandbox: Sandbox, question: SandboxQuestion): Promise<Check> {
  const what = "  GPU inside";
  const { config, environment } = question;
  const { gpus: view, cacheDir } = environment;
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  try {
    const { gpusPerExecution: wanted, gpuMemoryMb: promisedMb } = config;
    const devices = await findGpus(view);
    const signal = AbortSignal.timeout(GPU_WAIT_MS);
    const asked = { wanted, promisedMb, devices, view, cacheDir, report, signal };
    const assigned = await assignGpus(sandbox, asked);
    if (assigned.perExecution > 0) return fine(what, `${assigned.perExecution} for each execution`);
    const [why] = lines;
    if (why === undefined) return fine(what, "none requested");
    return warning(what, why, "scripts run on the CPU until the engine can pass GPUs on");
  } catch (error) {
    if (error instanceof Interrupted) return fine(what, "not tested: other runs use all of them");
    return failing(what, "requested but not available", messageOf(error));
  }
}

function optionsOf(question: SandboxQuestion): SandboxOptions {
  const { config, environment, trustedCode, python, packages, report } = question;
  const { cacheDir, baseImage, wheels, root, all } = environment;
  return {
    wanted: config.sandbox,
    trustedCode,
    cacheDir,
    run: "doctor",
    report,
    python: python ?? "python3",
    packages,
    baseImage,
    wheels,
    root,
    memoryMb: config.memoryMb,
    sharedMounts: { readOnly: [], environment: {}, sockets: [] },
    podmanHost: all.CONTAINER_HOST ?? null,
  };
}

/** A run with GPUs uses another image. */
async function withGpus(
  question: SandboxQuestion,
): Promise<SandboxOptions & { usesGpus: boolean }> {
  const { config, environment } = question;
  const usesGpus = config.gpusPerExecution !== 0 && (await findGpus(environment.gpus)).length > 0;
  return { ...optionsOf(question), usesGpus };
}
