import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NO_LIMITS, openBatch } from "../../../runs/batch/batch.ts";
import { jobsOf, RUN_ID, runsOf } from "../../../runs/batch/matrix.ts";
import { createRun } from "../../../runs/record/folder.ts";
import { recordIn } from "./recorded-run.ts";
import { viewerOf } from "./viewer-fixture.ts";

/** What may stand in options and logs. */
export const HOSTILE = "<script>alert(1)</script>\u001b[31m\u202e";

/** A viewer with a batch of two competitions: `houses` is done with medal and score, `spam` failed with a hostile log. */
export async function withBatch() {
  const viewer = await viewerOf();
  const { folder, batch } = await openBatch(join(viewer.root, "batches", "mine"), {
    list: null,
    competitions: ["houses", "spam"].map((id) => ({ id, reference: id })),
    configurations: [{ name: "base", options: ["--model", HOSTILE] }],
    seeds: 2,
    jobLimits: NO_LIMITS,
    limits: NO_LIMITS,
    retries: 0,
    needs: { cpus: 1, memoryMb: 0, gpus: 0 },
  });
  const [houses, spam] = jobsOf(folder, batch);
  if (houses === undefined || spam === undefined) throw new Error("the batch has no jobs");
  for (const [job, code] of [
    [houses, 0],
    [spam, 1],
  ] as const) {
    const attempt = join(job.folder, "attempt-1");
    await mkdir(attempt, { recursive: true });
    await writeFile(join(attempt, "exit"), `${code}\n`);
    await writeFile(join(attempt, "log.txt"), `error: ${HOSTILE}\n`);
  }
  await recordIn(await createRun(runsOf(houses), "houses", RUN_ID));
  return { viewer, folder, houses, spam };
}

/** What `bench grade` writes, for one job. */
export function grading(job: string): string {
  const report = {
    competition_id: "houses",
    score: 8.5,
    gold_threshold: 8,
    silver_threshold: 9,
    bronze_threshold: 10,
    median_threshold: 11,
    any_medal: true,
    gold_medal: false,
    silver_medal: true,
    bronze_medal: false,
    above_median: true,
    submission_exists: true,
    valid_submission: true,
    is_lower_better: true,
    created_at: "2026-11-30T00:00:00",
    submission_path: "submission.csv",
  };
  const graded = { job, competition: "houses", configuration: "base", seed: 0, report };
  const facts = { submission: null, path: null, score: 8.5, isLowerBetter: true, board: null };
  const rest = { grader: "own", thresholds: "bundled table", note: null };
  return JSON.stringify({ version: 1, jobs: [{ ...graded, ...facts, ...rest }] });
}
