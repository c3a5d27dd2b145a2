import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { sampled } from "../../../../sample.ts";
import { python } from "../../../../tasks/interpreter.ts";

const root = fileURLToPath(new URL("../../../../../", import.meta.url));
const fake = join(root, "test", "fakes", "amlb");
const PROGRAM = `${process.execPath} ${join(root, "agent", "cli", "bin.mjs")}`;
/** As short as a run can be. */
const SHORT = {
  tracks: 1,
  candidates: 1,
  outerSteps: 0,
  ensembleAttempts: 0,
  maxExecutions: 5,
  sandbox: "process",
};

/** Runs the framework on a made fold, by a stand-in of AMLB. */
async function onAmlb(kind: string, metric: string, command = PROGRAM) {
  const place = await mkdtemp(join(tmpdir(), "mle-star-amlb-"));
  // As a user's copy: setup writes into it.
  await cp(join(root, "agent", "cli", "bench", "amlb"), join(place, "user"), { recursive: true });
  const given = ["mle_star_playbook", kind, metric, place, JSON.stringify(SHORT)];
  const ended = await promisify(execFile)(
    python,
    [join(fake, "drive.py"), join(place, "user"), ...given],
    { env: { ...process.env, PYTHONPATH: fake, AMLB_MLE_STAR: command } },
  ).catch((error: { stderr: string }) => ({ stdout: null, stderr: error.stderr }));
  return {
    place,
    stderr: ended.stderr,
    result: ended.stdout === null ? null : JSON.parse(ended.stdout),
    predictions: async (): Promise<string[][]> =>
      parse(await readFile(join(place, "predictions.csv"), "utf8")),
    [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }),
  };
}

const CASES = [
  ["binary", "auc", ["No", "yes", "predictions", "truth"]],
  ["binary", "acc", ["No", "yes", "predictions", "truth"]],
  ["multiclass", "logloss", ["high", "low", "middle", "predictions", "truth"]],
  ["regression", "rmse", ["predictions", "truth"]],
] as const;

test.each(sampled(CASES, { size: 1, seed: 1 }))(
  "AMLB's %s task by %s ends in predictions that hold what AMLB scores",
  async (kind, metric, columns) => {
    await using ended = await onAmlb(kind, metric);
    expect(ended.stderr).toBe("");
    expect(ended.result).toMatchObject({
      models_count: expect.any(Number),
      training_duration: expect.any(Number),
      mle_star_usd: 0,
    });
    const [head, ...rows] = await ended.predictions();
    expect(head).toEqual(columns);
    expect(rows).toHaveLength(80);
    const labels = columns.slice(0, -2);
    let right = 0;
    for (const row of rows) {
      const [prediction = "", truth = ""] = row.slice(-2);
      if (labels.length === 0) {
        right += Math.abs(Number(prediction) - Number(truth)) < 0.7 ? 1 : 0;
        continue;
      }
      const probabilities = row.slice(0, -2).map(Number);
      const sum = probabilities.reduce((all, each) => all + each, 0);
      expect(sum).toBeCloseTo(1);
      expect(prediction).toBe(labels[probabilities.indexOf(Math.max(...probabilities))]);
      right += prediction === truth ? 1 : 0;
    }
    // Rows that were mixed up would be right by chance only.
    expect(right / rows.length).toBeGreaterThan(0.7);
    expect(await readdir(join(ended.place, "mle_star", "made", "0"))).toContain("amlb");
  },
);

test("what mle-star does not optimize, and a program that is not there, are told in one line", async () => {
  await using unknown = await onAmlb("multiclass", "auc");
  expect(unknown.stderr).toContain("ValueError: auc is of two classes, made has more");
  await using missing = await onAmlb("binary", "auc", "/nowhere/mle-star");
  expect(missing.stderr).toContain("mle-star cannot be called: put it on the path");
});
