import { basename, join, resolve } from "node:path";
import { Command, Option } from "commander";
import type { BatchCompetition } from "../../../runs/batch/batch.ts";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { trainerPython } from "../../../sandbox/environment/trainer-environment.ts";
import type { Pool } from "../../models/teams/team-settings.ts";
import { graphFileText, hashOfGraph } from "../../swarm/graph-file.ts";
import { chooseCompetitions } from "../bench/choose.ts";
import { listen, passedOptions, textOf } from "../bench/jobs.ts";
import { liveTable } from "../bench/live-table.ts";
import { readEnvironment } from "../environment.ts";
import { exitCodes } from "../terminal/failures.ts";
import { moveAdapters, trainedAdapters } from "./adapters.ts";
import { judgeFresh } from "./fresh.ts";
import { type Judges, openJudges } from "./judges.ts";
import { checkIdentity, openEvaluations } from "./record.ts";
import { type Found, foundText } from "./result.ts";
import {
  type Arm,
  bestOf,
  creditOf,
  judgeSingles,
  type Moving,
  runArm,
  type Searching,
} from "./search.ts";
import { readOptions, readPool, SwarmLimits, SwarmSettings } from "./settings.ts";

/** Options of `run` that an optimization sets itself, or that leave nothing to optimize. */
const OWN = [
  "--graph",
  "--policy",
  "--models",
  "--role-model",
  "--role-tools",
  "--replay-until",
  "--live-model",
  "--kaggle",
  "--target",
  "--type",
  "--metric",
  "--turn-submissions",
];

type Options = {
  fresh: string;
  pool: string;
  out: string;
  from?: string;
  timeLimit?: string;
  parallel?: string;
  dataDir?: string;
  json?: true;
  quiet?: true;
  [name: string]: unknown;
};

/** `mle-star swarm optimize`: finds the graph of models that solves competitions best. */
export function optimizeCommand(): Command {
  const command = new Command("optimize")
    .description(
      "Search the graph of models that solves competitions best (Heterogeneous Swarms, 2502.04510), beside random search with as many graphs and every model alone; judge the best of each on fresh competitions, and write a graph file for `run --graph`. Repeat the command to go on. All options of `mle-star run` are taken, for every run.",
    )
    .argument("<competitions...>", "what graphs are judged on: ids, lists, folders")
    .requiredOption(
      "--fresh <competitions>",
      "what the best graphs are judged on again, separated by commas",
    )
    .requiredOption(
      "--pool <file>",
      "YAML file with the models: `pool:`, as in the settings of run",
    )
    .option("--out <folder>", "folder of the optimization, best.json in it", "swarm");
  for (const [name, schema] of Object.entries(SwarmSettings.shape))
    command.addOption(
      new Option(`--${dashed(name)} <value>`, describe(name, schema.description ?? "")),
    );
  command
    .option("--from <folder>", "folder of the runs whose calls --surrogate replay takes", "runs")
    .option("--time-limit <duration>", "limit of each run: 90 (seconds), 30m, 12h")
    .option("--max-usd <dollars>", "hard limit of each run")
    .option("--max-tokens <n>", "hard limit of each run")
    .option("--batch-usd <dollars>", "hard limit of all runs together, over all sessions")
    .option("--batch-tokens <n>", "hard limit of all runs together")
    .option("--batch-hours <h>", "hard limit: hours of all runs together")
    .option("--retries <n>", "how often a run that failed is tried again (2)")
    .option("--parallel <n>", "runs side by side; without it one a GPU, or one for four cores")
    .option("--data-dir <folder>", "data of MLE-bench")
    .option("--quiet", "print no progress")
    .option("--json", "print one JSON object as the last line");
  const passed = passedOptions(OWN);
  const taken = new Set(command.options.map(({ long }) => long));
  for (const option of passed) if (!taken.has(option.long)) command.addOption(option);
  return command.action(async (what: string[], options: Options) => {
    const given = passed
      .filter(({ long }) => !taken.has(long))
      .flatMap((each) => textOf(each, command));
    process.exitCode = await optimize(what, options, given);
  });
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
}

/** Its description with its default. */
function describe(name: string, text: string): string {
  const value = (SwarmSettings.parse({}) as Record<string, unknown>)[name];
  const shown = Array.isArray(value) ? value.join(",") : value;
  return shown === null || shown === "" ? text : `${text} (${String(shown)})`;
}

