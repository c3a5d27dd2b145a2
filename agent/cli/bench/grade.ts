import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { readBatch } from "../../../runs/batch/batch.ts";
import { type Job, jobsOf } from "../../../runs/batch/matrix.ts";
import { runFolderOf } from "../../../runs/batch/spent.ts";
import { ConfigInvalid, RunRefused, UserError } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { locker } from "../../../runs/record/file-lock.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { runHolder } from "../../../runs/record/lock.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { type Board, readBoard } from "../../../tasks/mle-bench/grading/medals.ts";
import { gradeOfficially } from "../../../tasks/mle-bench/grading/official.ts";
import { pythonJson } from "../../../tasks/mle-bench/grading/python-json.ts";
import { isoLocal, reportOf } from "../../../tasks/mle-bench/grading/report.ts";
import type { BoardSource, GradedJob, Grading } from "../../../tasks/mle-bench/grading/results.ts";
import { type BenchEntry, benchEntry } from "../../../tasks/mle-bench/table.ts";
import { answersOf } from "../../../tasks/shipped/answers.ts";
import { grade } from "../../../tasks/shipped/grade.ts";
import { type Environment, readEnvironment } from "../environment.ts";
import { preparerOf } from "../preparer.ts";
import { table } from "../terminal/table.ts";
import { medalOf, readGrading } from "./grading.ts";
import { mlebenchPython } from "./mlebench.ts";
import { batchFolder } from "./plan.ts";
import { writeUpstream } from "./upstream.ts";

const DEFAULT_MEMORY_MB = 65_536;

type Options = {
  dataDir?: string;
  runsDir: string;
  mlebench?: string;
  memory: string;
  json?: true;
};

/** What submissions are graded with. */
type Graders = {
  environment: Environment;
  mlebench: string | null;
  memoryMb: number;
  /** Competitions whose leaderboard was found to be a pointer of Git LFS. */
  pointers: Set<string>;
};

/** `mle-star bench grade`: scores the submissions of a batch, after its runs. */
export function benchGradeCommand(): Command {
  return new Command("grade")
    .description(
      "Grade the submissions of a batch: MLE-bench's by its own graders (package mlebench), your own against their answers. Nothing is graded while a run is at work.",
    )
    .argument("<batch>", "name of the batch, or path of its folder")
    .option("--data-dir <folder>", "data of MLE-bench")
    .option("--runs-dir <folder>", "folder of runs and batches", "runs")
    .option("--mlebench <python>", "interpreter that has the package mlebench")
    .option("--memory <MB>", "most memory of one grading", String(DEFAULT_MEMORY_MB))
    .option("--json", "print one JSON object")
    .action(async (name: string, options: Options) => {
      const found = readEnvironment();
      const environment = {
        ...found,
        benchDataDir: resolve(options.dataDir ?? found.benchDataDir),
      };
      const folder = batchFolder(options.runsDir, name, name);
      const graders = {
        environment,
        mlebench: mlebenchPython(options.mlebench, environment),
        memoryMb: megabytes(options.memory),
        pointers: new Set<string>(),
      };
      const grading = await gradeBatch(folder, graders);
      const pointers = [...graders.pointers];
      if (pointers.length > 0)
        process.stderr.write(
          `leaderboards of ${pointers.join(", ")} are pointers of Git LFS, not scores: thresholds are those of the bundled table; \`git lfs pull\` in the clone of mlebench fetches the official ones\n`,
        );
      process.stdout.write(
        options.json === true ? `${pythonJson({ folder, ...grading }, null)}\n` : textOf(grading),
      );
    });
}

function megabytes(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new ConfigInvalid(`--memory ${text}: expected a whole number of megabytes`);
}

/** Grades every job that has ended, writes `grading.json` and upstream's files, and returns the former. */
async function gradeBatch(folder: string, graders: Graders): Promise<Grading> {
  const batch = await readBatch(folder);
  const lock = await locker().take(join(folder, "lock.json"));
  if (!("release" in lock))
    throw new RunRefused(`${folder}: the batch is at work; grade it when it has ended`);
  try {
    const known = await readGrading(folder);
    const jobs: GradedJob[] = [];
    for (const job of jobsOf(folder, batch)) {
      if (await isAtWork(job))
        throw new RunRefused(`${folder}: ${job.id} is at work; grade the batch when it has ended`);
      jobs.push(await gradeJob(job, known, graders));
    }
    const grading: Grading = { version: 1, jobs };
    await writeAtomically(join(folder, "grading.json"), `${pythonJson(grading, 2)}\n`);
    await writeUpstream(folder, batch, jobs);
    return grading;
  } finally {
    await lock.release();
  }
}

