import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { listRuns } from "../../../runs/record/folder.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { loadCompetition, shippedCompetitions } from "../../../tasks/load.ts";
import { ended, startProgram } from "../program.ts";
import { isMade, madeCompetitions } from "../scores/made.ts";
import { percent } from "../timing.ts";
import { calibrate, outcomes, rankCorrelation } from "./calibration.ts";
import type { Part } from "./decisions.ts";
import {
  type Grades,
  gradeRun,
  openGrades,
  openRecorded,
  type Recorded,
  valuesOf,
} from "./recorded.ts";
import { type Estimate, estimate, type Outcome, pairedGains, regretOf } from "./regret.ts";

export type RunOptions = {
  only: readonly string[] | null;
  /** Made-up competitions of each kind, beside the shipped ones. */
  made: number;
  rules: readonly string[];
  seeds: number;
  /** Seconds of a run; null: those of `quick`. */
  timeLimit: number | null;
  /** Executions of a run, so that a loaded machine makes the same ones; null: as many as fit its time. */
  executions: number | null;
  /** Where runs and grades are kept; what is there is not made again. */
  folder: string;
  python: string;
  cacheDir: string;
};

const HEAD = [
  "competition",
  "rule",
  "seed",
  "submitted",
  "best script",
  "best blend",
  "rank correlation",
  "executions in search",
];

type Note = (line: string) => void;
type Wanted = { competition: Competition; rule: string; seed: number };

/** Runs of the playbook under every rule, each of whose scripts and blends is run on all rows and graded on hidden answers. */
export async function runsPart(options: RunOptions, note: Note): Promise<Part> {
  const { folder, python, rules } = options;
  await mkdir(folder, { recursive: true });
  const grades = await openGrades(join(folder, "grades.jsonl"));
  const rows: string[][] = [HEAD];
  const data: ReturnType<typeof lookAt>[] = [];
  for (const wanted of await wantedRuns(options)) {
    const recorded = await recordedRun(wanted, options, note);
    await gradeRun(recorded, grades, python);
    const found = lookAt(recorded, grades, wanted);
    rows.push(cellsOf(found));
    data.push(found);
  }
  const { timeLimit, executions } = options;
  const limit = timeLimit === null ? "" : `, ${timeLimit} s`;
  const counted = executions === null ? "" : `, ${executions} executions`;
  return {
    rows,
    notes: [
      `runs: effort quick${limit}${counted}, the playbook; every scored script and every blend was run on all rows and graded on the hidden answers`,
      ...calibrationNotes(data.flatMap(({ calibrated }) => calibrated)),
      ...regretNotes(data, rules),
    ],
    data,
  };
}

/** Seed by seed, all rules of a competition after each other: what is cut short is a sample of pairs. */
async function wantedRuns(options: RunOptions): Promise<Wanted[]> {
  const { only, made, rules, seeds } = options;
  const isWanted = ({ id }: { id: string }) => only === null || only.includes(id);
  const shipped = (await shippedCompetitions()).filter((each) => each.built && isWanted(each));
  const competitions = [
    ...(await Promise.all(shipped.map(({ id }) => loadCompetition(id)))),
    ...(made === 0 ? [] : await madeCompetitions(made, options)).filter(isWanted),
  ];
  return Array.from({ length: seeds }, (_, seed) =>
    competitions.flatMap((competition) => rules.map((rule) => ({ competition, rule, seed }))),
  ).flat();
}

/** A run of the playbook under one rule, made now where it has not been made before. */
async function recordedRun(
  { competition, rule, seed }: Wanted,
  { folder, timeLimit, executions }: RunOptions,
  note: Note,
): Promise<Recorded> {
  const { id } = competition;
  const root = join(folder, rule, `seed-${seed}`);
  await mkdir(root, { recursive: true });
  const own = async () => (await listRuns(root)).find((each) => each.competition === id)?.folder;
  const there = await own();
  const known = there === undefined ? null : await openRecorded(there, competition);
  if (known !== null && valuesOf(known.events, "run-ended").length > 0) return known;
  note(`a run of ${id}, rule ${rule}, seed ${seed}`);
  const what = ["run", isMade(competition) ? competition.folder : id, "--effort", "quick"];
  const how = ["--model", "playbook", "--sandbox", "process", "--json", "--quiet"];
  const drawn = ["--acceptance", rule, "--seed", `${seed}`, "--runs-dir", root];
  const limit = timeLimit === null ? [] : ["--time-limit", `${timeLimit}`];
  const counted = executions === null ? [] : ["--max-executions", `${executions}`];
  await ended(startProgram([...what, ...how, ...drawn, ...limit, ...counted]));
  const found = await own();
  if (found === undefined) throw new Error(`${id} left no run in ${root}`);
  return openRecorded(found, competition);
}

function lookAt(recorded: Recorded, grades: Grades, { competition, rule, seed }: Wanted) {
  const executed = valuesOf(recorded.events, "executed");
  const total = executed.reduce((sum, { seconds }) => sum + seconds, 0);
  const search = executed.filter(({ view }) => view.startsWith("fold-"));
  const [started] = valuesOf(recorded.events, "run-started");
  return {
    competition: competition.id,
    rule,
    seed,
    sign: competition.metric.direction === "maximize" ? (1 as const) : (-1 as const),
    constant: started?.constantScores?.search ?? null,
    ...outcomes(recorded, grades),
    correlation: rankCorrelation(recorded, grades),
    searchShare: search.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1e-9, total),
    calibrated: calibrate(recorded, grades),
  };
}

function cellsOf(found: ReturnType<typeof lookAt>): string[] {
  const shown = (value: number | null) => (value === null ? "-" : value.toFixed(5));
  return [
    found.competition,
    found.rule,
    `${found.seed}`,
    shown(found.submitted),
    shown(found.single),
    shown(found.blend),
    found.correlation?.toFixed(2) ?? "-",
    percent(found.searchShare),
  ];
}

/** How often expected gains and losses were true ones. */
function calibrationNotes(all: ReturnType<typeof calibrate>): string[] {
  const share = (some: typeof all) =>
    some.length === 0
      ? "none"
      : `${some.filter(({ hidden }) => hidden > 0).length} of ${some.length}`;
  return [
    `true gains among expected gains: ${share(all.filter(({ expected }) => expected > 0))}; among measured gains: ${share(all.filter(({ gain }) => gain > 0))}; among expected losses: ${share(all.filter(({ expected }) => expected <= 0))}`,
  ];
}

/** What each rule lost against the best that its runs had, and what the first rule gained over each other one. */
function regretNotes(all: readonly Outcome[], rules: readonly string[]): string[] {
  const [first = "", ...others] = rules;
  const regret = (rule: string, best: "single" | "blend") =>
    shown(
      estimate(
        all.filter((each) => each.rule === rule).flatMap((each) => regretOf(each, best) ?? []),
      ),
    );
  return [
    "regret and gains: shares of what a run's best script is better than a constant; means with 95 % intervals (Student's t)",
    ...rules.map(
      (rule) =>
        `  ${rule}: regret of what was submitted against the best script ${regret(rule, "single")}, against the best blend ${regret(rule, "blend")}`,
    ),
    ...others.map(
      (other) =>
        `  ${first} submitted better than ${other} by ${shown(estimate(pairedGains(all, first, other)))}, paired`,
    ),
  ];
}

function shown({ mean, interval, of }: Estimate): string {
  if (of === 0) return "(none)";
  const ends = interval === null ? "" : ` [${interval.map((end) => end.toFixed(4)).join(", ")}]`;
  return `${mean.toFixed(4)}${ends} (${of})`;
}
