import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEnvironment } from "../../agent/cli/environment.ts";
import { loadWithPreparation, SHIPPED_FOLDER } from "../../tasks/load.ts";
import { benchEntry, playbookWords } from "../../tasks/mle-bench/table.ts";
import { MADE_IDS, makeBench } from "../fakes/made-bench/made-bench.ts";
import { sampled } from "../sample.ts";
import { python } from "../tasks/interpreter.ts";
import { lastObject, mleStar } from "./program.ts";

const compareScript = fileURLToPath(new URL("../fakes/made-bench/compare.py", import.meta.url));
const refereePackage = fileURLToPath(new URL("../../tasks/referee/python", import.meta.url));

type Job = { job: string; state: string; why: string | null; mode: string; submission: string };

const chosen = sampled(MADE_IDS, { size: 2, seed: 5 });
let root: string;
let jobs: Job[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-layouts-"));
  await makeBench(join(root, "data"), chosen);
  const args = ["bench", "run", ...chosen, "--seeds", "1", "--data-dir", join(root, "data")];
  const ended = await mleStar([
    ...args,
    ...["--runs-dir", join(root, "runs"), "--quick", "--sandbox", "process", "--json"],
    ...["--time-limit", "40m", "--max-executions", "4", "--parallel", "2", "--retries", "0"],
    ...["--set", "tracks=1", "--set", "outerSteps=0"],
  ]);
  jobs = lastObject(ended).jobs as Job[];
}, 3_600_000);
afterAll(() => rm(root, { recursive: true, force: true }));

/** The scores of a submission and of the sample, and the low end of the interval of the gain. */
async function compare(id: string, submission: string) {
  const preparer = { cacheDir: readEnvironment().cacheDir, python: async () => python };
  const benchDataDir = join(root, "data");
  const around = { tasksDir: SHIPPED_FOLDER, preparer, benchDataDir };
  const { competition } = await loadWithPreparation(`mle-bench:${id}`, around);
  const { description: _, ...task } = competition;
  const hidden = join(benchDataDir, id, "prepared", "private");
  const named = ["answers.csv", "test.csv"].map((name) => join(hidden, name));
  const answers = named.find((path) => existsSync(path));
  const sample = join(competition.folder, competition.files.sample_submission);
  const request = { package: refereePackage, task, answers, submission, sample };
  const args = [compareScript, JSON.stringify(request)];
  const { stdout } = await promisify(execFile)(python, args);
  return JSON.parse(stdout) as { score: number; sample: number; low: number };
}

for (const id of chosen) {
  test(`${id}: is split and run by the playbook, and beats its sample submission beyond noise, or is said to have no model`, async () => {
    const job = jobs.find((each) => each.job.startsWith(`${id}/`));
    expect(job).toMatchObject({ state: "done", why: null, mode: "referee" });
    const said = playbookWords(await benchEntry(id));
    if (said !== "has a model") {
      expect(said).toMatch(/^no model: \S/u);
      return;
    }
    const found = await compare(id, job?.submission ?? "");
    expect(found.low, JSON.stringify(found)).toBeGreaterThan(0);
  }, 120_000);
}
