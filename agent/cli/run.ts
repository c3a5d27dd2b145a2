import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { redactorOf, secretsOf } from "../../runs/record/secrets.ts";
import { Config } from "../config.ts";
import { forecastRun, forecastText } from "./dry-run.ts";
import { readEnvironment } from "./environment.ts";
import { GIVEN_OPTIONS } from "./given.ts";
import { fetchCompetition, KAGGLE } from "./kaggle/download.ts";
import { readGraph, withGraph } from "./open/graph.ts";
import { resolveSettings } from "./settings.ts";
import { exitCodes } from "./terminal/failures.ts";
import { openProgress, type Progress } from "./terminal/progress.ts";
import { table } from "./terminal/table.ts";
import { workToItsEnd } from "./work.ts";

/** `mle-star run <competition>`: the main job, from a competition to a submission. */
export function runCommand() {
  const command = new Command("run")
    .description(
      "Solve a competition: a shipped id, or a folder with train.csv, test.csv and sample_submission.csv. Repeat the command to resume an unfinished run.",
    )
    .argument(
      "<competition>",
      "id of a shipped competition, mle-bench:<id>, kaggle:<slug>, or path of a folder",
    )
    .option(
      "--effort <preset>",
      "quick (minutes), default (hours), paper (settings of the paper, 24 h), max (all of 24 h)",
    )
    .option("--quick", "short for --effort quick")
    .option(...GIVEN_OPTIONS.target)
    .option(...GIVEN_OPTIONS.type)
    .option(...GIVEN_OPTIONS.metric)
    .option("--model <name>", Config.shape.model.description)
    .option("--role-model <role=model>", "who plays a role, over --model; repeatable", roleModel)
    .option("--graph <file>", "graph of models that plays the roles, as `swarm optimize` writes it")
    .option("--policy <driver>", Config.shape.policy.description)
    .option("--models <list>", Config.shape.turnModels.description)
    .option("--base-url <address>", Config.shape.baseUrl.description)
    .option("--replay-until <place>", Config.shape.replayUntil.description)
    .option("--live-model <name>", Config.shape.liveModel.description)
    .option("--sandbox <engine>", "auto, docker, podman, bwrap or process")
    .option("--gpus-per-execution <n>", Config.shape.gpusPerExecution.description)
    .option("--gpu-memory-mb <n>", Config.shape.gpuMemoryMb.description)
    .option("--network <policy>", Config.shape.network.description)
    .option("--search <places>", Config.shape.search.description)
    .option("--card <file>", Config.shape.card.description)
    .option("--benchmark", Config.shape.benchmark.description)
    .option("--seed <n>", Config.shape.seed.description)
    .option(
      "--time-limit <duration>",
      "wall clock over all sessions: 90 (seconds), 30m, 12h or none",
    )
    .option("--max-usd <dollars>", "hard limit in US dollars")
    .option("--prices <file>", "your own price table (JSON); overrides the shipped one")
    .option("--max-tokens <n>", "hard limit of tokens (input, cached and output)")
    .option("--max-executions <n>", "hard limit of script executions")
    .option("--config <file>", "YAML file of settings")
    .option("--set <key=value>", "any setting below; repeatable", collect, [])
    .option("--data-dir <folder>", "data of MLE-bench, for mle-bench:<id>")
    .option("--kaggle <command>", "the command of Kaggle's own client, for kaggle:<slug>")
    .option("--runs-dir <folder>", "folder of the runs", "runs")
    .option("--run-id <id>", "id of the run: resumed if it exists, else created")
    .option("--dry-run", "forecast model calls, executions, cost and time, without a run")
    .option("--fresh", "start a new run, even if one with the same settings is unfinished")
    .option("--finalize", "Ctrl-C ends the run with its best solution, in place of pausing it")
    .option("--json", "print one JSON object as the last line")
    .option("--quiet", "print no progress")
    .addHelpText("after", `\n${settingsHelp()}`);
  for (const [flag, key] of SETTING_FLAGS)
    command.addOption(new Option(flag, Config.shape[key].description));
  return command.action(async (competition, options) => {
    const redact = redactorOf(secretsOf(process.env, process.argv));
    const progress = openProgress(process.stderr, options.quiet === true, redact);
    try {
      process.exitCode = await runCompetition(competition, options, progress);
    } finally {
      progress.close();
    }
  });
}

