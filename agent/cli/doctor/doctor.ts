import { Command } from "@commander-js/extra-typings";
import { UserError } from "../../../runs/errors.ts";
import { Config } from "../../config.ts";
import { type Environment, readEnvironment } from "../environment.ts";
import { resolveSettings } from "../settings.ts";
import { exitCodes } from "../terminal/failures.ts";
import { openProgress } from "../terminal/progress.ts";
import { type Check, checkTable, failing, messageOf } from "./check.ts";
import { diskCheck, gitCheck, gpuCheck, machineCheck, nodeCheck, runsCheck } from "./machine.ts";
import { chooseRouting, helloCheck, keyCheck } from "./model.ts";
import { findPython, importCheck } from "./python.ts";
import { sandboxChecks } from "./sandbox.ts";

/** `mle-star doctor`: checks this machine, with a fix for each problem. */
export function doctorCommand() {
  return new Command("doctor")
    .description(
      "Check Node, git, Python, disk, memory, GPUs, sandbox, model and runs. Exit code 1 when `run` would fail.",
    )
    .option("--fix", "first set up Python and build the sandbox image")
    .option("--sandbox <engine>", Config.shape.sandbox.description)
    .option("--model <name>", Config.shape.model.description)
    .option("--base-url <address>", Config.shape.baseUrl.description)
    .option("--gpus-per-execution <n>", Config.shape.gpusPerExecution.description)
    .option("--gpu-memory-mb <n>", Config.shape.gpuMemoryMb.description)
    .option("--config <file>", "YAML file of settings, as for run")
    .option("--runs-dir <folder>", "folder of the runs", "runs")
    .option("--json", "print one JSON object")
    .action(async (options) => {
      const progress = openProgress(process.stderr, options.json === true && !options.fix);
      const report = progress.line;
      const checks = await examine({ flags: options, runsDir: options.runsDir, report });
      progress.close();
      const ok = checks.every(({ state }) => state !== "fail");
      const text = options.json === true ? JSON.stringify({ ok, checks }) : checkTable(checks);
      process.stdout.write(`${text}\n`);
      process.exitCode = ok ? exitCodes.ok : exitCodes.failed;
    });
}

type Wanted = {
  flags: { fix?: true; [flag: string]: unknown };
  runsDir: string;
  report: (line: string) => void;
};

/** All checks, in parallel where they are independent; listed from the machine up to the runs. */
async function examine({ flags, runsDir, report }: Wanted): Promise<Check[]> {
  const environment = readEnvironment();
  const { config, refused } = settingsOf(flags, environment);
  const routing = await chooseRouting(config, environment, runsDir);
  const isRouting = "modelFor" in routing;
  const isFixing = flags.fix === true;
  const found = await findPython(environment, isFixing, report);
  const isFound = "python" in found;
  const [machine, model, python, sandbox] = await Promise.all([
    Promise.all([
      gitCheck(),
      diskCheck("disk for runs", runsDir),
      diskCheck("disk for cache", environment.cacheDir),
      machineCheck(config),
      gpuCheck(environment.gpus),
    ]),
    isRouting ? helloCheck(routing, config) : routing,
    isFound ? importCheck(found) : found,
    sandboxChecks({
      config,
      environment,
      isFixing,
      report,
      ...(isFound ? found : { python: null, packages: [] }),
      trustedCode: isRouting && routing.isPlaybookOnly,
    }),
  ]);
  const runs = await runsCheck(runsDir);
  const models = [keyCheck(environment), model];
  return [nodeCheck(), ...machine, ...refused, ...models, python, ...sandbox, runs];
}

/** The settings of a run; where they are invalid, the defaults and the reason. */
function settingsOf(
  flags: Record<string, unknown>,
  environment: Environment,
): { config: Config; refused: Check[] } {
  try {
    return { config: resolveSettings(flags, environment.all), refused: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const check = failing("settings", "refused", messageOf(error));
    return { config: Config.parse({}), refused: [check] };
  }
}
