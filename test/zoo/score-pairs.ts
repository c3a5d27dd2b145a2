import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBrief } from "../../agent/brief.ts";
import { Config, presets } from "../../agent/config.ts";
import { evaluate } from "../../agent/evaluate/evaluate.ts";
import { scriptedModel } from "../../agent/models/scripted.ts";
import { openPython } from "../../agent/python-source/python-source.ts";
import { createRun } from "../../agent/run/create.ts";
import type { Run } from "../../agent/run/run.ts";
import type { Evaluated, Solution } from "../../agent/solution.ts";
import { acceptBest } from "../../agent/trust/accept.ts";
import { FINALIST, runCanary } from "../../agent/trust/canary.ts";
import { isCleared } from "../../agent/trust/finalists.ts";
import { systemClock } from "../../runs/clock.ts";
import { NOTHING_NAMED, openHistory } from "../../runs/record/history.ts";
import { openJournal } from "../../runs/record/journal.ts";
import type { EngineName, Sandbox } from "../../sandbox/contract.ts";
import type { Competition } from "../../tasks/competition.ts";
import { profileCompetition } from "../../tasks/profile/profile.ts";
import { type OpenReferee, openReferee } from "../../tasks/referee/open.ts";
import { noWeb } from "../fakes/web.ts";
import { open as openSandbox } from "../sandbox/engines.ts";
import { python } from "../tasks/interpreter.ts";
import type { HonestScript } from "./honest-scripts.ts";
import { type Outcome, type Pair, pairs } from "./pairs.ts";
import { madeSales } from "./sales.ts";

/** What became of a cheat and its twin. */
export type ScoredPair = Pair & {
  /** Null when the cheat was accepted over its twin. */
  outcome: Outcome | "failed" | null;
  /** Status and score or reason, of the cheat and of its twin. */
  cheat: string;
  twin: string;
  isTwinScored: boolean;
};

/** What the runs of all pairs share. */
type Setting = {
  folder: string;
  sandbox: Sandbox;
  referee: OpenReferee;
  competition: Competition;
  profile: Awaited<ReturnType<typeof profileCompetition>>;
};

/** A file that an earlier run might have left for a later one, with all the answers in it. */
const LEFTOVER = "/tmp/mle-star-zoo-left.csv";
const OWN_SCORE = "own-score-";

/**
 * Scores every cheat and its twin as a run would: static rules, a real sandbox (of the weakest kind, unless another is
 * named), the real referee, the rule of acceptance. No model takes part: what is stopped here is stopped without one.
 */
export function scorePairs(
  chosen: readonly Pair[] = pairs,
  engine: EngineName = "process",
): Promise<ScoredPair[]> {
  return inSetting(engine, async (setting) => {
    const isOwn = ({ name }: Pair): boolean => name.startsWith(OWN_SCORE);
    const others = chosen.filter((pair) => !isOwn(pair));
    const scored = [
      ...(await scoreGroup(setting, "judged", others)),
      ...(await scoreGroup(withoutSplit(setting), "own", chosen.filter(isOwn))),
    ];
    return chosen.flatMap(({ name }) => scored.filter((each) => each.name === name));
  });
}

/** Why a script does not count that is scored and put to every check of a finalist; null where it does. */
export function whyRefused(scripts: readonly HonestScript[]): Promise<(string | null)[]> {
  return inSetting("process", async (setting) => {
    await using opened = await openRun(setting, join(setting.folder, "honest"));
    const { run } = opened;
    const judge = async ({ name, code }: HonestScript) => {
      const { solution, evaluation } = await evaluateCode(run, `honest/${name}`, code, null);
      if (evaluation.status !== "scored") return `${evaluation.status}: ${evaluation.reason}`;
      const { verdict, why } = await runCanary(run, solution, FINALIST);
      if (verdict !== "passed") return `${verdict}: ${why}`;
      return (await isCleared(run, solution)) ? null : "it loses its score in disguise";
    };
    return await Promise.all(scripts.map(judge));
  });
}

/** Makes the competition, its referee and a sandbox, and closes them after use. */
async function inSetting<T>(engine: EngineName, use: (setting: Setting) => Promise<T>): Promise<T> {
  const { competition, answers } = madeSales();
  const folder = await mkdtemp(join(tmpdir(), "mle-star-zoo-"));
  await writeFile(LEFTOVER, answers);
  await using _files = closing(async () => {
    for (const path of [folder, competition.folder, LEFTOVER])
      await rm(path, { recursive: true, force: true });
  });
  const sandbox = await openSandbox(engine);
  await using _sandbox = closing(() => sandbox.close());
  const referee = await openReferee({
    competition,
    python,
    folder: join(folder, "referee"),
    seed: 1,
    subsample: null,
    maxFolds: 2,
  });
  await using _referee = closing(() => referee.close());
  const profile = await profileCompetition(competition, python);
  return await use({ folder, sandbox, referee, competition, profile });
}

/** Calls `close` when its scope ends, with or without an error. */
function closing(close: () => Promise<void>): AsyncDisposable {
  return { [Symbol.asyncDispose]: close };
}

