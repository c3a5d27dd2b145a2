import { execFile } from "node:child_process";
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_LIMITS, openBatch } from "../../../../runs/batch/batch.ts";
import { jobsOf, RUN_ID, runsOf } from "../../../../runs/batch/matrix.ts";
import { pythonFloat, readPythonJson } from "../../../../tasks/mle-bench/grading/python-json.ts";
import type { Grading } from "../../../../tasks/mle-bench/grading/results.ts";
import { mleStar } from "../../../end-to-end/program.ts";
import { makeBench } from "../../../fakes/made-bench/made-bench.ts";
import { python } from "../../../tasks/interpreter.ts";

const standIn = fileURLToPath(new URL("../../../fakes/mlebench", import.meta.url));
const IDS = ["aerial-cactus-identification", "dogs-vs-cats-redux-kernels-edition"];

let root: string;
let graderPython: string;
let folder: string;
const data = () => join(root, "data");

/** An interpreter in whose environment there is a stand-in of the package, a copy that gets boards. */
async function writePython(): Promise<string> {
  await cp(standIn, join(root, "package"), { recursive: true });
  const path = join(root, "python");
  await writeFile(path, `#!/bin/sh\nPYTHONPATH=${join(root, "package")} exec ${python} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** A batch whose runs have ended: the answers themselves, the sample, a submission of NaN, and none. */
async function writeBatch(): Promise<string> {
  const place = join(root, "runs", "batches", "b");
  const { batch } = await openBatch(place, {
    list: null,
    competitions: IDS.map((id) => ({ id, reference: `mle-bench:${id}` })),
    configurations: [{ name: "base", options: [] }],
    seeds: 2,
    jobLimits: NO_LIMITS,
    limits: NO_LIMITS,
    retries: 0,
    needs: { cpus: 1, memoryMb: 0, gpus: 0 },
  });
  for (const job of jobsOf(place, batch)) {
    const { id } = job.competition;
    const run = join(runsOf(job), id, RUN_ID);
    await mkdir(run, { recursive: true });
    await writeFile(join(run, "journal.jsonl"), "");
    const prepared = join(data(), id, "prepared");
    const [cactus] = IDS;
    const target = join(run, "submission.csv");
    if (id === cactus && job.seed === 0)
      await copyFile(join(prepared, "private", "test.csv"), target);
    if (id === cactus && job.seed === 1)
      await copyFile(join(prepared, "public", "sample_submission.csv"), target);
    if (id !== cactus && job.seed === 0) await writeFile(target, "wrong,columns\n1,2\n");
  }
  return place;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-grade-"));
  await makeBench(data(), IDS);
  graderPython = await writePython();
  folder = await writeBatch();
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function writeBoard(id: string, text: string): Promise<void> {
  const place = join(root, "package", "mlebench", "competitions", id);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "leaderboard.csv"), text);
}

const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n";
const SCORES = Array.from({ length: 50 }, (_, place) => 0.99 - place / 100);
const BOARD = `score\n${SCORES.map(pythonFloat).join("\n")}\n`;

async function grade(said = ""): Promise<Grading> {
  const args = ["bench", "grade", folder, "--data-dir", data(), "--mlebench", graderPython];
  const ended = await mleStar([...args, "--json"]);
  expect(ended.stderr).toBe(said);
  expect(ended.code).toBe(0);
  return readPythonJson(ended.stdout) as Grading;
}

test("a report of what is not graded tells no share", async () => {
  const ended = await mleStar(["bench", "report", folder]);
  expect(ended.stdout).toContain("## Not graded yet");
  expect(ended.stdout).toContain("| base | 2 competitions, extra | 0 | – | – | – | – | – | – |");
});

test("submissions are graded by the official package, with thresholds of the table where the board is a pointer", async () => {
  await writeBoard(IDS[0] ?? "", POINTER);
  const { jobs } = await grade(
    `leaderboards of ${IDS[0]} are pointers of Git LFS, not scores: thresholds are those of the bundled table; \`git lfs pull\` in the clone of mlebench fetches the official ones\n`,
  );
  const told = jobs.map(({ job, score, thresholds, report, note }) => [
    job,
    score,
    thresholds,
    report?.gold_medal,
    report?.submission_exists,
    report?.valid_submission,
    note,
  ]);
  expect(told).toEqual([
    [`${IDS[0]}/base-seed-0`, 1, "bundled table", true, true, true, null],
    [
      `${IDS[1]}/base-seed-0`,
      null,
      "bundled table",
      false,
      true,
      false,
      "the submission is not valid",
    ],
    [`${IDS[0]}/base-seed-1`, 0, "bundled table", false, true, true, null],
    [`${IDS[1]}/base-seed-1`, null, "bundled table", false, false, false, "no submission"],
  ]);
});

