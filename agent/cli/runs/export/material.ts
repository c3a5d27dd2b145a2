import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { RunRefused } from "../../../../runs/errors.ts";
import type { Event, EventValue } from "../../../../runs/events/events.ts";
import { runFiles } from "../../../../runs/record/folder.ts";
import { type Attempt, attemptsOf } from "../../../../runs/report/attempts.ts";
import { type Summary, summarize } from "../../../../runs/report/summary.ts";
import { pythonEnvironment } from "../../../../sandbox/environment/python-environment.ts";
import { resultEnvironment } from "../../../../sandbox/script-environment.ts";
import { dataHash } from "../../../../tasks/data-hash.ts";
import { type OpenReferee, openReferee } from "../../../../tasks/referee/open.ts";
import type { Brief } from "../../../brief.ts";
import type { Config } from "../../../config.ts";
import { findCompetition, readStarted } from "../../again/past.ts";
import {
  type Recorded,
  type StandingScripts,
  scriptsOf,
  standingScripts,
  takeRecipes,
  takeSplit,
} from "../../again/reopen.ts";
import { readEnvironment } from "../../environment.ts";

/** What is run where a run is exported to, as `tasks/referee/python/train_and_predict.py` reads it. */
export type Plan = {
  run: string;
  solution: string;
  scripts: { id: string; file: string }[];
  environment: Record<string, string>;
  /** Files that must be in the folder of the data; the sample submission among them. */
  reads: string[];
  sample: string;
  /** For the referee's rules; null where a script's own file is the submission. */
  answers: unknown;
  recipe: unknown;
};

/** All that an export is made of. */
export type Material = {
  folder: string;
  events: readonly Event[];
  started: EventValue<"run-started">;
  brief: Brief;
  summary: Summary;
  attempts: Attempt[];
  standing: StandingScripts;
  plan: Plan;
  /** Whether the referee's own code is needed to make the submission of what scripts write. */
  needsReferee: boolean;
};

export type Wanted = {
  /** Null: what made the submission. */
  solution: string | null;
  data: string | null;
  report: (line: string) => void;
};

/** Reads what is exported of a run; nothing is written to it. Throws `RunRefused` where nothing can be. */
export async function readMaterial(folder: string, wanted: Wanted): Promise<Material> {
  const { events, started } = await readStarted(folder);
  const recorded = { folder, events, environment: readEnvironment() };
  const standing = await wantedScripts(recorded, wanted.solution);
  const brief = started.brief as Brief;
  const { files } = brief.competition;
  const needsReferee =
    started.mode === "referee" && (standing.blend !== null || !isExact(events, standing.solution));
  const { answers, recipe } = needsReferee
    ? await askReferee(recorded, started, standing, wanted)
    : { answers: null, recipe: null };
  const plan: Plan = {
    run: basename(folder),
    solution: standing.solution,
    scripts: standing.scripts.map(({ id }) => ({
      id,
      file: `scripts/${id.replaceAll("/", ".")}.py`,
    })),
    environment: {
      ...resultEnvironment(started.seed, brief.limits.cpus),
      ...(brief.limits.gpus === 0 ? { CUDA_VISIBLE_DEVICES: "" } : {}),
    },
    reads: [files.train, files.test, files.sample_submission],
    sample: files.sample_submission,
    answers,
    recipe,
  };
  const summary = summarize(events, folder);
  const attempts = attemptsOf(events);
  return { folder, events, started, brief, summary, attempts, standing, plan, needsReferee };
}

async function wantedScripts(recorded: Recorded, wanted: string | null): Promise<StandingScripts> {
  const { folder, events } = recorded;
  if (wanted === null) {
    const standing = await standingScripts(recorded);
    if (standing !== null) return standing;
    throw new RunRefused(`${folder}: its submission is a constant, which no script made`);
  }
  const scored = attemptsOf(events).filter(({ score }) => score !== null);
  if (scored.some(({ id }) => id === wanted)) return scriptsOf(recorded, wanted);
  const near = scored.map(({ id }) => id).filter((id) => id.includes(wanted));
  const hint = near.length === 0 ? "" : `; near it: ${near.slice(0, 5).join(", ")}`;
  throw new RunRefused(`no scored solution "${wanted}" in this run${hint}`);
}

/** Whether what the script wrote for the test rows is the submission, to the byte. */
function isExact(events: readonly Event[], solution: string): boolean {
  const judged = events
    .filter((event) => event.type === "judged")
    .findLast(({ value }) => value.solution === solution && value.view === "final")?.value;
  return judged?.normalized === null;
}

async function askReferee(
  { folder }: Recorded,
  started: EventValue<"run-started">,
  { solution, blend }: StandingScripts,
  wanted: Wanted,
): Promise<{ answers: unknown; recipe: unknown }> {
  return withReferee(folder, started, wanted, (referee) =>
    referee.standalone(blend === null ? null : solution),
  );
}

/** Asks a referee of the run's own split, in a folder of its own. */
export async function withReferee<T>(
  folder: string,
  started: EventValue<"run-started">,
  { data, report }: Wanted,
  ask: (referee: OpenReferee) => Promise<T>,
): Promise<T> {
  const competition = await findCompetition(started, data);
  if ("problem" in competition) throw new RunRefused(competition.problem);
  if ((await dataHash(competition)) !== started.dataHash)
    throw new RunRefused(
      `${competition.folder} is not the data that the run was made on; say where they are with --data`,
    );
  const { cacheDir, python: override } = readEnvironment();
  const { python } = await pythonEnvironment({ cacheDir, override, report });
  const scratch = await mkdtemp(join(tmpdir(), "mle-star-export-"));
  try {
    await takeSplit({ folder }, scratch);
    await takeRecipes({ folder }, scratch);
    const { seed, subsample } = started.config as Config;
    const { referee: place } = runFiles(scratch);
    const known = started.split;
    const referee = await openReferee({
      competition,
      python,
      folder: place,
      seed,
      subsample,
      known,
    });
    try {
      return await ask(referee);
    } finally {
      await referee.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
