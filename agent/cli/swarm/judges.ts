import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type * as z from "zod";
import { type BatchCompetition, type Limits, NO_LIMITS } from "../../../runs/batch/batch.ts";
import { ConfigInvalid, UserError } from "../../../runs/errors.ts";
import { type Graph, hashOfGraph } from "../../swarm/graph-file.ts";
import type { Judge, Trial } from "../../swarm/search.ts";
import type { Replayed } from "../../swarm/surrogate.ts";
import { openEngine } from "../bench/engines/open.ts";
import { machineOf, programHere } from "../bench/jobs.ts";
import type { LiveTable } from "../bench/live-table.ts";
import type { Environment } from "../environment.ts";
import { seconds } from "../run.ts";
import type { Evaluation, EvaluationJournal } from "./record.ts";
import { judgeByReplay, percent } from "./replay-judge.ts";
import { judgeByRuns, type RunJudging } from "./run-judge.ts";
import type { SwarmLimits, SwarmSettings } from "./settings.ts";
import { readStore } from "./stored-calls.ts";

/** What finds out what graphs are worth: during the search, and on fresh competitions. */
export type Judges = {
  search: Judge;
  fresh: Judge;
  /** Skills of a graph on fresh competitions; none where stored calls judge. */
  skills(graph: Graph): Evaluation["skills"];
  /** What stored calls said of a graph; null: runs judged it. */
  surrogate(graph: Graph): Replayed | null;
  /** Throws `UserError` where no graph has a worth. */
  refuseNone(best: Trial | null): asserts best is Trial;
};

type Wanted = {
  folder: string;
  settings: SwarmSettings;
  limits: z.infer<typeof SwarmLimits>;
  tasks: readonly BatchCompetition[];
  fresh: readonly BatchCompetition[];
  options: { from?: string; parallel?: string; dataDir?: string; timeLimit?: string };
  given: readonly string[];
  members: number;
};

type Around = {
  environment: Environment;
  journal: EvaluationJournal;
  live: LiveTable;
  stop: { readonly asked: 0 | 1 | 2 };
};

export function openJudges(wanted: Wanted, around: Around): Promise<Judges> {
  return wanted.settings.surrogate === "replay" ? byReplay(wanted) : byRuns(wanted, around);
}

async function byReplay({ settings, options, tasks, fresh }: Wanted): Promise<Judges> {
  const from = options.from ?? "runs";
  const store = await readStore(from);
  const of = (competitions: readonly BatchCompetition[]) =>
    judgeByReplay(
      store,
      competitions.map(({ id }) => id),
      settings.minAnswered,
    );
  const [search, again] = [of(tasks), of(fresh)];
  return {
    search: search.judge,
    fresh: again.judge,
    skills: () => [],
    surrogate: (graph) => search.of(hashOfGraph(graph)),
    refuseNone(best): asserts best is Trial {
      if (best !== null) return;
      throw new UserError(
        `stored calls in ${from} answer at most ${percent(search.share())} of the prompts of a graph, ${percent(settings.minAnswered)} wanted (--min-answered): judge by runs, or name more runs`,
      );
    },
  };
}

async function byRuns(
  wanted: Wanted,
  { environment, journal, live, stop }: Around,
): Promise<Judges> {
  const { folder, settings, limits, tasks, fresh, options, given } = wanted;
  const counts = countsOf(wanted);
  const jobLimits = jobLimitsOf(wanted, counts);
  const engine = await openEngine({
    name: "local",
    file: undefined,
    parallel: options.parallel,
    folder,
    environment: environment.all,
    machine: await machineOf(environment),
  });
  const total: Limits = {
    usd: limits.batchUsd,
    tokens: limits.batchTokens,
    hours: limits.batchHours,
  };
  // The end is judged, too: its share is not spent on the search.
  const share = counts.search / (counts.search + counts.fresh);
  const judging = (part: RunJudging["part"]): RunJudging => ({
    folder,
    part,
    competitions: part === "search" ? tasks : fresh,
    seeds: settings.seeds,
    options: given,
    jobLimits,
    limits: scaled(total, part === "search" ? share : 1 - share),
    retries: limits.retries,
    engine,
    program: programHere(environment),
    dataDir: resolve(options.dataDir ?? environment.benchDataDir),
    live,
    stop,
    journal,
  });
  live.line(
    `at most ${counts.search} runs for the search and ${counts.fresh} on fresh competitions, ${availableParallelism()} cores`,
  );
  return {
    search: judgeByRuns(judging("search")),
    fresh: judgeByRuns(judging("fresh")),
    skills: (graph) => journal.find("fresh", hashOfGraph(graph))?.skills ?? [],
    surrogate: () => null,
    refuseNone(best): asserts best is Trial {
      if (best === null)
        throw new UserError(
          "a limit was reached before one graph was judged: raise it, and run the same command again",
        );
    },
  };
}

/** How many runs there are at most. */
function countsOf({ settings, tasks, fresh, members }: Wanted): { search: number; fresh: number } {
  const { evaluations, optimizer, seeds, credit, creditSamples } = settings;
  const nodes = (settings.nodes ?? members) + settings.codeNodes.length;
  const arms = optimizer === "random" ? 1 : 2;
  const credits = credit === "none" ? 0 : credit === "loo" ? nodes : creditSamples;
  const graphs = members + arms * evaluations + credits;
  return { search: graphs * tasks.length * seeds, fresh: (arms + 1) * fresh.length * seeds };
}

/** Every run has the same budget: what is given for a run, else an even share of what all may use. */
function jobLimitsOf(
  { limits, options }: Wanted,
  counts: { search: number; fresh: number },
): Limits {
  const time = options.timeLimit === undefined ? null : seconds(options.timeLimit);
  if (time !== null && typeof time !== "number")
    throw new ConfigInvalid(`--time-limit ${options.timeLimit}: expected 90 (seconds), 30m or 12h`);
  const all = counts.search + counts.fresh;
  const part = (own: number | null, total: number | null) =>
    own ?? (total === null ? null : total / all);
  const tokens = part(limits.maxTokens, limits.batchTokens);
  return {
    ...NO_LIMITS,
    usd: part(limits.maxUsd, limits.batchUsd),
    tokens: tokens === null ? null : Math.max(1, Math.floor(tokens)),
    hours: part(time === null ? null : time / 3600, limits.batchHours),
  };
}

function scaled({ usd, tokens, hours }: Limits, share: number): Limits {
  const of = (amount: number | null) => (amount === null ? null : amount * share);
  return { usd: of(usd), tokens: of(tokens), hours: of(hours) };
}
