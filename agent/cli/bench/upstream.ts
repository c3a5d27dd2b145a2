import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Batch } from "../../../runs/batch/batch.ts";
import { lastAttempt } from "../../../runs/batch/frontier.ts";
import { type Job, jobsOf } from "../../../runs/batch/matrix.ts";
import { runFolderOf } from "../../../runs/batch/spent.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { aggregate } from "../../../tasks/mle-bench/grading/report.ts";
import type { GradedJob } from "../../../tasks/mle-bench/grading/results.ts";
import {
  experimentsText,
  gradingReportText,
  metadataText,
  type SubmissionLine,
  submissionsText,
  upstreamTimestamp,
} from "../../../tasks/mle-bench/grading/upstream-files.ts";

/**
 * Writes `upstream/runs/` of a batch as MLE-bench's own tools write it: a run group for every configuration and seed,
 * with its submissions, and the table of groups, so that its aggregation script gives the same numbers.
 */
export async function writeUpstream(
  folder: string,
  batch: Batch,
  graded: readonly GradedJob[],
): Promise<void> {
  const target = join(folder, "upstream");
  const draft = join(folder, ".upstream");
  await rm(draft, { recursive: true, force: true });
  await mkdir(join(draft, "runs"), { recursive: true });
  const jobs = jobsOf(folder, batch).filter(({ competition }) =>
    competition.reference.startsWith("mle-bench:"),
  );
  const pairs: { experiment: string; group: string }[] = [];
  for (const { name } of batch.configurations) {
    for (let seed = 0; seed < batch.seeds; seed++) {
      const own = jobs.filter((job) => job.configuration.name === name && job.seed === seed);
      const group = groupName(batch, name, seed);
      await writeGroup(join(draft, "runs", group), join(target, "runs", group), own, graded);
      pairs.push({ experiment: name, group });
    }
  }
  await writeFile(join(draft, "runs", "run_group_experiments.csv"), experimentsText(pairs));
  await rm(target, { recursive: true, force: true });
  await rename(draft, target);
}

/** Groups sort by their names in the order of seeds. */
function groupName({ createdAt }: Batch, configuration: string, seed: number): string {
  const at = new Date(Date.parse(createdAt) + 1000 * seed);
  return `${upstreamTimestamp(at)}_run-group_mle-star-${configuration}`;
}

/** `place`: where the group will stand once all is written. */
async function writeGroup(
  draft: string,
  place: string,
  jobs: readonly Job[],
  graded: readonly GradedJob[],
): Promise<void> {
  await mkdir(draft, { recursive: true });
  const lines: SubmissionLine[] = [];
  const runs: Record<string, { success: boolean }> = {};
  const reports = [];
  for (const job of jobs) {
    const found = graded.find((each) => each.job === job.id);
    const id = `${job.competition.id}_${uuidOf(job.id)}`;
    const line = await writeRun(join(draft, id), join(place, id), job);
    lines.push({ competition_id: job.competition.id, ...line });
    runs[id] = { success: found?.submission !== null };
    const submission_path = line.submission_path ?? "None";
    if (found?.report) reports.push({ ...found.report, submission_path });
  }
  const created_at = place.split("/").at(-1)?.split("_")[0] ?? "";
  const run_group = place.split("/").at(-1) ?? "";
  await writeFile(join(draft, "metadata.json"), metadataText({ run_group, created_at, runs }));
  await writeFile(join(draft, "submission.jsonl"), submissionsText(lines));
  const name = `${created_at}_grading_report.json`;
  await writeFile(join(draft, name), gradingReportText(aggregate(reports)));
}

async function writeRun(
  draft: string,
  place: string,
  job: Job,
): Promise<Omit<SubmissionLine, "competition_id">> {
  for (const part of ["submission", "logs", "code"])
    await mkdir(join(draft, part), { recursive: true });
  const run = await runFolderOf(job);
  const attempt = await lastAttempt(job);
  const copy = async (from: string | null, to: string): Promise<string | null> => {
    if (from === null || !existsSync(from)) return null;
    await copyFile(from, join(draft, to));
    return join(place, to);
  };
  const log = attempt === null ? null : join(attempt, "log.txt");
  await copy(log, "run.log");
  return {
    submission_path: await copy(
      run === null ? null : runFiles(run).submission,
      "submission/submission.csv",
    ),
    logs_path: await copy(log, "logs/agent.log"),
    code_path: await copy(run === null ? null : runFiles(run).solution, "code/train.py"),
  };
}

/** The same run has the same name whenever the batch is graded. */
function uuidOf(job: string): string {
  const hex = sha256(job);
  return [8, 4, 4, 4, 12]
    .map((length, part) => {
      const from = [0, 8, 12, 16, 20][part] ?? 0;
      return hex.slice(from, from + length);
    })
    .join("-");
}
