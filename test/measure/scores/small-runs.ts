import { copyFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { scanCsv } from "../../../tasks/tables/csv.ts";
import { writeTable } from "../../../tasks/tables/write-csv.ts";
import { ended, lastJson, startProgram } from "../program.ts";
import { scoreOf } from "./hidden-score.ts";
import type { KeptRows } from "./kept-rows.ts";

/** One run of the playbook on a shipped competition of which few rows train. */
export type SmallRun = {
  competition: string;
  arm: string;
  seed: number;
  /** Of its submission, on the hidden answers. */
  score: number | null;
  reason: string | null;
  executions: number;
  calls: number;
  seconds: number;
};

export type SmallRunOptions = {
  competition: string;
  arm: string;
  seed: number;
  /** Rows that train, spread evenly over the table. */
  rows: number;
  /** Executions of the run. */
  executions: number;
  args: readonly string[];
};

/** Makes a run, or finds it among those that are kept. */
export async function smallRun(
  options: SmallRunOptions,
  kept: KeptRows<SmallRun>,
): Promise<SmallRun> {
  const { competition: id, arm, seed, rows, executions, args } = options;
  const known = kept.all.find(
    (each) => each.competition === id && each.arm === arm && each.seed === seed,
  );
  if (known !== undefined) return known;
  const competition = await loadCompetition(id);
  const folder = await mkdtemp(join(tmpdir(), "mle-star-small-"));
  try {
    const task = await smallCopy(competition, rows, join(folder, id));
    const how = ["--quick", "--model", "playbook", "--sandbox", "process", "--json", "--quiet"];
    const limits = ["--max-executions", `${executions}`, "--time-limit", "none"];
    const place = ["--seed", `${seed}`, "--runs-dir", join(folder, "runs")];
    const child = startProgram(["run", task, ...how, ...limits, ...place, ...args]);
    const { stdout, seconds } = await ended(child);
    const found = (stdout === "" ? null : lastJson(stdout)) as Partial<{
      submission: string | null;
      executions: number;
      modelCalls: number;
    }> | null;
    const graded = await scoreOf(competition, found?.submission ?? null, await interpreter());
    const counts = { executions: found?.executions ?? 0, calls: found?.modelCalls ?? 0 };
    const made = { competition: id, arm, seed, ...graded, ...counts, seconds: Math.round(seconds) };
    await kept.add(made);
    return made;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function interpreter(): Promise<string> {
  const { cacheDir, python: override } = readEnvironment();
  return (await pythonEnvironment({ cacheDir, override, report: () => undefined })).python;
}

/** The competition's folder with so many rows to train on; what is predicted stays as it is. */
async function smallCopy({ id }: Competition, rows: number, to: string): Promise<string> {
  const from = join(SHIPPED_FOLDER, id);
  await mkdir(to, { recursive: true });
  const names = (await readdir(from)).filter((name) => /\.(?:csv|md|yaml)$/u.test(name));
  for (const name of names)
    if (name !== "train.csv") await copyFile(join(from, name), join(to, name));
  const all: string[][] = [];
  const { header } = await scanCsv(join(from, "train.csv"), (values) => void all.push([...values]));
  const share = Math.max(1, all.length / rows);
  const few = Array.from(
    { length: Math.min(rows, all.length) },
    (_, row) => all[Math.floor(row * share)] ?? [],
  );
  await writeTable(join(to, "train.csv"), header, few);
  return to;
}

/** What an arm gained over another, as shares of its score: paired by competition and seed, above zero where it is better. */
export async function differences(
  runs: readonly SmallRun[],
  arm: string,
  base: string,
): Promise<number[]> {
  const found: number[] = [];
  for (const run of runs.filter((each) => each.arm === arm)) {
    const other = runs.find(
      (each) => each.arm === base && each.competition === run.competition && each.seed === run.seed,
    );
    if (run.score === null || other === undefined || other.score === null) continue;
    const { metric } = await loadCompetition(run.competition);
    const sign = metric.direction === "maximize" ? 1 : -1;
    found.push((sign * (run.score - other.score)) / Math.abs(other.score));
  }
  return found;
}
