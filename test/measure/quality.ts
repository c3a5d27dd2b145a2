import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvironment } from "../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../sandbox/environment/python-environment.ts";
import type { Competition } from "../../tasks/competition.ts";
import { loadCompetition, SHIPPED_FOLDER, shippedCompetitions } from "../../tasks/load.ts";
import { answersOf } from "../../tasks/shipped/answers.ts";
import { grade } from "../../tasks/shipped/grade.ts";
import { flamlPython } from "./flaml.ts";
import { qualityReport } from "./quality-report.ts";
import { openResults, type Result, type Results, type Solver } from "./results.ts";
import { type Pythons, solve } from "./solvers.ts";
import type { Report } from "./timing.ts";

export type QualityOptions = {
  only: readonly string[] | null;
  seeds: number;
  effort: string;
  results: string | null;
};

/** The playbook, default LightGBM and FLAML (for the playbook's wall clock), all graded with the hidden answers. */
export async function qualityBench(options: QualityOptions): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report: note });
  const flaml = await flamlPython(python, cacheDir, note);
  const file = options.results ?? join(cacheDir, "bench-quality.jsonl");
  const results = await openResults(file);
  note(`results are kept in ${file}`);
  const competitions = await chosen(options.only, note);
  for (const competition of competitions) {
    for (let seed = 0; seed < options.seeds; seed++)
      await compete(competition, seed, options.effort, { own: python, flaml }, results, note);
  }
  const ids = competitions.map((competition) => competition.id);
  const mine = results.all.filter(
    (each) =>
      ids.includes(each.competition) && each.effort === options.effort && each.seed < options.seeds,
  );
  return qualityReport(mine, competitions, options.effort);
}

/** Every shipped competition that is built and whose rows a table holds. */
async function chosen(only: readonly string[] | null, note: (line: string) => void) {
  const competitions: Competition[] = [];
  for (const { id, built } of await shippedCompetitions()) {
    if (only !== null && !only.includes(id)) continue;
    const competition = built ? await loadCompetition(id) : null;
    if (competition === null) note(`${id} is left out: it is not built`);
    else if (competition.media_columns.length > 0)
      note(`${id} is left out: a table of file names is no match`);
    else competitions.push(competition);
  }
  return competitions;
}

const SOLVERS: readonly Solver[] = ["constant", "lightgbm", "playbook", "flaml"];

async function compete(
  competition: Competition,
  seed: number,
  effort: string,
  pythons: Pythons,
  results: Results,
  note: (line: string) => void,
): Promise<void> {
  const { id } = competition;
  for (const solver of SOLVERS) {
    if (results.find({ competition: id, seed, effort, solver }) !== null) continue;
    if (solver === "flaml" && pythons.flaml === null) continue;
    const budget =
      results.find({ competition: id, seed, effort, solver: "playbook" })?.seconds ?? 0;
    const workspace = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
    try {
      const made = await solve(solver, { competition, seed, effort, workspace, budget, pythons });
      const score = await scoreOf(competition, made.submission, pythons.own);
      const result: Result = { competition: id, seed, effort, solver, ...score, ...made.spent };
      await results.add(result);
      note(`${id} seed ${seed} ${solver}: ${score.score ?? score.reason} in ${result.seconds} s`);
    } finally {
      await rm(workspace, { recursive: true, force: true });
    }
  }
}

async function scoreOf(competition: Competition, submission: string | null, python: string) {
  if (submission === null) return { score: null, reason: "no submission was made" };
  const answers = await answersOf(competition, SHIPPED_FOLDER);
  if (answers === null) throw new Error(`${competition.id} has no answers to grade with`);
  const { score, reason } = await grade({ competition, answers, submission, python });
  return { score, reason };
}