/** A run that outlived its batch holds the lock of its folder. */
async function isAtWork(job: Job): Promise<boolean> {
  const folder = await runFolderOf(job);
  if (folder === null) return false;
  return (await runHolder(folder)) !== null;
}

async function gradeJob(job: Job, known: Grading | null, graders: Graders): Promise<GradedJob> {
  const run = await runFolderOf(job);
  const file = run === null ? null : runFiles(run).submission;
  const path = file !== null && existsSync(file) ? file : null;
  const bytes = path === null ? null : await readFile(path);
  const submission = bytes === null ? null : sha256(bytes);
  const before = known?.jobs.find((each) => each.job === job.id);
  const isKnown = before !== undefined && before.submission === submission;
  if (isKnown && before.grader === "official" && before.note === null) return before;
  const facts: GradedJob = {
    job: job.id,
    competition: job.competition.id,
    configuration: job.configuration.name,
    seed: job.seed,
    submission,
    path,
    score: null,
    isLowerBetter: false,
    grader: "none",
    thresholds: null,
    board: null,
    note: path === null ? "no submission" : null,
    report: null,
  };
  return job.competition.reference.startsWith("mle-bench:")
    ? gradeBench(facts, await benchEntry(job.competition.id), graders)
    : gradeOwn(facts, job, graders);
}

/** By the official grader; without it there is a report only of what was not submitted. */
async function gradeBench(
  facts: GradedJob,
  entry: BenchEntry,
  { mlebench, environment, memoryMb, pointers }: Graders,
): Promise<GradedJob> {
  const { id, isLowerBetter, thresholds } = entry;
  const bundled: Board = { isLowerBetter, thresholds };
  const path = facts.path;
  if (mlebench === null) {
    const why = "the package mlebench is not installed: name its interpreter with --mlebench";
    if (path !== null) return { ...facts, isLowerBetter, note: why };
    return withReport(facts, {
      score: null,
      exists: false,
      board: bundled,
      scores: null,
      source: null,
    });
  }
  const request = { python: mlebench, dataDir: environment.benchDataDir, id, memoryMb };
  const found = await gradeOfficially({ ...request, submission: path });
  if ("failed" in found)
    return { ...facts, isLowerBetter, note: `the official grader failed: ${found.failed}` };
  const board = found.board === null ? bundled : readBoard(found.board);
  if (found.isPointer && found.board === null) pointers.add(id);
  const { score, exists, source } = found;
  const graded = { score, exists, board, scores: found.board, source };
  return withReport({ ...facts, grader: "official" }, graded);
}

function withReport(
  facts: GradedJob,
  found: {
    score: number | null;
    exists: boolean;
    board: Board;
    scores: number[] | null;
    source: BoardSource | null;
  },
): GradedJob {
  const { score, exists, board, scores, source } = found;
  const { competition: id, path } = facts;
  const invalid = path !== null && score === null ? "the submission is not valid" : facts.note;
  return {
    ...facts,
    score,
    isLowerBetter: board.isLowerBetter,
    thresholds: source ?? "bundled table",
    board: scores,
    note: invalid,
    report: reportOf({ id, score, exists, path, at: isoLocal(new Date()) }, board),
  };
}

/** A competition of the user's own, against its answers, by the referee's metric. */
async function gradeOwn(facts: GradedJob, job: Job, { environment }: Graders): Promise<GradedJob> {
  const { tasksDir } = environment;
  const preparer = preparerOf(environment, () => undefined);
  try {
    const competition = await loadCompetition(job.competition.reference, { tasksDir, preparer });
    const isLowerBetter = competition.metric.direction === "minimize";
    const answers = answersOf(competition, tasksDir);
    if (facts.path === null) return { ...facts, isLowerBetter };
    if (answers === null)
      return { ...facts, isLowerBetter, note: "there are no answers beside the competition" };
    const python = await preparer.python();
    const found = await grade({ competition, answers, submission: facts.path, python });
    return {
      ...facts,
      isLowerBetter,
      grader: "own",
      score: found.score,
      note: found.valid ? null : (found.reason ?? "the submission is not valid"),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...facts, note: error.message };
  }
}

const HEAD = ["job", "score", "medal", "above median", "graded by", "thresholds", "note"];

function textOf({ jobs }: Grading): string {
  const rows = jobs.map(({ job, score, report, grader, thresholds, note }) => [
    job,
    score === null ? "–" : String(score),
    report === null ? "–" : medalOf(report),
    report === null ? "–" : report.above_median ? "yes" : "no",
    grader,
    thresholds ?? "–",
    note ?? "",
  ]);
  return `${table([HEAD, ...rows]).join("\n")}\n`;
}
