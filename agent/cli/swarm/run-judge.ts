import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type BatchCompetition, type Limits, openBatch } from "../../../runs/batch/batch.ts";
import { limitOptions } from "../../../runs/batch/caps.ts";
import { REFUSED, type Standing } from "../../../runs/batch/frontier.ts";
import type { Job } from "../../../runs/batch/matrix.ts";
import { runFolderOf, summaryOf } from "../../../runs/batch/spent.ts";
import { workOn } from "../../../runs/batch/work.ts";
import { Interrupted, UserError } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { type Graph, graphFileText, hashOfGraph } from "../../swarm/graph-file.ts";
import type { Judge, Judged } from "../../swarm/search.ts";
import { mean, skillOf } from "../../swarm/utility.ts";
import type { OpenEngine } from "../bench/engines/open.ts";
import { commandOf } from "../bench/jobs.ts";
import type { LiveTable } from "../bench/live-table.ts";
import type { Evaluation, EvaluationJournal } from "./record.ts";

/** Where and how graphs are judged by runs. */
export type RunJudging = {
  /** Of the optimization. */
  folder: string;
  part: "search" | "fresh";
  competitions: readonly BatchCompetition[];
  seeds: number;
  /** Options that every run has. */
  options: readonly string[];
  jobLimits: Limits;
  limits: Limits;
  retries: number;
  engine: OpenEngine;
  program: readonly string[];
  dataDir: string;
  live: LiveTable;
  stop: { readonly asked: 0 | 1 | 2 };
  journal: EvaluationJournal;
};

/**
 * What graphs are worth by whole runs: every competition and seed once for each graph, all with the same seeds, options
 * and limits, as jobs of one batch; what is done already is not done again.
 */
export function judgeByRuns(judging: RunJudging): Judge {
  const { part, journal, live } = judging;
  return async (graphs, what) => {
    const unknown = graphs.filter((graph) => journal.find(part, hashOfGraph(graph)) === null);
    const limit = unknown.length === 0 ? null : await evaluate(judging, unknown, what);
    return graphs.map((graph): Judged => {
      const found = journal.find(part, hashOfGraph(graph));
      if (found === null) return { limit: limit ?? "a limit was reached" };
      if (found.utility === null) return { refused: found.notes[0] ?? "no worth" };
      live.line(`${what}: ${nameOf(found.hash)} ${found.utility.toFixed(4)}`);
      for (const note of found.notes) live.line(`  ${note}`);
      return { value: found.utility };
    });
  };
}

/** Runs what is missing and journals it; returns the limit that kept something from being run, or null. */
async function evaluate(
  judging: RunJudging,
  graphs: readonly Graph[],
  what: string,
): Promise<string | null> {
  const standings = await runAll(judging, graphs);
  let limit: string | null = null;
  for (const graph of graphs) {
    const hash = hashOfGraph(graph);
    const own = standings.filter(({ job }) => job.configuration.name === nameOf(hash));
    refuseBroken(own);
    const unstarted = own.flatMap(({ state }) => limitIn(state) ?? []);
    if (unstarted.length > 0) limit = unstarted[0] ?? null;
    else if (!own.every(({ state }) => state.kind === "done" || state.kind === "failed"))
      throw new Interrupted("stopped: the same command goes on");
    else await judging.journal.add(await evaluationOf(judging.part, hash, what, own));
  }
  return limit;
}

/**
 * Throws `UserError` for a run that could not be made: a wrong option, a machine or a model that failed. None of that is
 * the graph's, so it has no worth, least of all 0.
 */
function refuseBroken(standings: readonly Standing[]): void {
  for (const { job, state, failures } of standings) {
    if (state.kind !== "failed" || (state.exitCode !== 1 && state.exitCode !== REFUSED)) continue;
    // One that was refused costs no try.
    const again = state.exitCode === REFUSED ? "" : ` with --retries ${failures}`;
    throw new UserError(
      `${job.id}: ${state.why}: when that is mended, the same command${again} goes on; with other options name another --out`,
    );
  }
}

function limitIn(state: Standing["state"]): string | null {
  if (state.kind !== "failed" || !state.why.startsWith("not started: ")) return null;
  return state.why.slice("not started: ".length);
}

function nameOf(hash: string): string {
  return `graph-${hash.slice(0, 12)}`;
}

async function runAll(judging: RunJudging, graphs: readonly Graph[]): Promise<Standing[]> {
  const { folder, part, engine, program, dataDir, stop, live } = judging;
  const configurations = [];
  await mkdir(join(folder, "graphs"), { recursive: true });
  for (const graph of graphs) {
    const name = nameOf(hashOfGraph(graph));
    const file = join(folder, "graphs", `${name}.json`);
    await writeAtomically(file, graphFileText(graph, {}));
    configurations.push({ name, options: [...judging.options, "--graph", file] });
  }
  const { competitions, seeds, jobLimits, limits, retries } = judging;
  const open = await openBatch(join(folder, part), {
    list: null,
    competitions: [...competitions],
    configurations,
    seeds,
    jobLimits,
    limits,
    retries,
    needs: engine.needs,
  });
  const around = { program, dataDir, isWhole: false };
  return workOn(open, {
    engine: engine.engine,
    commandOf: (job, own) => [...commandOf(job, open, around, false), ...limitOptions(own)],
    onChange: live.show,
    stop,
    gpus: engine.gpus,
  });
}

async function evaluationOf(
  part: string,
  hash: string,
  what: string,
  standings: readonly Standing[],
): Promise<Evaluation> {
  const notes: string[] = [];
  const skills: Evaluation["skills"] = [];
  for (const { job, state } of standings) {
    if (state.kind === "failed") notes.push(`${job.id} counts as 0: ${state.why}`);
    const skill = await skillIn(job);
    skills.push({ competition: job.competition.id, seed: job.seed, skill });
  }
  const utility = mean(skills.map(({ skill }) => skill));
  return { part, hash, what, utility, skills, notes };
}

/** Throws `UserError` for a competition whose scores have no common scale. */
async function skillIn(job: Job): Promise<number> {
  const summary = await summaryOf(job, true);
  const folder = await runFolderOf(job);
  if (summary === null || folder === null || summary.submission === null) return 0;
  const events = await readEvents(runFiles(folder).journal);
  const started = events.find((event) => event.type === "run-started")?.value;
  const isSealed = summary.sealedScore !== null;
  const constants = started?.constantScores ?? null;
  const skill = skillOf({
    metric: summary.metric ?? "custom",
    score: isSealed ? summary.sealedScore : summary.searchScore,
    constant: (isSealed ? constants?.sealed : constants?.search) ?? null,
  });
  if (skill !== null) return skill;
  throw new UserError(
    `${job.competition.id}: its scores cannot be put on one scale with others (a metric of its own, or no score of a constant): choose another competition`,
  );
}
