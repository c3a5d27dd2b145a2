import { join } from "node:path";
import { z } from "zod";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { openSimulation } from "../machine/simulation.ts";
import { mean, type Report } from "../timing.ts";
import { clockPart } from "./clock.ts";
import { ruleTable } from "./rules.ts";
import { type RunOptions, runsPart } from "./runs.ts";

export const PARTS = ["rules", "optimism", "clock", "runs"] as const;

export type DecisionOptions = Omit<RunOptions, "folder" | "python" | "cacheDir"> & {
  parts: readonly (typeof PARTS)[number][];
  tracks: number;
  /** Where runs and grades are kept; what is there is not made again. */
  folder: string | null;
};

/** What a part came to: rows of the table, notes below it, the same as data. */
export type Part = { rows: string[][]; notes: string[]; data: unknown };

/** What the rules of acceptance are worth: simulated, by the optimism of what is reported, by the use of a run's time, and on recorded runs graded on hidden answers. */
export async function measureDecisions(options: DecisionOptions): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report: note });
  const folder = options.folder ?? join(cacheDir, "measure-decisions");
  const parts: Part[] = [];
  if (options.parts.includes("rules")) parts.push(rulesPart(options.tracks));
  if (options.parts.includes("optimism")) parts.push(await optimismPart(python, options.tracks));
  if (options.parts.includes("clock")) parts.push(await clockPart());
  if (options.parts.includes("runs"))
    parts.push(await runsPart({ ...options, folder, python, cacheDir }, note));
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