test("the official leaderboard is taken where it is there", async () => {
  await writeBoard(IDS[0] ?? "", BOARD);
  // What was graded before is kept; another grading begins anew.
  await rm(join(folder, "grading.json"));
  const { jobs } = await grade();
  expect(jobs[0]).toMatchObject({ thresholds: "official leaderboard", score: 1 });
  expect(jobs[0]?.report).toMatchObject({ gold_threshold: 0.95, silver_threshold: 0.9 });
});

test("a board that was imported with the data stands in for a pointer in the package", async () => {
  await writeBoard(IDS[0] ?? "", POINTER);
  await writeFile(join(data(), IDS[0] ?? "", "leaderboard.csv"), BOARD);
  await rm(join(folder, "grading.json"));
  const { jobs } = await grade();
  expect(jobs[0]).toMatchObject({ thresholds: "imported leaderboard", score: 1 });
  expect(jobs[0]?.report).toMatchObject({ gold_threshold: 0.95, silver_threshold: 0.9 });
});

test("upstream's aggregation gives the numbers of the report", async () => {
  await grade();
  const runs = join(folder, "upstream", "runs");
  const program = `
import csv, glob, json, statistics, sys
groups = [row["run_group"] for row in csv.DictReader(open(sys.argv[1] + "/run_group_experiments.csv"))]
by = {}
for group in sorted(groups):
    [path] = glob.glob(f"{sys.argv[1]}/{group}/*grading_report*.json")
    for report in sorted(json.load(open(path))["competition_reports"], key=lambda r: r["competition_id"]):
        by.setdefault(report["competition_id"], []).append(report)
seeds = range(max(map(len, by.values())))
shares = [100 * sum(any(r[m + "_medal"] for m in ("gold", "silver", "bronze")) for r in [rs[k] for rs in by.values() if k < len(rs)]) / len(by) for k in seeds]
print(json.dumps([statistics.mean(shares), statistics.stdev(shares) / len(shares) ** 0.5]))`;
  const { stdout } = await promisify(execFile)("python3", ["-c", program, runs]);
  const ended = await mleStar(["bench", "report", folder, "--json"]);
  expect(ended.stderr).toBe("");
  const report = readPythonJson(ended.stdout) as {
    headlines: {
      aggregated: { shares: { any_medal: { mean: number; standard_error: number } } };
    }[];
  };
  const shares = report.headlines[0]?.aggregated.shares.any_medal;
  expect([shares?.mean, shares?.standard_error]).toEqual(JSON.parse(stdout));
  expect(shares?.mean).toBe(25);
});

test("run groups are laid out as upstream's runner does", async () => {
  const [group = ""] = (await readdir(join(folder, "upstream", "runs"))).filter((name) =>
    name.includes("_run-group_mle-star-base"),
  );
  const place = join(folder, "upstream", "runs", group);
  const metadata = JSON.parse(await readFile(join(place, "metadata.json"), "utf8"));
  expect(Object.keys(metadata)).toEqual(["run_group", "created_at", "runs"]);
  for (const run of Object.keys(metadata.runs)) expect(IDS).toContain(run.split("_")[0]);
  const [line = ""] = (await readFile(join(place, "submission.jsonl"), "utf8")).split("\n");
  expect(Object.keys(JSON.parse(line))).toEqual([
    "competition_id",
    "submission_path",
    "logs_path",
    "code_path",
  ]);
  expect(await readFile(JSON.parse(line).submission_path, "utf8")).toContain("id,has_cactus");
});

test("a report is written as Markdown, CSV, JSON and HTML, and a part of a list is never called by its name", async () => {
  const ended = await mleStar(["bench", "report", folder]);
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain("| base | 2 competitions (2), extra | 2 | 25.00 ± 25.00 (1, 0) |");
  // Runs of no time and no cost: the aerial cacti are gold once.
  expect(ended.stdout).toMatch(/## Medals over hours[\s\S]+\| base \| 1 of 4 \|/u);
  expect(ended.stdout).toMatch(/## Medals over dollars[\s\S]+\| base \| 1 of 4 \|/u);
  expect((await readdir(join(folder, "report"))).sort()).toEqual([
    "report.csv",
    "report.html",
    "report.json",
    "report.md",
  ]);
  const csv = await readFile(join(folder, "report", "report.csv"), "utf8");
  expect(csv.split("\n")).toHaveLength(6);
  // What is not known is an empty cell, which every reader takes for that.
  expect(csv).not.toContain("–");
});

test("without the package nothing is made up, and a batch that is none is refused", async () => {
  await rm(join(folder, "grading.json"));
  const cache = { MLE_STAR_CACHE: join(root, "empty-cache") };
  const args = ["bench", "grade", folder, "--data-dir", data(), "--json"];
  const { jobs } = readPythonJson((await mleStar(args, cache)).stdout) as Grading;
  expect(jobs[0]).toMatchObject({
    score: null,
    grader: "none",
    report: null,
    note: "the package mlebench is not installed: name its interpreter with --mlebench",
  });
  const none = await mleStar(["bench", "grade", `${join(root, "data")}/`]);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("no batch here");
});
