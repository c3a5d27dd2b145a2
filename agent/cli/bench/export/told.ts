import { existsSync } from "node:fs";
import * as z from "zod";
import { type Batch, readBatch } from "../../../../runs/batch/batch.ts";
import { type Job, jobsOf } from "../../../../runs/batch/matrix.ts";
import { runFolderOf, summaryOf } from "../../../../runs/batch/spent.ts";
import { RunRefused } from "../../../../runs/errors.ts";
import { runFiles } from "../../../../runs/record/folder.ts";
import { readEvents } from "../../../../runs/record/journal-lines.ts";
import type { Summary } from "../../../../runs/report/summary.ts";
import type { GradedJob } from "../../../../tasks/mle-bench/grading/results.ts";
import { readGrading } from "../grading.ts";

/** What a batch knows of one of its jobs. */
export type Told = {
  job: Job;
  graded: GradedJob | null;
  /** The score of the submission on the test rows; null where there is none. */
  score: number | null;
  summary: Summary | null;
  /** `binary`, `regression` and so on; null before its run has begun. */
  type: string | null;
  /** When the last line of its journal was written. */
  endedAt: string | null;
  submission: string | null;
  solution: string | null;
};

export type ToldBatch = { batch: Batch; told: Told[] };

const Brief = z.object({ competition: z.object({ type: z.string() }) });

/**
 * All jobs of a batch. Other benchmarks' formats hold scores on test rows, so that it must have been graded.
 *
 * @throws RunRefused otherwise
 */
export async function tellBatch(folder: string): Promise<ToldBatch> {
  const batch = await readBatch(folder);
  const grading = await readGrading(folder);
  if (grading === null)
    throw new RunRefused(`${folder}: grade the batch first, with \`mle-star bench grade\``);
  const told: Told[] = [];
  for (const job of jobsOf(folder, batch)) {
    const graded = grading.jobs.find((each) => each.job === job.id) ?? null;
    const score = graded?.score ?? null;
    told.push({ job, graded, score: Number.isNaN(score) ? null : score, ...(await runOf(job)) });
  }
  return { batch, told };
}

type OfRun = Pick<Told, "summary" | "type" | "endedAt" | "submission" | "solution">;

async function runOf(job: Job): Promise<OfRun> {
  const run = await runFolderOf(job);
  if (run === null)
    return { summary: null, type: null, endedAt: null, submission: null, solution: null };
  const files = runFiles(run);
  const events = await readEvents(files.journal);
  const started = events.find((event) => event.type === "run-started");
  const brief = Brief.safeParse(started?.value.brief);
  const present = (file: string) => (existsSync(file) ? file : null);
  return {
    summary: await summaryOf(job, true),
    type: brief.success ? brief.data.competition.type : null,
    endedAt: events.at(-1)?.time ?? null,
    submission: present(files.submission),
    solution: present(files.solution),
  };
}

/** The name of a configuration among the frameworks, agents or models of another benchmark. */
export function agentName({ configurations }: Batch, { configuration }: Job): string {
  return configurations.length === 1 ? "mle-star" : `mle-star-${configuration.name}`;
}
