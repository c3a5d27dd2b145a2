import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { type Competition, isBetter } from "../../../tasks/competition.ts";
import { loadCompetition, shippedCompetitions } from "../../../tasks/load.ts";
import { openResults, type Result, type Results, type Solver } from "../results.ts";
import { mean, type Report } from "../timing.ts";
import { scoreOf } from "./hidden-score.ts";
import { isMade, madeCompetitions } from "./made.ts";
import { flamlPython, type Pythons, solve } from "./solvers.ts";

export type QualityOptions = {
  only: readonly string[] | null;
  seeds: number;
  effort: string;
  results: string | null;
  /** Made-up competitions of each kind. */
  made: number;
  /** Where others lie that are measured in place of all these. */
  folder: string | null;
};

/** The playbook, default LightGBM and FLAML (for the playbook's wall clock), all graded with the hidden answers. */
export async function measureQuality(options: QualityOptions): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report: note });
  const flaml = await flamlPython(python, cacheDir, note);
  const file = options.results ?? join(cacheDir, "measure-quality.jsonl");
  const results = await openResults(file);
  note(`results are kept in ${file}`);
  const { only, folder } = options;
  const wanted = ({ id }: Competition) => only === null || only.includes(id);
  const competitions =
    folder === null
      ? [
          ...(await chosen(only, note)),
          ...(await madeCompetitions(options.made, { python, cacheDir })).filter(wanted),
        ]
      : (await competitionsIn(folder)).filter(wanted);
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

async function competitionsIn(folder: string): Promise<Competition[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(names.sort().map((name) => loadCompetition(resolve(folder, name))));
}

const SOLVERS: readonly Solver[] = ["constant", "lightgbm", "playbook", "flaml", "reference"];

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
    if (solver === "reference" && !isMade(competition)) continue;
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

/** How far each solver gets from a constant answer (0) to default LightGBM (1), by competition, and on average. */
function qualityReport(
  results: readonly Result[],
  competitions: readonly Competition[],
  effort: string,
): Report {
  const rows = competitions.map(({ id, metric }) => {
    const own = results.filter((each) => each.competition === id);
    const [constant, lightgbm] = [meanScore(own, "constant"), meanScore(own, "lightgbm")];
    const [playbook, flaml] = [meanScore(own, "playbook"), meanScore(own, "flaml")];
    const reference = meanScore(own, "reference");
    // Where LightGBM is no better than a constant there is nothing to divide by.
    const scale = isBetter(lightgbm, constant, metric.direction) ? lightgbm : null;
    const against = (score: number | null) => normalized(score, constant, scale);
    return {
      competition: id,
      seeds: own.filter((each) => each.solver === "playbook").length,
      constant,
      lightgbm,
      playbook,
      flaml,
      reference,
      playbookRatio: against(playbook),
      flamlRatio: against(flaml),
      referenceRatio: against(reference),
    };
  });
  const averages = (["playbookRatio", "flamlRatio", "referenceRatio"] as const).map((key) => {
    const known = rows.map((row) => row[key]).filter((ratio) => ratio !== null);
    return known.length === 0 ? null : mean(known);
  });
  const compared = ["LightGBM", "playbook", "FLAML", "by hand"];
  return {
    title: `quality: mean scores on the hidden answers, playbook at --effort ${effort}`,
    table: [
      ["competition", "seeds", "constant", ...compared, ...compared.slice(1)],
      ...rows.map((row) => [
        row.competition,
        `${row.seeds}`,
        ...[row.constant, row.lightgbm, row.playbook, row.flaml, row.reference].map((score) =>
          shown(score, 5),
        ),
        ...[row.playbookRatio, row.flamlRatio, row.referenceRatio].map((ratio) => shown(ratio, 3)),
      ]),
      ["mean ratio", "", "", "", "", "", "", ...averages.map((ratio) => shown(ratio, 3))],
    ],
    notes: [
      "the last three columns: (score - constant) / (LightGBM - constant), so above 1 is better than default LightGBM",
      "there is no ratio where LightGBM is no better than the constant, or a solver left no score",
      "FLAML has the wall clock that the playbook took; by hand: a recipe for the kind of data of a made-up competition",
    ],
    data: { effort, competitions: rows, meanRatio: averages[0], flamlMeanRatio: averages[1] },
  };
}

/** The mean over seeds; null when one of them has no score, which no mean should hide. */
function meanScore(results: readonly Result[], solver: Solver): number | null {
  const own = results.filter((each) => each.solver === solver);
  const scores = own.map((each) => each.score).filter((score) => score !== null);
  return own.length === 0 || scores.length < own.length ? null : mean(scores);
}

function normalized(score: number | null, zero: number | null, one: number | null): number | null {
  if (score === null || zero === null || one === null || one === zero) return null;
  return (score - zero) / (one - zero);
}

function shown(value: number | null, digits: number): string {
  return value === null ? "-" : value.toFixed(digits);
}
