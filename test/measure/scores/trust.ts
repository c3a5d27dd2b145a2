import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { endedRun } from "../../runs/certificate/ended-run.ts";
import { spread, tamper } from "../../runs/certificate/tamper.ts";
import { scorePairs } from "../../zoo/score-pairs.ts";
import { measureAlarms } from "../alarms/alarms.ts";
import { measureCosts } from "../alarms/costs.ts";
import {
  acceptsIn,
  openSimulation,
  type SimulatedTrack,
  type Simulation,
} from "../machine/simulation.ts";
import { mean, percent, type Report } from "../timing.ts";
import { measureGenerated } from "./generated.ts";
import { measureHonest } from "./honest.ts";

/** Rows and groups of the simulated competitions: few, more, and rows that err together. */
const SHAPES = [
  { rows: 80, groups: 0 },
  { rows: 500, groups: 0 },
  { rows: 400, groups: 60 },
];
const METRICS = ["rmse", "mae", "log_loss", "roc_auc", "accuracy"];
/** The default effort: K tries a step, T steps a track. */
const TRACK = { rows: 600, spare: 2, steps: 2, tries: 3 };
/** Tries of which the best is reported: a short search, one of the default effort, and a long one until the budget ends. */
const TRIES = [20, 40, 500];
/** So many tries take a simulation ten times as long, or longer. */
const MANY = 100;
const BYTES = 2000;

type Options = { competitions: number; tracks: number };

/** How far the scores can be trusted: coverage, false gains, power, selection bias removed, changes found. */
export async function measureTrust({ competitions, tracks }: Options): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report });
  const simulation = openSimulation(python);
  try {
    const covered = await coverage(simulation, competitions);
    const generated = await measureGenerated(simulation, Math.ceil(competitions / 1.5));
    const accepted = await acceptance(simulation, tracks);
    const shrunk = await shrinkage(simulation, Math.ceil(tracks / 4));
    const detected = await detection();
    const zoo = await scorePairs();
    const honest = await measureHonest();
    const many = Math.ceil(competitions / 20);
    const alarms = await measureAlarms({ first: 1, competitions: many, scripts: 6, results: null });
    const costs = await measureCosts(null);
    const stopped = zoo.filter(({ outcome }) => outcome !== null).length;
    const passed = zoo.filter(({ isTwinScored }) => isTwinScored).length;
    return {
      title:
        "trust: simulated competitions whose truth is known, through the referee's own functions",
      table: [
        ["", "seen", "goal"],
        ...covered.rows,
        ...generated.rows,
        ...accepted.rows,
        ...shrunk.rows,
        [
          "changes to an ended run that verify found",
          `${detected.tried - detected.missed.length} of ${detected.tried}`,
          "all",
        ],
        ["cheats of the zoo that were not accepted", `${stopped} of ${zoo.length}`, "all"],
        ["  their honest twins that were not refused", `${passed} of ${zoo.length}`, "all"],
        ...honest.rows,
        ...alarms.table.slice(1),
        ...costs.table
          .slice(-2)
          .map(([what = "", executions = "", , goal = ""]) => [
            `executions that ${what}`,
            executions,
            goal,
          ]),
      ],
      notes: [
        `coverage: ${METRICS.join(", ")}; 80 and 500 rows, 400 rows in 60 groups; the chosen of three finalists`,
        `gains: tracks of ${TRACK.steps} steps of ${TRACK.tries} tries on ${TRACK.rows} rows, ${TRACK.spare} spare folds, through acceptBest`,
        `selection bias: the best of ${TRIES.join(", ")} equally good tries, in standard errors of its score`,
        "each change to the run: every byte or up to 2,000 of a file, cuts, additions, moved lines",
      ],
      data: {
        coverage: covered.data,
        generated: generated.data,
        acceptance: accepted.data,
        shrinkage: shrunk.data,
        detected,
        zoo,
        honest: honest.data,
        alarms: alarms.data,
        costs: costs.data,
      },
    };
  } finally {
    simulation.close();
  }
}

type Part = { rows: string[][]; data: unknown };

const Covered = z.object({ sealed: z.boolean(), search: z.array(z.boolean()) });

async function coverage(simulation: Simulation, competitions: number): Promise<Part> {
  const each = Math.max(1, Math.ceil(competitions / (METRICS.length * SHAPES.length)));
  const seen: { metric: string; sealed: number; search: number }[] = [];
  for (const metric of METRICS)
    for (const shape of SHAPES)
      for (let seed = 0; seed < each; seed++) {
        const found = await simulation.ask(Covered, "coverage", { metric, ...shape, seed });
        const search = mean(found.search.map(Number));
        seen.push({ metric, sealed: Number(found.sealed), search });
      }
  const rowOf = (name: string, of: typeof seen) => {
    const shown = percent(mean(of.map(({ sealed }) => sealed)));
    return [`sealed interval holds the true score, ${name}`, shown, "95 % ± 3"];
  };
  return {
    rows: [
      rowOf(`${seen.length} competitions`, seen),
      ...METRICS.map((metric) => {
        const own = seen.filter((one) => one.metric === metric);
        return rowOf(`${metric} (${own.length})`, own);
      }),
      [
        "search interval of each finalist",
        percent(mean(seen.map(({ search }) => search))),
        "95 % ± 3",
      ],
    ],
    data: seen,
  };
}

async function acceptance(simulation: Simulation, tracks: number): Promise<Part> {
  const share = async (change: Partial<SimulatedTrack>) => {
    const accepted: number[] = [];
    for (let seed = 0; seed < tracks; seed++) {
      const metric = METRICS[seed % METRICS.length] ?? "rmse";
      const track = { ...TRACK, metric, seed, errors: null, ...change };
      accepted.push(Number(await acceptsIn(simulation, track)));
    }
    return mean(accepted);
  };
  const noise = await share({});
  const power = await share({ errors: 2 });
  const alone = await share({ errors: 2, spare: 0 });
  return {
    rows: [
      [`tracks that took noise for a gain (${tracks})`, percent(noise), "≤ 15 %"],
      ["a true gain of two standard errors is accepted", percent(power), "≥ 80 %"],
      ["  the same where no fold is left to look at", percent(alone), ""],
    ],
    data: { tracks, noise, power, withoutSpareFolds: alone },
  };
}

const Shrunk = z.object({ before: z.number(), after: z.number() });

async function shrinkage(simulation: Simulation, times: number): Promise<Part> {
  const rows: string[][] = [];
  const data: unknown[] = [];
  for (const tries of TRIES) {
    const runs = tries > MANY ? Math.max(METRICS.length, Math.ceil(times / 10)) : times;
    const found: z.infer<typeof Shrunk>[] = [];
    for (let seed = 0; seed < runs; seed++) {
      const metric = METRICS[seed % METRICS.length] ?? "rmse";
      const asked = { metric, rows: TRACK.rows, tries, seed };
      found.push(await simulation.ask(Shrunk, "shrinkage", asked));
    }
    const before = mean(found.map((one) => one.before));
    const after = mean(found.map((one) => one.after));
    rows.push(
      [`selection bias of the best of ${tries} tries`, `${before.toFixed(2)} standard errors`, ""],
      ["  after the correction", `${after.toFixed(2)} standard errors`, "0"],
    );
    data.push({ tries, runs, before, after });
  }
  return { rows, data };
}

async function detection() {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-tampered-"));
  try {
    return await tamper(await endedRun(folder), (length) => spread(length, BYTES));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
