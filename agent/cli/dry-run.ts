import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ConfigInvalid, RunRefused } from "../../runs/errors.ts";
import { listRuns, runFiles } from "../../runs/record/folder.ts";
import { readEvents } from "../../runs/record/journal-lines.ts";
import { type Experience, experienceOf } from "../../runs/report/across/experience.ts";
import { showCount, showSeconds, showUsd } from "../../runs/report/formats.ts";
import { pythonEnvironment } from "../../sandbox/environment/python-environment.ts";
import { readMachine, shareMachine } from "../../sandbox/machine.ts";
import type { Competition } from "../../tasks/competition.ts";
import { loadCompetition } from "../../tasks/load.ts";
import { profileCompetition } from "../../tasks/profile/profile.ts";
import { openReferee } from "../../tasks/referee/open.ts";
import { type Brief, buildBrief } from "../brief.ts";
import type { Config } from "../config.ts";
import { type Forecast, forecast } from "../estimate/forecast.ts";
import { typicalInputs } from "../estimate/typical-inputs.ts";
import { priceOf, readPrices } from "../models/pricing.ts";
import { findListed } from "../phases/retrieve/retrieve.ts";
import { mostFolds } from "../run/folds.ts";
import { catalogueSearch } from "../search/catalogue.ts";
import type { Environment } from "./environment.ts";
import { type GivenWords, givenBy } from "./given.ts";
import { routeModels } from "./open/model-routing.ts";
import { preparerOf } from "./preparer.ts";
import type { Progress } from "./terminal/progress.ts";
import { table } from "./terminal/table.ts";

/** What a dry run looks at. */
export type DryRun = {
  reference: string;
  given: GivenWords;
  config: Config;
  environment: Environment;
  runsDir: string;
};

/** Characters of a script where no earlier run wrote one. */
const SCRIPT_CHARS = 5000;
/** Earlier runs that are read, those of the same competition first. */
const MAX_RUNS = 8;

/** Forecasts model calls, executions, cost and time of a run; calls no model, runs no script, leaves no folder. */
export async function forecastRun(wanted: DryRun, progress: Progress): Promise<Forecast> {
  const { config, environment } = wanted;
  if (config.policy !== "mle-star")
    throw new ConfigInvalid(
      `--dry-run cannot forecast --policy ${config.policy}: models with tools decide themselves how often they call and score; limit the run by --time-limit, --max-usd, --max-tokens or --max-executions`,
    );
  const runsDir = resolve(wanted.runsDir);
  const competition = await loadCompetition(wanted.reference, {
    tasksDir: environment.tasksDir,
    report: progress.line,
    preparer: preparerOf(environment, progress.line),
    given: givenBy(wanted.given),
    benchDataDir: environment.benchDataDir,
  });
  const routing = await routeModels(config, environment, runsDir, progress.line);
  const experience = await readExperience(runsDir, competition.id);
  const { brief, searchFolds } = await openBrief(competition, config, environment, progress);
  const { slots } = shareMachine(await readMachine(), config.memoryMb);
  const catalogue = catalogueSearch(join(environment.root, "agent", "search", "catalogue"));
  const { hits } = await findListed(catalogue, brief, config);
  const scriptChars = Math.round(experience.scriptChars ?? SCRIPT_CHARS);
  const prices = readPrices(environment.prices);
  const nameOf = (role: string) =>
    routing.teamFor(role)?.members[0]?.model.name ?? routing.modelFor(role, usualPlace(role)).name;
  const isFree = (name: string) => name === "playbook" || name.startsWith("replay:");
  return forecast({
    config,
    briefText: brief.text,
    searchFolds,
    experience,
    inputs: typicalInputs(config, hits, scriptChars),
    slots: config.slots ?? slots,
    isFree: (role) => isFree(nameOf(role)),
    price: (role, tokens) => priceOf(nameOf(role), tokens, prices),
  });
}

/** The usual phase of a role: its model may differ by phase. */
function usualPlace(role: string): string {
  if (["retriever", "initializer", "merger", "data-usage"].includes(role)) return "track-1/init-1";
  if (["ensemble-planner", "ensembler"].includes(role)) return "ensemble-1";
  if (["subsample-finder", "subsample-remover", "test-writer"].includes(role)) return "finalize-1";
  return "track-1/refine-1";
}

/** The brief as a run would build it, but for the engine: its packages are those of our own Python. */
export async function openBrief(
  competition: Competition,
  config: Config,
  environment: Environment,
  progress: Progress,
): Promise<{ brief: Brief; searchFolds: number }> {
  const { cacheDir, python: override } = environment;
  await mkdir(cacheDir, { recursive: true });
  const { python, packages } = await pythonEnvironment({
    cacheDir,
    override,
    report: progress.line,
  });
  const folder = await mkdtemp(join(tmpdir(), "mle-star-dry-run-"));
  try {
    const { seed, subsample } = config;
    const opening = openReferee({ competition, python, folder, seed, subsample, known: null });
    const [referee, profile, machine] = await Promise.all([
      opening,
      profileCompetition(competition, python),
      readMachine(),
    ]);
    const { split } = referee;
    await referee.close();
    const { memoryMb, cpus } = shareMachine(machine, config.memoryMb).limits;
    const limits = { memoryMb, cpus, gpus: 0, seconds: config.executionSeconds };
    const brief = buildBrief(competition, { profile, split, packages, limits, seed });
    return { brief, searchFolds: split.kind === "self-reported" ? 1 : mostFolds(config, split) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readExperience(runsDir: string, competition: string): Promise<Experience> {
  const runs = await listRuns(runsDir);
  const same = runs.filter((run) => run.competition === competition);
  const chosen = (same.length > 0 ? same : runs).slice(0, MAX_RUNS);
  const journals = await Promise.all(chosen.map(({ folder }) => readPast(folder)));
  return experienceOf(journals.filter((events) => events.length > 0));
}

/** The events of an earlier run; none where it cannot be read. */
async function readPast(folder: string) {
  try {
    return await readEvents(runFiles(folder).journal);
  } catch (error) {
    if (error instanceof RunRefused) return [];
    throw error;
  }
}

/** A forecast as text: a table by role, totals, and the basis of the figures. */
export function forecastText(found: Forecast): string {
  const { byRole, calls, tokens, usd, executions, seconds, basis } = found;
  const head = ["role", "calls", "fresh", "cached", "written", "output", "dollars"];
  const rows = byRole.map((row) => [row.role, ...cellsOf(row.calls, row.tokens, row.usd)]);
  const all = [head, ...rows, ["all", ...cellsOf(calls, tokens, usd)]];
  return [
    ...table(all, (column) => column > 0),
    "",
    `expected: ${calls} model calls, ${executions} executions, ${showUsd(usd)}, about ${showSeconds(seconds)}`,
    ...basis.map((line) => `- ${line}`),
    "",
  ].join("\n");
}

function cellsOf(calls: number, tokens: Forecast["tokens"], usd: number | null): string[] {
  const { input, cacheRead, cacheWrite, output } = tokens;
  return [String(calls), ...[input, cacheRead, cacheWrite, output].map(showCount), showUsd(usd)];
}
