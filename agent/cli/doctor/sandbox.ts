import { execa } from "execa";
import { Interrupted, UserError } from "../../../runs/errors.ts";
import { openSandbox, probeEngine, type SandboxOptions } from "../../../sandbox/choose.ts";
import { findEngine } from "../../../sandbox/containers/engine.ts";
import { hasSandboxImage } from "../../../sandbox/containers/image.ts";
import type { Sandbox } from "../../../sandbox/contract.ts";
import { assignGpus } from "../../../sandbox/gpu/assign.ts";
import { findGpus } from "../../../sandbox/gpu/devices.ts";
import { type Guarantee, selfTest } from "../../../sandbox/self-test.ts";
import type { Config } from "../../config.ts";
import type { Environment } from "../environment.ts";
import { type Check, failing, fine, lacking, wordsOf } from "./check.ts";

const ISOLATED_ENGINES = ["docker", "podman", "bwrap"] as const;
type Walled = (typeof ISOLATED_ENGINES)[number];

const UNTRIED = "not tried without Python";
/** Runs that are at work may hold every GPU for hours. */
const PATIENCE_MS = 15_000;
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

/** Every engine, and the promises of the one that a run would take, each put to the test. */
export async function sandboxChecks(question: SandboxQuestion): Promise<Check[]> {
  const engines = await probeAll(question);
  const { wanted } = optionsOf(question);
  const candidates =
    wanted === "auto" ? ISOLATED_ENGINES : ISOLATED_ENGINES.filter((name) => name === wanted);
  const taken = candidates.find((name) => engines.get(name)?.ok === true) ?? null;
  const isSettled = taken !== null || wanted === "process";
  const rows = ISOLATED_ENGINES.map((name) => engineCheck(name, engines.get(name), isSettled));
  if (question.python === null) return [...rows, withoutPython(question, engines, candidates)];
  if (!question.isFixing && taken !== null && !(await isPrepared(taken, question))) {
    const fix = "`mle-star doctor --fix` builds it; else the first run does";
    const result = `${taken} would be taken, but its image is not built yet`;
    return [...rows, lacking("sandbox", result, fix)];
  }
  return [...rows, ...(await tryOut(question))];
}

/** What can be said of the sandbox before there is a Python to try it with. */
function withoutPython(
  { config, trustedCode }: SandboxQuestion,
  engines: ReadonlyMap<Walled, Probed>,
  candidates: readonly Walled[],
): Check {
  const isPossible = (name: Walled) =>
    engines.get(name)?.ok === true || engines.get(name)?.isUntried === true;
  const mayBeProcess = config.sandbox === "process" || (config.sandbox === "auto" && trustedCode);
  if (mayBeProcess || candidates.some(isPossible)) {
    const fix = "`mle-star doctor --fix` sets Python up first";
    return lacking("sandbox", UNTRIED, fix);
  }
  return failing(
    "sandbox",
    "none that a run could use",
    candidates.map((name) => INSTALL[name]).join("; or "),
  );
}

/** An engine that may work, though without Python nobody can tell, is untried. */
type Probed = Awaited<ReturnType<typeof probeEngine>> & { isUntried: boolean };

async function probeAll(question: SandboxQuestion): Promise<Map<Walled, Probed>> {
  const { cacheDir, podmanHost, python } = optionsOf(question);
  const probed = await Promise.all(
    ISOLATED_ENGINES.map(async (name): Promise<[Walled, Probed]> => {
      if (name === "bwrap" && question.python === null) {
        const { exitCode } = await execa("sh", ["-c", "command -v bwrap"], { reject: false });
        const isUntried = exitCode === 0;
        const result = isUntried ? UNTRIED : "bubblewrap is not installed";
        return [name, { ok: false, result, isUntried }];
      }
      const probed = await probeEngine(name, { cacheDir, podmanHost, python });
      return [name, { ...probed, isUntried: false }];
    }),
  );
  return new Map(probed);
}

/** An engine that is missing is no lack where another one is there. */
function engineCheck(name: Walled, probed: Probed | undefined, isSettled: boolean): Check {
  // What an engine enforces is told of the one that a run takes.
  const [result = ""] = (probed?.result ?? "").split(";");
  if (probed?.ok === true) return fine(name, result);
  return isSettled ? fine(name, `not used: ${result}`) : lacking(name, result, INSTALL[name]);
}

async function isPrepared(name: Walled, question: SandboxQuestion): Promise<boolean> {
  if (name === "bwrap") return true;
  const options = await withGpus(question);
  const engine = await findEngine(name, options.podmanHost);
  return typeof engine !== "string" && hasSandboxImage(engine, options);
}

/** Opens the sandbox as a run would, and has scripts try to break out of it. */
async function tryOut(question: SandboxQuestion): Promise<Check[]> {
  let sandbox: Sandbox;
  try {
    sandbox = await openSandbox(await withGpus(question));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [failing("sandbox", "none that a run could use", wordsOf(error))];
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

function sandboxCheck({ name, describe }: Sandbox, trustedCode: boolean): Check {
  if (name !== "process") return fine("sandbox", `a run takes ${describe}`);
  const fix = trustedCode
    ? "enough for the playbook's own code; for a model's code install Docker, Podman or bubblewrap"
    : "code of a model runs with your user's rights, as --sandbox process says";
  return lacking("sandbox", `a run takes ${describe}`, fix);
}

function guaranteeCheck({ name }: Sandbox, { what, kept, result }: Guarantee): Check {
  if (kept) return fine(`  ${what}`, result);
  const fix =
    name === "process"
      ? "ordinary processes do not promise it: install Docker, Podman or bubblewrap"
      : `do not run a model's code in ${name} here until this is mended`;
  return lacking(`  ${what}`, result, fix);
}

/** Whether GPUs arrive inside: asked for and absent, they stop a run. */
async function gpuInsideCheck(sandbox: Sandbox, question: SandboxQuestion): Promise<Check> {
  const what = "  GPU inside";
  const { config, environment } = question;
  const { gpus: view, cacheDir } = environment;
  const said: string[] = [];
  const report = (line: string): void => void said.push(line);
  try {
    const wanted = config.gpusPerExecution;
    const devices = await findGpus(view);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const lent = await assignGpus(sandbox, { wanted, devices, view, cacheDir, report, signal });
    if (lent.perExecution > 0) return fine(what, `${lent.perExecution} for each execution`);
    const [why] = said;
    if (why === undefined) return fine(what, "none asked for");
    return lacking(what, why, "scripts run on the processor until the engine can hand GPUs on");
  } catch (error) {
    if (error instanceof Interrupted) return fine(what, "not tried: other runs use them all");
    return failing(what, "asked for and not there", wordsOf(error));
  }
}

function optionsOf(question: SandboxQuestion): SandboxOptions {
  const { config, environment, trustedCode, python, packages, report } = question;
  const { cacheDir, baseImage, wheels, root, all } = environment;
  return {
    ...{ wanted: config.sandbox, trustedCode, cacheDir, run: "doctor", report },
    ...{ python: python ?? "python3", packages, baseImage, wheels, root },
    memoryMb: config.memoryMb,
    sharedMounts: { readOnly: [], environment: {}, sockets: [] },
    podmanHost: all.CONTAINER_HOST ?? null,
  };
}

/** A run that has GPUs takes another image. */
async function withGpus(
  question: SandboxQuestion,
): Promise<SandboxOptions & { usesGpus: boolean }> {
  const { config, environment } = question;
  const usesGpus = config.gpusPerExecution !== 0 && (await findGpus(environment.gpus)).length > 0;
  return { ...optionsOf(question), usesGpus };
}
