import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Brief, buildBrief } from "../../agent/brief.ts";
import { Config, presets } from "../../agent/config.ts";
import type { Memory } from "../../agent/memory/memory.ts";
import type { Model, Request } from "../../agent/models/model.ts";
import { type ScriptedAnswer, scriptedModel } from "../../agent/models/scripted.ts";
import type { Team } from "../../agent/models/teams/team.ts";
import { openPython } from "../../agent/python-source/python-source.ts";
import { createRun, type RunHandle } from "../../agent/run/create.ts";
import type { SearchHit, Web } from "../../agent/search/search.ts";
import type { ChosenCard } from "../../agent/solution.ts";
import { type Clock, systemClock } from "../../runs/clock.ts";
import type { EventValue } from "../../runs/events/events.ts";
import { openHistory } from "../../runs/record/history.ts";
import { type Journal, openJournal } from "../../runs/record/journal.ts";
import { findLosses, namedCommits } from "../../runs/record/losses.ts";
import type { JudgedPlan } from "../../runs/report/across/vetted-plans.ts";
import type { Job, Sandbox } from "../../sandbox/contract.ts";
import { type Competition, TaskFile } from "../../tasks/competition.ts";
import type { OtherFile, Profile } from "../../tasks/profile/profile.ts";
import { INTERVAL_RULE, type Referee, type Split, type View } from "../../tasks/referee/referee.ts";
import { defaultAnswer } from "./answers.ts";
import { madeSplit } from "./made-split.ts";
import { fakeReferee } from "./referee.ts";
import { type Behavior, fakeSandbox } from "./scripted-sandbox.ts";
import { noWeb } from "./web.ts";

/** What is other than usual in a world; everything has a default. */
export type WorldOptions = {
  /** Settings over those of the preset `quick` without a time limit. */
  config?: Partial<Config>;
  /** Role answers; a role that is not answered here gets the default script's answer. */
  answers?: (request: Request) => ScriptedAnswer | null;
  /** What a script does, by its code and its place; by default the number in its line `quality = …` is its score. */
  behavior?: (code: string, job: Job) => Behavior;
  /** Over a holdout of 100 rows, three folds of which the search uses one, and 100 sealed rows. */
  split?: Partial<Split>;
  /** Of the metric: r2 is maximized (the default), rmse minimized. */
  direction?: "maximize" | "minimize";
  /** What the catalogue finds; by default nothing. */
  hits?: SearchHit[];
  /** What may be searched besides `hits`; by default nothing. */
  web?: Web;
  /** Model cards that the user gave; by default none. */
  userCards?: ChosenCard[];
  /** Where the run is kept, so that another world can go on with it; by default a folder that closing removes. */
  folder?: string;
  /** What time it is; by default the system's. */
  clock?: Clock;
  /** Answers of a paired comparison; by default exact: probability 1, 0 or 0.5 by the scores. */
  compare?: (incumbent: number, challenger: number, views: readonly View[]) => number;
  /** Further files of the competition. */
  other?: OtherFile[];
  /** Whether a solution still knows the answers when it was trained on shuffled ones; by default none does. */
  knows?: (id: string, view: View) => boolean;
  /** Views that show the first fold in disguise; none by default. */
  disguises?: readonly View[];
  /** Whether a solution loses its score when it runs again, or on disguised rows; by default none does. */
  isLost?: (id: string, view: View, again: string) => boolean;
  growth?: number;
  /** Training rows of the first fold under the cap and without it; by default no cap bites. */
  capped?: { capped: number; whole: number };
  /** A competition with the real referee and a real sandbox in place of the made-up ones. */
  real?: Real;
  /** How long a model call or an execution takes, in seconds, by its place; nothing by default. */
  latency?: (at: string) => number;
  /** Who lets such seconds go by; by default the machine's timer. */
  sleep?: (seconds: number) => Promise<void>;
  /** Who is asked in the scripted model's place; it may ask that one itself. */
  modelOver?: (scripted: Model) => Model;
  /** Who plays a role, where not all are played by that one. */
  modelFor?: (role: string, asked: Model) => Model;
  /** Roles that several models play; by default none. */
  teams?: Readonly<Record<string, Team>>;
  /** What earlier runs say of those models; by default nothing. */
  known?: EventValue<"teams-known">;
  /** Judged plans of earlier runs; none by default. */
  pastPlans?: JudgedPlan[];
  /** What earlier runs learned; by default nothing. */
  memory?: (own: { brief: Brief; journal: Journal }) => Promise<Memory>;
  /** The brief of the competition; a small made-up one by default. */
  brief?: Brief;
};

/** What is real in a world that is not made up altogether. */
export type Real = {
  competition: Competition;
  profile: Profile;
  referee: Referee;
  sandbox: Sandbox;
};