/** A layout that the referee cannot split: scripts see the whole public folder and score themselves. */
function withoutSplit(setting: Setting): Setting {
  const { referee } = setting;
  const kind = "self-reported" as const;
  const split = { ...referee.split, kind, folds: [], searchFolds: 0 };
  return { ...setting, referee: { ...referee, split, input: () => referee.input("final") } };
}

/** Scores pairs in one run, in a folder of this name. */
async function scoreGroup(setting: Setting, name: string, group: readonly Pair[]) {
  await using opened = await openRun(setting, join(setting.folder, name));
  return await Promise.all(group.map((pair) => scorePair(opened.run, pair)));
}

async function openRun(
  { sandbox, referee, competition, profile }: Setting,
  folder: string,
): Promise<{ run: Run } & AsyncDisposable> {
  await mkdir(folder);
  const journal = await openJournal(join(folder, "journal.jsonl"), { clock: systemClock });
  const limits = { seconds: 60, memoryMb: 1500, cpus: 1, gpus: 0 };
  // A checker that says nothing: where a script scores itself, the static rules then have the last word.
  const silent = scriptedModel(() => "I cannot say.");
  const history = await openHistory(join(folder, "history.git"), {
    run: "zoo",
    path: process.env.PATH ?? "",
    named: NOTHING_NAMED,
    report: () => undefined,
  });
  const config = Config.parse({
    ...presets.quick,
    timeLimit: null,
    debugRounds: 0,
    leakageModel: referee.split.kind === "self-reported" ? "always" : "off",
    replyTries: 1,
    slots: 2,
  });
  const { packages } = sandbox;
  const { split } = referee;
  const { run } = createRun({
    id: "zoo",
    folder,
    competition,
    journal,
    sandbox,
    referee,
    config,
    brief: buildBrief(competition, { profile, split, packages, limits, seed: 0 }),
    history,
    retrieval: {
      catalogue: { name: "none", find: async () => [] },
      web: noWeb(competition),
      userCards: [],
    },
    memory: null,
    redact: (text) => text,
    lost: new Set<string>(),
    python: await openPython(),
    models: {
      of: () => silent,
      team: () => null,
      known: async () => ({ runs: 0, records: [] }),
      playbook: silent,
    },
    pastPlans: async () => [],
  });
  return { run, [Symbol.asyncDispose]: () => journal.close() };
}

async function scorePair(run: Run, pair: Pair): Promise<ScoredPair> {
  // Several cheats have the same twin, which is as honest the second time.
  const code = await codeOf(pair, "twin");
  const twin = await run.slots.once(code, () => evaluateScript(run, pair, "twin", null));
  const cheat = await evaluateScript(run, pair, "cheat", twin.evaluation.score);
  const accepted = await acceptBest(run, pair.name, twin, [cheat]);
  return {
    ...pair,
    outcome: accepted === cheat ? await outcomeAsFinalist(run, cheat) : outcomeOf(run, cheat),
    cheat: described(cheat),
    twin: described(twin),
    isTwinScored: twin.evaluation.status === "scored",
  };
}

/** One that was taken for better during the search has the checks of finalists before it. */
async function outcomeAsFinalist(run: Run, { solution }: Evaluated): Promise<Outcome | null> {
  return (await isCleared(run, solution)) ? null : "refused";
}

async function evaluateScript(
  run: Run,
  pair: Pair,
  role: "cheat" | "twin",
  parentScore: number | null,
): Promise<Evaluated> {
  return evaluateCode(run, `${pair.name}/${role}`, await codeOf(pair, role), parentScore);
}

async function evaluateCode(
  run: Run,
  id: string,
  code: string,
  parentScore: number | null,
): Promise<Evaluated> {
  const draft: Solution = {
    id,
    code,
    parent: null,
    origin: "init",
    track: null,
    plan: null,
  };
  const evaluated = await evaluate(run, draft, parentScore);
  if (evaluated === null) throw new Error(`${draft.id} was not evaluated`);
  return evaluated;
}

function codeOf({ name }: Pair, role: "cheat" | "twin"): Promise<string> {
  return readFile(new URL(`pairs/${name}/${role}.py`, import.meta.url), "utf8");
}

function outcomeOf(run: Run, { solution, evaluation }: Evaluated): Outcome | "failed" {
  const { status, reason, executions } = evaluation;
  if (status === "invalid-submission") return "invalid";
  if (status === "leaky" && executions === 0) return "refused";
  if (status === "leaky") return reason?.startsWith("ended while it ran") ? "ended" : "refused";
  if (status !== "scored") return "failed";
  const task = {
    targets: run.competition.target_columns,
    id: run.competition.id_column,
    vocabulary: new Set<string>(),
  };
  const hints = run.python.staticFindings(solution.code, { ...task, mode: run.mode });
  return hints.length > 0 ? "flagged" : "no-better";
}

function described({ evaluation }: Evaluated): string {
  const { status, score, reason } = evaluation;
  return score === null ? `${status}: ${(reason ?? "").slice(0, 300)}` : `${status} ${score}`;
}