async function optimize(what: string[], options: Options, given: string[]): Promise<number> {
  const environment = readEnvironment();
  const settings = readOptions(SwarmSettings, options);
  const limits = readOptions(SwarmLimits, options);
  const pool = await readPool(options.pool, process.cwd());
  const { tasksDir } = environment;
  const tasks = (await chooseCompetitions(what, tasksDir)).competitions;
  const fresh = (await chooseCompetitions([options.fresh], tasksDir)).competitions;
  refuseShared(tasks, fresh);
  const folder = resolve(options.out);
  const { timeLimit = null } = options;
  const { maxUsd, maxTokens } = limits;
  await checkIdentity(folder, {
    settings,
    pool: sha256(JSON.stringify(pool)),
    competitions: tasks,
    fresh,
    options: given,
    budget: { timeLimit, maxUsd, maxTokens },
  });
  const live = liveTable(process.stderr, options.quiet === true);
  live.line(`optimization in ${folder}`);
  const stop = listen(live.line);
  const journal = await openEvaluations(folder);
  try {
    const judges = await openJudges(
      { folder, settings, limits, tasks, fresh, options, given, members: Object.keys(pool).length },
      { environment, journal, live, stop: stop.state },
    );
    const moving = await movingOf(settings, pool, { folder, report: live.line });
    const searching: Searching = {
      settings,
      pool,
      judge: judges.search,
      moving: moving.by,
      report: live.line,
    };
    const found = await search(searching, judges, moving.said);
    await keep(folder, found, { settings, tasks, fresh });
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify({ folder, ...found })}\n`
        : foundText(folder, found),
    );
    return exitCodes.ok;
  } finally {
    stop.close();
    await journal.close();
  }
}

function refuseShared(
  tasks: readonly BatchCompetition[],
  fresh: readonly BatchCompetition[],
): void {
  const shared = fresh.find(({ id }) => tasks.some((task) => task.id === id));
  if (shared !== undefined)
    throw new ConfigInvalid(
      `--fresh ${shared.id}: graphs are chosen on it; what is fresh must be another competition`,
    );
}

/** What moves weights, and what is said of that. */
async function movingOf(
  { steps }: SwarmSettings,
  pool: Pool,
  { folder, report }: { folder: string; report: (line: string) => void },
): Promise<{ by: Moving | null; said: string }> {
  if (steps === "role") return { by: null, said: "role-step only" };
  const adapters = await trainedAdapters(pool, process.cwd());
  if (adapters.length < 2)
    return {
      by: null,
      said: `role-step only: ${adapters.length === 0 ? "no member of the pool is" : "only one member of the pool is"} an adapter that was trained here (local:<folder>)`,
    };
  const { cacheDir, trainerPython: override } = readEnvironment();
  const python = await trainerPython(override, { cacheDir, report });
  const at = (round: number) => join(folder, "adapters", `step-${round}`);
  const by: Moving = {
    adapters,
    placeOf: (round, id) => join(at(round), id),
    move: (round, moves) => moveAdapters(moves, { python, folder: at(round) }),
  };
  return { by, said: `role-step and weight-step of ${adapters.map(({ id }) => id).join(", ")}` };
}

async function search(searching: Searching, judges: Judges, steps: string): Promise<Found> {
  const { optimizer, credit } = searching.settings;
  searching.report(steps);
  const arms: Arm[] = [await judgeSingles(searching), await runArm(searching, optimizer)];
  if (optimizer !== "random") arms.push(await runArm(searching, "random"));
  const winner = bestOf(arms.flatMap(({ best }) => best ?? []));
  judges.refuseNone(winner);
  const trials = arms.flatMap(({ name, best }) => (best === null ? [] : [{ name, best }]));
  const again = await judgeFresh(trials, winner, judges);
  const credits = credit === "none" ? null : await creditOf(winner, searching);
  return {
    steps,
    winner: {
      arm: trials.find(({ best }) => best === winner)?.name ?? "",
      hash: hashOfGraph(winner.graph),
      utility: winner.value,
      graph: winner.graph,
    },
    arms: arms.map(({ name, best, evaluations, ended, trace }) => ({
      name,
      utility: best?.value ?? null,
      hash: best === null ? null : hashOfGraph(best.graph),
      evaluations,
      ended,
      trace,
    })),
    fresh: again,
    credit: credits,
    surrogate: judges.surrogate(winner.graph),
  };
}

async function keep(
  folder: string,
  { winner, fresh, steps }: Found,
  {
    settings,
    tasks,
    fresh: again,
  }: {
    settings: SwarmSettings;
    tasks: readonly BatchCompetition[];
    fresh: readonly BatchCompetition[];
  },
): Promise<void> {
  const own = fresh.worth.find(({ hash }) => hash === winner.hash)?.mean ?? null;
  const found = {
    by: basename(folder),
    arm: winner.arm,
    steps,
    utility: winner.utility,
    freshUtility: own,
    competitions: tasks.map(({ id }) => id),
    fresh: again.map(({ id }) => id),
    seed: settings.seed,
    surrogate: settings.surrogate,
  };
  await writeAtomically(join(folder, "best.json"), graphFileText(winner.graph, found));
}
