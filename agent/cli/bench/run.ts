import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Command } from "commander";
import { type OpenBatch, openBatch } from "../../../runs/batch/batch.ts";
import { limitOptions } from "../../../runs/batch/caps.ts";
import type { Standing } from "../../../runs/batch/frontier.ts";
import type { Job } from "../../../runs/batch/matrix.ts";
import { keepPlace, refuseOtherPlace } from "../../../runs/batch/place.ts";
import { workOn } from "../../../runs/batch/work.ts";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { findPrepared } from "../../../tasks/mle-bench/prepared.ts";
import { readEnvironment } from "../environment.ts";
import { seconds } from "../run.ts";
import { exitCodes } from "../terminal/failures.ts";
import { ENGINES, openEngine } from "./engines/open.ts";
import { preflight } from "./engines/preflight.ts";
import { jobRows, jobTable } from "./job-table.ts";
import {
  commandOf,
  listen,
  machineOf,
  passedOptions,
  programHere,
  slotsFor,
  textOf,
} from "./jobs.ts";
import { liveTable } from "./live-table.ts";
import { type Asked, batchFolder, planBatch, usualLimits } from "./plan.ts";

type Options = {
  seeds?: string;
  configuration: string[];
  batch?: string;
  hours?: string;
  parallel?: string;
  retries?: string;
  maxUsd?: string;
  maxTokens?: string;
  timeLimit?: string;
  batchUsd?: string;
  batchTokens?: string;
  batchHours?: string;
  benchmark: boolean;
  engine: string;
  engineFile?: string;
  dataDir?: string;
  runsDir: string;
  json?: true;
  quiet?: true;
  quick?: true;
  effort?: string;
};

/** `mle-star bench run`: competitions × seeds × configurations, one run each. */
export function benchRunCommand(): Command {
  const command = new Command("run")
    .description(
      "Run a batch: every competition with every seed and configuration. Repeat the command to go on; more seeds or competitions run only what is new. All options of `mle-star run` are taken, for every run.",
    )
    .argument("[what...]", "a list (low, medium, high, dev, all), ids, folders, or a batch.yaml")
    .option("--seeds <n>", "seeds of every competition: 0, 1, … (3)")
    .option(
      "--configuration <name:key=value,…>",
      "named settings to compare; repeatable; `base:` has none",
      collect,
      [],
    )
    .option("--batch <name>", "name of the batch, or path of its folder")
    .option("--hours <h>", "wall clock of a job (24, unless --quick)")
    .option("--time-limit <duration>", "the same as for a run: 90 (seconds), 30m, 12h")
    .option("--max-usd <dollars>", "hard limit of a job")
    .option("--max-tokens <n>", "hard limit of a job")
    .option("--batch-usd <dollars>", "hard limit of the batch, over all sessions")
    .option("--batch-tokens <n>", "hard limit of the batch")
    .option("--batch-hours <h>", "hard limit of the batch: hours of all jobs together")
    .option("--retries <n>", "how often a job that failed is tried again (2)")
    .option("--parallel <n>", "jobs side by side; without it one a GPU, or one for four cores")
    .option("--engine <name>", `where jobs run: ${ENGINES.join(", ")}`, "local")
    .option("--engine-file <file>", "YAML file of that engine: what a job takes, and where")
    .option("--no-benchmark", "allow pages about the very competition")
    .option("--data-dir <folder>", "data of MLE-bench")
    .option("--runs-dir <folder>", "folder of runs and batches", "runs")
    .option("--quiet", "print no progress")
    .option("--json", "print one JSON object as the last line");
  const passed = passedOptions();
  for (const option of passed) command.addOption(option);
  return command.action(async (what: string[], options: Options) => {
    const given = passed.flatMap((option) => textOf(option, command));
    process.exitCode = await runBatch(what, options, given);
  });
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

async function runBatch(what: string[], options: Options, given: string[]): Promise<number> {
  const found = readEnvironment();
  const environment = { ...found, benchDataDir: resolve(options.dataDir ?? found.benchDataDir) };
  const asked = askedFor(what, options, given);
  const plan = await planBatch(asked, environment);
  await refuseWithoutData(plan.wanted.competitions, environment.benchDataDir);
  const folder = batchFolder(options.runsDir, options.batch, plan.name);
  const opened = await openEngine({
    name: options.engine,
    file: options.engineFile,
    parallel: options.parallel,
    folder,
    environment: environment.all,
    machine: slotsFor(plan.wanted.configurations, await machineOf(environment)),
  });
  const { engine, needs } = opened;
  await refuseOtherPlace(folder, engine, needs);
  const open = await openBatch(folder, { ...plan.wanted, needs }, usualLimits(asked));
  await keepPlace(folder, engine);
  const live = liveTable(process.stderr, options.quiet === true);
  live.line(`batch in ${open.folder}`);
  const stop = listen(live.line);
  const program = opened.command ?? programHere(environment);
  const around = { program, environment: environment.all, dataDir: environment.benchDataDir };
  const checked = { ...around, line: live.line, stop: stop.state };
  // A job that has this machine for itself decides by itself how many scripts run side by side.
  const isWhole = opened.facts === null && needs.cpus >= availableParallelism();
  const bare = (job: Job) => commandOf(job, open, { ...around, isWhole }, options.benchmark);
  try {
    if (opened.facts !== null && !(await preflight(open, opened, checked)))
      return exitCodes.interrupted;
    const standings = await workOn(open, {
      engine,
      commandOf: (job, limits) => [...bare(job), ...limitOptions(limits)],
      onChange: live.show,
      stop: stop.state,
      gpus: opened.gpus,
    });
    return await report(open, standings, options.json === true, stop.state.asked > 0);
  } finally {
    stop.close();
  }
}

function askedFor(what: string[], options: Options, given: string[]): Asked {
  const { timeLimit } = options;
  const limit = timeLimit === undefined ? null : seconds(timeLimit);
  if (limit !== null && typeof limit !== "number")
    throw new ConfigInvalid(`--time-limit ${timeLimit}: expected 90 (seconds), 30m or 12h`);
  return {
    what,
    options: given,
    configurations: options.configuration,
    seeds: options.seeds,
    retries: options.retries,
    hours: options.hours,
    job: { usd: options.maxUsd, tokens: options.maxTokens, seconds: limit },
    batch: { usd: options.batchUsd, tokens: options.batchTokens, hours: options.batchHours },
    isQuick: options.quick === true || options.effort === "quick",
  };
}

/** A batch of which no competition is there is a mistake; one that lacks some lists them as failed. */
async function refuseWithoutData(
  competitions: readonly { id: string; reference: string }[],
  dataDir: string,
): Promise<void> {
  let first: unknown = null;
  for (const { id, reference } of competitions) {
    if (!reference.startsWith("mle-bench:")) return;
    try {
      await findPrepared(dataDir, id);
      return;
    } catch (error) {
      first ??= error;
    }
  }
  if (first !== null) throw first;
}

async function report(
  open: OpenBatch,
  standings: readonly Standing[],
  json: boolean,
  isStopped: boolean,
): Promise<number> {
  const rows = await jobRows(standings);
  const counts = { folder: open.folder, jobs: rows };
  process.stdout.write(json ? `${JSON.stringify(counts)}\n` : jobTable(rows));
  if (isStopped) return exitCodes.interrupted;
  return standings.every(({ state }) => state.kind === "done") ? exitCodes.ok : exitCodes.failed;
}