/** A run made of shipped fakes: real journal, history, python-source and phases; scripted model, sandbox and referee. */
export type World = {
  handle: RunHandle;
  journal: Journal;
  model: ReturnType<typeof scriptedModel>;
  executed: Job[];
  folder: string;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Opens a world in a temporary folder (or in `folder`, to go on with an earlier one). */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "mle-star-world-")));
  let next = 0.5;
  const scores = () => {
    next = Number((next + 0.001).toFixed(6));
    return next;
  };
  const pause = async (at: string) => {
    if (options.latency === undefined) return;
    const seconds = options.latency(at);
    await (options.sleep?.(seconds) ?? setTimeout(1000 * seconds));
  };
  const model = scriptedModel(async (request) => {
    await pause(request.at);
    return options.answers?.(request) ?? defaultAnswer(request, scores);
  });
  const { real } = options;
  const competition = real?.competition ?? competitionOf(folder, options.direction ?? "maximize");
  const split = real?.referee.split ?? madeSplit(options.split);
  const config = Config.parse({
    ...presets.quick,
    ensembleAttempts: 1,
    refinement: "block",
    timeLimit: null,
    ...options.config,
  });
  const executed: Job[] = [];
  const behavior = options.behavior ?? ((code: string): Behavior => ({ score: scoreOf(code) }));
  const brief = options.brief ?? briefOf(competition, split, options);
  const asked = options.modelOver?.(model) ?? model;
  const modelOf = (role: string): Model => options.modelFor?.(role, asked) ?? asked;
  const journal = await openJournal(join(folder, "journal.jsonl"), {
    clock: options.clock ?? systemClock,
  });
  const named = namedCommits(journal.events);
  const lost = await findLosses(folder, journal.events, () => undefined);
  await journal.step("run-started", "run-started", async () =>
    started(competition, config, split, brief),
  );
  const handle = createRun({
    id: "world",
    folder,
    config,
    competition,
    brief,
    journal,
    history: await openHistory(join(folder, "history.git"), {
      run: "world",
      path: process.env.PATH ?? "",
      named,
      report: () => undefined,
    }),
    sandbox: real?.sandbox ?? fakeSandbox(behavior, executed, pause),
    referee: real?.referee ?? fakeReferee(folder, split, options),
    python: await openPython(),
    models: {
      of: modelOf,
      team: (role) => options.teams?.[role] ?? null,
      known: async () => options.known ?? { runs: 0, records: [] },
      playbook: model,
    },
    pastPlans: async () => options.pastPlans ?? [],
    retrieval: {
      catalogue: { name: "scripted", find: async () => options.hits ?? [] },
      web: options.web ?? noWeb(competition),
      userCards: options.userCards ?? [],
    },
    memory: (await options.memory?.({ brief, journal })) ?? null,
    redact: (text) => text,
    lost,
  });
  const close = async () => {
    await journal.close();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  return { handle, journal, model, executed, folder, close, [Symbol.asyncDispose]: close };
}

function briefOf(
  competition: Competition,
  split: Split,
  { real, other = [] }: WorldOptions,
): Brief {
  return buildBrief(competition, {
    profile: real?.profile ?? { ...PROFILE, other },
    split,
    packages: ["lightgbm==4.7.0"],
    limits: { seconds: 60, memoryMb: 1024, cpus: 1, gpus: 0 },
    seed: 0,
  });
}

/** The score that a script of the default world gets: the number in its line `quality = …`. */
export function scoreOf(code: string): number {
  const [, value = "0"] = /quality = ([-\d.e]+)/u.exec(code) ?? [];
  return Number(value);
}

const PROFILE = {
  trainRows: 1000,
  testRows: 100,
  columns: [],
  trainOnly: [],
  classes: null,
  classShares: null,
  target: null,
  testIsLater: false,
  other: [],
  media: null,
  duplicateRows: 0,
};

function competitionOf(folder: string, direction: "maximize" | "minimize"): Competition {
  const task = TaskFile.parse({
    id: "world",
    title: "World",
    type: "regression",
    metric: { name: direction === "maximize" ? "r2" : "rmse", direction },
    id_column: "id",
    target_columns: ["y"],
    prediction_columns: ["y"],
  });
  return { ...task, folder, description: "A made-up world." };
}

function started(competition: Competition, config: Config, split: Split, brief: unknown) {
  const { id, title, metric } = competition;
  return {
    version: "0",
    competition: { id, title, metric: metric.name, direction: metric.direction, thresholds: null },
    config,
    configHash: "0",
    dataHash: "0",
    seed: 0,
    model: "scripted",
    sandbox: "scripted",
    protectsFiles: true,
    intervalRule: INTERVAL_RULE,
    network: config.network,
    packages: [],
    mode: split.kind === "self-reported" ? ("self-reported" as const) : ("referee" as const),
    split,
    frozen: {},
    replays: null,
    constantScores: null,
    findings: [],
    brief,
  };
}
