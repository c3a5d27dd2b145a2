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
import { systemClock } from "../../runs/clock.ts";
import { openHistory } from "../../runs/record/history.ts";
import { openJournal } from "../../runs/record/journal.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import { profileCompetition } from "../../tasks/profile/profile.ts";
import { type OpenReferee, openReferee } from "../../tasks/referee/open.ts";
import { noWeb } from "../fakes/web.ts";
import { open } from "../sandbox/engines.ts";
import { python } from "../tasks/interpreter.ts";
import { type Animal, animals, type Fate } from "./animals.ts";
import { madeSales } from "./made-sales.ts";

/** What became of a cheat and its twin. */
export type Judged = Animal & {
  /** What the cheat really met; null when it was accepted over its twin. */
  met: Fate | "failed" | null;
  cheat: string;
  twin: string;
  /** Whether the honest twin was scored. */
  twinPassed: boolean;
};

type SharedMounts = { folder: string; sandbox: Sandbox; referee: OpenReferee };

/** A file that an earlier run might have left for a later one, with all the answers in it. */
const LEFT = "/tmp/mle-star-zoo-left.csv";
const OWN_SCORE = "own-score-";

/**
 * Judges every cheat and its twin as a run would: static rules, a real sandbox of the weakest kind, the real referee,
 * the rule of acceptance. No model takes part: what is stopped here is stopped without one.
 */
export async function judgeZoo(chosen: readonly Animal[] = animals): Promise<Judged[]> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-zoo-"));
  const { competition, answers } = madeSales();
  await writeFile(LEFT, answers);
  const sandbox = await open("process");
  const referee = await openReferee({
    ...{ competition, python, folder: join(folder, "referee"), seed: 1, subsample: null },
    maxFolds: 2,
  });
  try {
    const around = { folder, sandbox, referee };
    const isOwn = ({ name }: Animal): boolean => name.startsWith(OWN_SCORE);
    const judged = await judgeAll(around, competition, {
      judged: chosen.filter((animal) => !isOwn(animal)),
      own: chosen.filter(isOwn),
    });
    return chosen.flatMap(({ name }) => judged.filter((each) => each.name === name));
  } finally {
    await Promise.all([referee.close(), sandbox.close()]);
    for (const path of [folder, competition.folder, LEFT])
      await rm(path, { recursive: true, force: true });
  }
}

async function judgeAll(
  around: SharedMounts,
  competition: ReturnType<typeof madeSales>["competition"],
  groups: { judged: readonly Animal[]; own: readonly Animal[] },
): Promise<Judged[]> {
  const profile = await profileCompetition(competition, python);
  const found: Judged[] = [];
  for (const [name, group] of Object.entries(groups)) {
    const referee = name === "own" ? await whichCannotSplit(around.referee) : around.referee;
    const folder = join(around.folder, name);
    const { run, close } = await openRun({ ...around, referee, folder }, competition, profile);
    found.push(...(await Promise.all(group.map((animal) => judge(run, animal)))));
    await close();
  }
  return found;
}

/** The referee of a layout that it cannot split: scripts see the whole public folder and score themselves. */
async function whichCannotSplit(referee: OpenReferee): Promise<OpenReferee> {
  const split = { ...referee.split, kind: "self-reported" as const, folds: [], searchFolds: 0 };
  return { ...referee, split, input: () => referee.input("final") };
}

async function openRun(
  { folder, sandbox, referee }: SharedMounts,
  competition: ReturnType<typeof madeSales>["competition"],
  profile: Awaited<ReturnType<typeof profileCompetition>>,
) {
  await mkdir(folder);
  const journal = await openJournal(join(folder, "journal.jsonl"), { clock: systemClock });
  const limits = { seconds: 60, memoryMb: 1500, cpus: 1, gpus: 0 };
  // A checker that says nothing: where a script scores itself, the static rules then have the last word.
  const mute = scriptedModel(() => "I cannot say.");
  const isOwn = referee.split.kind === "self-reported";
  const { run } = createRun({
    ...{ id: "zoo", folder, competition, journal, sandbox, referee },
    config: Config.parse({
      ...presets.quick,
      ...{ timeLimit: null, debugRounds: 0, leakageModel: isOwn, replyTries: 1, slots: 2 },
    }),
    brief: buildBrief(competition, {
      ...{ profile, split: referee.split, packages: sandbox.packages, limits, seed: 0 },
    }),
    history: await openHistory(join(folder, "history.git"), {
      ...{ run: "zoo", path: process.env.PATH ?? "" },
    }),
    retrieval: {
      catalogue: { name: "none", find: async () => [] },
      web: noWeb(competition),
      userCards: [],
    },
    redact: (text) => text,
    python: await openPython(),
    models: { of: () => mute, playbook: mute },
  });
  return { run, close: () => journal.close() };
}

async function judge(run: Run, animal: Animal): Promise<Judged> {
  // Several cheats have the same twin, which is as honest the second time.
  const code = await codeOf(animal, "twin");
  const twin = await run.slots.once(code, () => evaluateScript(run, animal, "twin", null));
  const cheat = await evaluateScript(run, animal, "cheat", twin.evaluation.score);
  const accepted = await acceptBest(run, animal.name, twin, [cheat]);
  return {
    ...animal,
    met: accepted === cheat ? null : fateOf(run, cheat),
    cheat: words(cheat),
    twin: words(twin),
    twinPassed: twin.evaluation.status === "scored",
  };
}

async function evaluateScript(
  run: Run,
  animal: Animal,
  role: "cheat" | "twin",
  parentScore: number | null,
): Promise<Evaluated> {
  const code = await codeOf(animal, role);
  const draft: Solution = {
    ...{ id: `${animal.name}/${role}`, code, parent: null, track: null, plan: null },
    origin: "init",
  };
  const evaluated = await evaluate(run, draft, parentScore);
  if (evaluated === null) throw new Error(`${draft.id} was not evaluated`);
  return evaluated;
}

function codeOf({ name }: Animal, role: "cheat" | "twin"): Promise<string> {
  return readFile(new URL(`animals/${name}/${role}.py`, import.meta.url), "utf8");
}

function fateOf(run: Run, { solution, evaluation }: Evaluated): Fate | "failed" {
  const { status, reason, executions } = evaluation;
  if (status === "invalid-submission") return "invalid";
  if (status === "leaky" && executions === 0) return "refused";
  if (status === "leaky") return reason?.startsWith("ended while it ran") ? "ended" : "refused";
  if (status !== "scored") return "failed";
  const task = { targets: run.competition.target_columns, id: run.competition.id_column };
  const hints = run.python.staticFindings(solution.code, { ...task, mode: run.mode });
  return hints.length > 0 ? "flagged" : "no-better";
}

function words({ evaluation }: Evaluated): string {
  const { status, score, reason } = evaluation;
  return score === null ? `${status}: ${(reason ?? "").slice(0, 300)}` : `${status} ${score}`;
}
