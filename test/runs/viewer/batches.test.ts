import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { NO_LIMITS, openBatch } from "../../../runs/batch/batch.ts";
import { jobsOf, RUN_ID, runsOf } from "../../../runs/batch/matrix.ts";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";
import { ask, follow, viewerOf } from "./viewer-fixture.ts";

const HOSTILE = "<script>alert(1)</script>\u001b[31m\u202e";

/** A viewer with a batch of two competitions: `houses` is done with medal and score, `spam` failed with a hostile log. */
async function withBatch() {
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
  const run = await createRun(runsOf(houses), "houses", RUN_ID);
  await journalRun(runFiles(run).journal);
  return { viewer, folder, houses, spam };
}

/** What `bench grade` writes, for one job. */
function grading(job: string): string {
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

test("batches are listed, and their matrix has status, score and medal of every job", async () => {
  const { viewer, folder, houses } = await withBatch();
  await using _ = viewer;
  await writeFile(join(folder, "grading.json"), grading(houses.id));
  const list = parseHTML((await ask(viewer.port, "/batches")).text).document;
  const cells = [...list.querySelectorAll("tbody td")].map((cell) => cell.textContent);
  expect(cells).toEqual(["mine", "4", "0", "2", "1", "1", "0", "1", "0"]);
  const page = parseHTML((await ask(viewer.port, "/batches/mine")).text).document;
  const heads = [...page.querySelectorAll("thead th")].map((cell) => cell.textContent);
  expect(heads).toEqual(["competition", "base, seed 0", "base, seed 1"]);
  const [first, second] = [...page.querySelectorAll("tbody tr")];
  expect(first?.textContent).toMatch(/^housesdone8\.5 \[8, 9\]silverwaiting$/u);
  expect(second?.textContent).toMatch(/^spamfailed.*waiting$/u);
});

test("what happens to a job is sent to its batch's page as it happens", async () => {
  const { viewer, spam } = await withBatch();
  await using _ = viewer;
  const stream = follow(`${viewer.url}batches/mine/live`);
  expect(String((await stream.next()).value?.data)).toContain("failed");
  await writeFile(join(spam.folder, "attempt-1", "exit"), "0\n");
  expect(String((await stream.next()).value?.data)).not.toContain("failed");
  await stream.return(undefined);
});

test("options and logs of a batch are text, whatever they hold", async () => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  const { text } = await ask(viewer.port, "/batches/mine");
  expect(text).toContain("&lt;script&gt;alert(1)");
  for (const part of ["<script>alert", "\u001b", "\u202e"]) expect(text).not.toContain(part);
});

test("a batch that cannot be read says why and hides no other", async () => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  await mkdir(join(viewer.root, "batches", "torn"));
  await writeFile(join(viewer.root, "batches", "torn", "batch.json"), "{");
  const { text } = await ask(viewer.port, "/batches");
  expect(text).toMatch(/unreadable: .*damaged/u);
  expect(text).toContain("/batches/mine");
});

test.each([
  "/batches/../secret",
  "/batches/%2e%2e%2f",
  "/batches/..%2f..%2fsecret",
  "/batches/mine%00",
  "/batches/mine/batch.json",
  "/batches/none/live",
])("%s is no batch", async (path) => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  expect([400, 404]).toContain((await ask(viewer.port, path)).status);
});

test("two dots in place of a batch's name are the list of runs, as addresses are read", async () => {
  const { viewer } = await withBatch();
  await using _ = viewer;
  const list = (await ask(viewer.port, "/")).text;
  for (const path of ["/batches/..", "/batches/%2e%2e"])
    expect((await ask(viewer.port, path)).text).toBe(list);
});

test("links out of the runs folder are not followed: of a batch, its file, a log, a job's runs", async () => {
  const { viewer, folder, houses, spam } = await withBatch();
  await using _ = viewer;
  const outside = await freshFolder();
  await writeFile(join(outside, "secret"), "error: hidden answers\n");
  await symlink(folder, join(viewer.root, "batches", "linked"));
  expect((await ask(viewer.port, "/batches/linked")).status).toBe(404);
  const places = [
    join(folder, "grading.json"),
    join(spam.folder, "attempt-1", "log.txt"),
    runsOf(houses),
  ];
  for (const place of places) {
    await rm(place, { recursive: true, force: true });
    await symlink(join(outside, "secret"), place);
    const { text } = await ask(viewer.port, "/batches/mine");
    expect([place, text.includes("is a link to elsewhere")]).toEqual([place, true]);
    expect(text).not.toContain("hidden answers");
    await rm(place);
  }
});