/** Settings of parts that have a page of their own: docs/models.md, docs/refinement.md, docs/running.md. */
const SETTING_FLAGS = [
  ["--turn-submissions <n>", "turnSubmissions"],
  ["--role-tools <roles>", "roleTools"],
  ["--memory <folder>", "memory"],
  ["--memory-topk <n>", "memoryTopk"],
  ["--memory-topm <n>", "memoryTopm"],
  ["--memory-reward <kind>", "memoryReward"],
  ["--memory-learn <on|off>", "memoryLearn"],
  ["--refine-policy <name>", "refinePolicy"],
  ["--refine-k <n>", "refineK"],
  ["--refine-rounds <n>", "refineRounds"],
  ["--feedback <kind>", "feedback"],
  ["--acceptance <rule>", "acceptance"],
  ["--accept <rule>", "accept"],
  ["--reeval <n>", "reeval"],
  ["--until-budget", "untilBudget"],
  ["--patience <steps>", "patience"],
  ["--plan-verify <how>", "planVerify"],
  ["--plan-threshold <score>", "planThreshold"],
  ["--plan-algorithm <name>", "planAlgorithm"],
  ["--plan-ucb <formula>", "planUcb"],
] as const;

type Options = {
  quick?: true;
  effort?: string;
  timeLimit?: string;
  prices?: string;
  target?: string;
  type?: string;
  metric?: string;
  graph?: string;
  dataDir?: string;
  kaggle?: string;
  runsDir: string;
  runId?: string;
  fresh?: true;
  dryRun?: true;
  json?: true;
  finalize?: true;
  [flag: string]: unknown;
};

async function runCompetition(
  named: string,
  options: Options,
  progress: Progress,
): Promise<number> {
  const own = options.prices === undefined ? {} : { prices: options.prices };
  const found = readEnvironment();
  const benchDataDir = resolve(options.dataDir ?? found.benchDataDir);
  const environment = { ...found, ...own, benchDataDir };
  const config = await withGraphOf(options, settingsOf(options, environment.all));
  const { runsDir, runId = null, fresh = false, target, type, metric } = options;
  const told = { target, type, metric };
  const { kaggle } = options;
  const reference = named.startsWith(KAGGLE)
    ? await fetchCompetition(named.slice(KAGGLE.length), {
        environment,
        given: told,
        kaggle,
        report: progress.line,
      })
    : named;
  if (options.dryRun === true) {
    const found = await forecastRun(
      { reference, given: told, config, environment, runsDir },
      progress,
    );
    process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : forecastText(found));
    return exitCodes.ok;
  }
  const wanted = { reference, given: told, config, environment, runsDir, runId, fresh };
  const onSignal = options.finalize === true ? "finish" : "pause";
  return workToItsEnd(
    wanted,
    { onSignal, finishNow: false, json: options.json === true },
    progress,
  );
}

/** The settings that options of `run` come to. Throws `ConfigInvalid`. */
function settingsOf(options: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): Config {
  const effort = options.effort ?? (options.quick === true ? "quick" : undefined);
  const timeLimit =
    typeof options.timeLimit === "string" ? seconds(options.timeLimit) : options.timeLimit;
  // The setting `models` is another thing: which model plays which role.
  const { models: turnModels, roleModel: roleModels, ...flags } = options;
  return resolveSettings({ ...flags, turnModels, roleModels, effort, timeLimit }, env);
}

/** The same of options as they are written on a command line, in the environment `env`. */
export function settingsOfWords(words: readonly string[], env: NodeJS.ProcessEnv): Config {
  const command = runCommand();
  command.parseOptions([...words]);
  return settingsOf(command.opts(), env);
}

/** The settings with the graph that is named. */
async function withGraphOf({ graph }: Options, config: Config): Promise<Config> {
  return graph === undefined ? config : withGraph(config, graph, await readGraph(graph));
}

/** `planner=local:adapters/planner`, beside those that were named before. */
function roleModel(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, role, model] = /^([^=]+)=(.+)$/u.exec(text) ?? [];
  if (role === undefined || model === undefined)
    throw new InvalidArgumentError(
      "expected <role>=<model>, as in planner=local:adapters/planner.",
    );
  return { ...before, [role]: model };
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

/** `90`, `90s`, `30m`, `12h`, `1d` in seconds; `none` is no limit. Anything else is left for the schema to refuse. */
export function seconds(text: string): unknown {
  if (text === "none") return null;
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/u.exec(text.trim());
  if (match === null) return text;
  const unit = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ""] ?? 1;
  return Number(match[1]) * unit;
}

function settingsHelp(): string {
  const defaults = Config.parse({});
  const rows = Object.entries(Config.shape).map(([key, schema]) => {
    const value = JSON.stringify(defaults[key as keyof typeof defaults]);
    return [`  ${key}`, `${schema.description ?? ""} [${value}]`];
  });
  return `Settings (--set key=value, config file, or MLE_STAR_<KEY> in the environment):\n${table(rows).join("\n")}`;
}
