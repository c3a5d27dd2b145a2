import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { listRuns } from "../../../runs/record/folder.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { loadCompetition, shippedCompetitions } from "../../../tasks/load.ts";
import { openSimulation } from "../machine/simulation.ts";
import { ended, startProgram } from "../program.ts";
import { mean, percent, type Report } from "../timing.ts";
import { calibrate, outcomes, rankCorrelation } from "./calibration.ts";
import {
  type Grades,
  gradeRun,
  openGrades,
  openRecorded,
  type Recorded,
  valuesOf,
} from "./recorded.ts";
import { ruleTable } from "./rules.ts";

export const PARTS = ["rules", "optimism", "runs"] as const;

export type DecisionOptions = {
  parts: readonly (typeof PARTS)[number][];
  tracks: number;
  only: readonly string[] | null;
  rules: readonly string[];
  seeds: number;
  /** Where runs and grades are kept; what is there is not made again. */
  folder: string | null;
};

type Part = { rows: string[][]; notes: string[]; data: unknown };

/** What the rules of acceptance are worth: simulated, by the optimism of what is reported, and on recorded runs graded on hidden answers. */
export async function measureDecisions(options: DecisionOptions): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report: note });
  const folder = options.folder ?? join(cacheDir, "measure-decisions");
  const parts: Part[] = [];
  if (options.parts.includes("rules")) parts.push(rulesPart(options.tracks));
  if (options.parts.includes("optimism")) parts.push(await optimismPart(python, options.tracks));
  if (options.parts.includes("runs")) parts.push(await runsPart(options, folder, python, note));
  return {
    title:
      "decisions: what is kept of an oracle's gain, how optimistic reports are, and what recorded runs submitted",
    table: parts.flatMap(({ rows }) => [...rows, [""]]),
    notes: parts.flatMap(({ notes }) => notes),
    data: parts.map(({ data }) => data),
  };
}

function rulesPart(tracks: number): Part {
  const { head, rows, kept } = ruleTable(tracks);
  return {
    rows: [head, ...rows],
    notes: [
      `rules: share of an oracle's gain over ${tracks} tracks of 4 steps of 4 tries; gains and their spread in standard errors of one comparison`,
    ],
    data: kept,
  };
}

const Shrunk = z.object({ before: z.number(), after: z.number() });
const METRICS = ["rmse", "log_loss", "roc_auc"];

async function optimismPart(python: string, tracks: number): Promise<Part> {
  const simulation = openSimulation(python);
  const runs = Math.max(3, Math.ceil(tracks / 50));
  try {
    const rows: string[][] = [
      ["best of so many equally good tries", "optimism of its score", "after the correction"],
    ];
    const data = [];
    for (const tries of [20, 500]) {
      const found: z.infer<typeof Shrunk>[] = [];
      for (let seed = 0; seed < runs; seed++) {
        const metric = METRICS[seed % METRICS.length] ?? "rmse";
        found.push(await simulation.ask(Shrunk, "shrinkage", { metric, rows: 600, tries, seed }));
      }
      const [before, after] = [
        mean(found.map((one) => one.before)),
        mean(found.map((one) => one.after)),
      ];
      rows.push([`${tries}`, before.toFixed(2), after.toFixed(2)]);
      data.push({ tries, runs, before, after });
    }
    return {
      rows,
      notes: [`optimism: in standard errors of a score on 600 rows, mean of ${runs} competitions`],
      data,
    };
  } finally {
    simulation.close();
  }
}

async function runsPart(
  options: DecisionOptions,
  folder: string,
  python: string,
  note: (line: string) => void,
): Promise<Part> {
  await mkdir(folder, { recursive: true });
  const grades = await openGrades(join(folder, "grades.jsonl"));
  const rows: string[][] = [
    [
      "competition",
      "rule",
      "seed",
      "submitted",
      "best script",
      "best blend",
      "rank correlation",
      "executions in search",
    ],
  ];
  const data = [];
  for (const { id, built } of await shippedCompetitions()) {
    if (!built || (options.only !== null && !options.only.includes(id))) continue;
    for (let seed = 0; seed < options.seeds; seed++)
      for (const rule of options.rules) {
        const recorded = await recordedRun({ id, rule, seed, folder }, note);
        await gradeRun(recorded, grades, python);
        const found = lookAt(recorded, grades);
        rows.push([id, rule, `${seed}`, ...cellsOf(found)]);
        data.push({ competition: id, rule, seed, ...found });
      }
  }
  return {
    rows,
    notes: [
      "runs: effort quick, the playbook; every scored script and every blend was run on all rows and graded on the hidden answers",
      ...calibrationNotes(data.flatMap(({ calibrated }) => calibrated)),
    ],
    data,
  };
}

/** A run of the playbook under one rule, made now where it has not been made before. */
async function recordedRun(
  { id, rule, seed, folder }: { id: string; rule: string; seed: number; folder: string },
  note: (line: string) => void,
): Promise<Recorded> {
  const competition = await loadCompetition(id);
  const root = join(folder, rule, `seed-${seed}`);
  await mkdir(root, { recursive: true });
  const own = async () => (await listRuns(root)).find((each) => each.competition === id)?.folder;
  const there = await own();
  const known = there === undefined ? null : await openRecorded(there, competition);
  if (known !== null && valuesOf(known.events, "run-ended").length > 0) return known;
  note(`a run of ${id}, rule ${rule}, seed ${seed}`);
  const flags = [
    "--model",
    "playbook",
    "--sandbox",
    "process",
    "--json",
    "--quiet",
    "--effort",
    "quick",
  ];
  await ended(
    startProgram([
      "run",
      id,
      ...flags,
      "--acceptance",
      rule,
      "--seed",
      `${seed}`,
      "--runs-dir",
      root,
    ]),
  );
  const made = await own();
  if (made === undefined) throw new Error(`${id} left no run in ${root}`);
  return openRecorded(made, competition);
}

function lookAt(recorded: Recorded, grades: Grades) {
  const executed = valuesOf(recorded.events, "executed");
  const total = executed.reduce((sum, { seconds }) => sum + seconds, 0);
  const search = executed.filter(({ view }) => view.startsWith("fold-"));
  return {
    ...outcomes(recorded, grades),
    correlation: rankCorrelation(recorded, grades),
    searchShare: search.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1e-9, total),
    calibrated: calibrate(recorded, grades),
  };
}

function cellsOf({
  submitted,
  single,
  blend,
  correlation,
  searchShare,
}: ReturnType<typeof lookAt>): string[] {
  const shown = (value: number | null) => (value === null ? "-" : value.toFixed(5));
  return [
    shown(submitted),
    shown(single),
    shown(blend),
    correlation?.toFixed(2) ?? "-",
    percent(searchShare),
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
