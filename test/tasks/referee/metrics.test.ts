import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { RefereeProcess } from "../../../tasks/referee/process.ts";
import { grade } from "../../../tasks/shipped/grade.ts";
import { python } from "../interpreter.ts";
import { makeCompetition, scratch } from "../made-competition.ts";

const service = new RefereeProcess({ python, greeting: null, timeoutSeconds: 60, signal: null });
afterAll(() => service.close());

const Grade = z.object({ score: z.number().nullable(), reason: z.string().nullable() });

type Case = {
  metric: string;
  /** Answers and predictions of each column, row by row. */
  truth: Record<string, (string | number)[]>;
  said: Record<string, (string | number)[]>;
  score: number;
  type?: string;
  k?: number;
  file?: string;
};

function table(columns: Record<string, (string | number)[]>): string {
  const rows = Object.values(columns)[0]?.map((_, i) =>
    [i, ...Object.values(columns).map((cells) => cells[i])].join(","),
  );
  return `${[["id", ...Object.keys(columns)].join(","), ...(rows ?? [])].join("\n")}\n`;
}

async function score(given: Case): Promise<{ score: number | null; reason: string | null }> {
  const { metric, truth, said, type = "other", k = null, file } = given;
  const competition = makeCompetition(
    {
      type,
      metric: { name: metric, direction: "maximize", k },
      id_column: "id",
      target_columns: Object.keys(truth),
      prediction_columns: Object.keys(said),
      metric_file: file === undefined ? null : "metric.py",
    },
    { "train.csv": table(truth), ...(file === undefined ? {} : { "metric.py": file }) },
  );
  const folder = scratch();
  writeFileSync(join(folder, "answers.csv"), table(truth));
  writeFileSync(join(folder, "submission.csv"), table(said));
  return service.request(Grade, "grade", {
    task: competition,
    answers: join(folder, "answers.csv"),
    submission: join(folder, "submission.csv"),
  });
}

const { log, sqrt } = Math;
const ab = { y: ["a", "a", "b", "b"] };
const cases: Case[] = [
  { metric: "accuracy", truth: ab, said: { y: ["a", "b", "b", "b"] }, score: 0.75 },
  { metric: "accuracy", truth: { y: [1, 0] }, said: { y: ["1.0", "1.0"] }, score: 0.5 },
  {
    metric: "balanced_accuracy",
    truth: { y: ["a", "a", "a", "b"] },
    said: { y: ["a", "a", "a", "a"] },
    score: 0.5,
  },
  {
    metric: "f1",
    truth: { y: ["no", "yes", "yes"] },
    said: { y: ["yes", "yes", "no"] },
    score: 0.5,
  },
  { metric: "f1_macro", truth: ab, said: { y: ["a", "b", "b", "b"] }, score: (2 / 3 + 4 / 5) / 2 },
  { metric: "f1_micro", truth: ab, said: { y: ["a", "b", "b", "b"] }, score: 0.75 },
  {
    metric: "f1_weighted",
    truth: { y: ["a", "b", "b", "b"] },
    said: { y: ["a", "a", "b", "b"] },
    score: (2 / 3 + 3 * 0.8) / 4,
  },
  {
    metric: "f1_micro",
    type: "multilabel",
    truth: { p: [1, 0], q: [1, 1] },
    said: { p: [1, 1], q: [0, 1] },
    score: 2 / 3,
  },
  { metric: "mcc", truth: ab, said: { y: ["a", "b", "b", "b"] }, score: 1 / sqrt(3) },
  { metric: "quadratic_kappa", truth: { y: [1, 2, 3, 4] }, said: { y: [1, 2, 3, 4] }, score: 1 },
  {
    metric: "quadratic_kappa",
    truth: { y: [0, 0, 1, 3] },
    said: { y: [0, 1, 1, 3] },
    score: 1 - 1 / 11,
  },
  {
    metric: "log_loss",
    truth: { y: [1, 0] },
    said: { y: [0.8, 0.4] },
    score: -(log(0.8) + log(0.6)) / 2,
  },
  // No submission is infinitely wrong: probabilities are clipped.
  { metric: "log_loss", truth: { y: [1, 0] }, said: { y: [0, 0] }, score: -log(1e-15) / 2 },
  {
    metric: "log_loss",
    truth: { kind: ["red", "blue"] },
    // Rows are made to sum to 1: 0.1 and 0.3 stand for a quarter and three quarters.
    said: { blue: [0.1, 0.6], red: [0.3, 0.2] },
    score: -(log(0.75) + log(0.75)) / 2,
  },
  { metric: "roc_auc", truth: { y: [0, 0, 1, 1] }, said: { y: [0.1, 0.4, 0.35, 8] }, score: 0.75 },
  { metric: "roc_auc", truth: { y: ["N", "Y"] }, said: { y: [0.2, 0.9] }, score: 1 },
  {
    metric: "roc_auc_macro",
    truth: { y: ["a", "b", "c", "a"] },
    said: { a: [9, 1, 2, 3], b: [1, 2, 3, 0], c: [0, 1, 2, 0] },
    score: (1 + 2 / 3 + 1) / 3,
  },
  {
    metric: "roc_auc_columns",
    type: "multilabel",
    truth: { p: [0, 1, 1], q: [1, 0, 0] },
    said: { p: [0.1, 0.2, 0.3], q: [0.1, 0.2, 0.3] },
    score: 0.5,
  },
  { metric: "rmse", truth: { y: [1, 2, 3] }, said: { y: [1, 2, 6] }, score: sqrt(3) },
  { metric: "rmse", truth: { p: [0, 0], q: [0, 0] }, said: { p: [1, 1], q: [3, 3] }, score: 2 },
  { metric: "rmsle", truth: { y: [0, Math.E - 1] }, said: { y: [0, 0] }, score: sqrt(0.5) },
  { metric: "mae", truth: { y: [1, -2] }, said: { y: [2, 2] }, score: 2.5 },
  { metric: "mape", truth: { y: [10, 20] }, said: { y: [11, 16] }, score: 0.15 },
  { metric: "smape", truth: { y: [0, 100] }, said: { y: [0, 50] }, score: 100 / 3 },
  { metric: "r2", truth: { y: [1, 2, 3] }, said: { y: [1, 2, 2] }, score: 0.5 },
  { metric: "spearman", truth: { y: [1, 2, 3, 4] }, said: { y: [10, 30, 20, 40] }, score: 0.8 },
  { metric: "spearman", truth: { y: [1, 2, 3] }, said: { y: [5, 5, 5] }, score: 0 },
  {
    metric: "map_at_k",
    k: 3,
    truth: { y: ["a", "b", "c d"] },
    said: { y: ["a b", "c b a", "x d c"] },
    score: (1 + 1 / 2 + (1 / 2 + 2 / 3) / 2) / 3,
  },
  // The same item twice counts once.
  { metric: "map_at_k", k: 5, truth: { y: ["a"] }, said: { y: ["b a a a"] }, score: 0.5 },
  {
    metric: "custom",
    truth: { y: [1, 2, 3] },
    said: { y: [1, 2, 9] },
    score: 2,
    file: "def score(submission, answers):\n    m = answers.merge(submission, on='id')\n    print('noise')\n    return abs(m.y_x - m.y_y).mean()\n",
  },
];

describe("a metric gives the value worked out by hand", () => {
  test.each(cases.map((each, i) => [`${each.metric} (${i})`, each] as const))(
    "%s",
    async (_, each) => {
      const graded = await score(each);
      expect(graded.reason).toBeNull();
      expect(graded.score).toBeCloseTo(each.score, 9);
    },
  );
});

test("the fast paths of bootstrap and search equal scikit-learn, on whole and on repeated rows", async () => {
  const check = fileURLToPath(new URL("./python/check_bootstrap.py", import.meta.url));
  const modules = fileURLToPath(new URL("../../../tasks/referee/python", import.meta.url));
  const { stdout } = await execa(python, ["-I", "-B", check, modules]);
  const measured = JSON.parse(stdout) as { name: string; whole: number[]; drawn: number[] }[];
  expect(measured.length).toBeGreaterThan(30);
  for (const { name, whole, drawn } of measured) {
    expect(whole[1], name).toBeCloseTo(whole[0] ?? Number.NaN, 9);
    expect(drawn[1], name).toBeCloseTo(drawn[0] ?? Number.NaN, 9);
  }
  // The weights must have had a say.
  const moved = measured.filter(({ whole, drawn }) => whole[0] !== drawn[0]);
  expect(moved.length).toBeGreaterThan(25);
});

test("metrics equal their references with the weights of the bootstrap, and say why they have no value", async () => {
  const check = fileURLToPath(new URL("./python/check_metrics.py", import.meta.url));
  const modules = fileURLToPath(new URL("../../../tasks/referee/python", import.meta.url));
  const { stdout } = await execa(python, ["-I", "-B", check, modules]);
  const { measured, degenerate } = JSON.parse(stdout) as {
    measured: { name: string; pairs: [number, number][] }[];
    degenerate: Record<string, unknown>;
  };
  expect(measured).toHaveLength(21);
  for (const { name, pairs } of measured) {
    for (const [ours, reference] of pairs) expect(ours, name).toBeCloseTo(reference, 9);
    // The weights must have had a say.
    expect(pairs[1]?.[0], name).not.toBe(pairs[2]?.[0]);
  }
  const oneClass = "has no value: the rows hold one class only";
  expect(degenerate).toEqual({
    average_precision: `average precision ${oneClass}`,
    gini: `the Gini coefficient ${oneClass}`,
    balanced_log_loss: `balanced log loss ${oneClass}`,
    "balanced_log_loss of classes": `balanced log loss ${oneClass}`,
    rmspe: "RMSPE has no value: every answer is 0",
    wmape: "WMAPE has no value: every answer is 0",
    // A constant explains nothing.
    pearson: 0,
    fbeta: "metric fbeta needs beta in task.yaml",
    pinball: "metric pinball needs quantile in task.yaml",
  });
});

test("a metric of the competition's own that fails says so in one line", async () => {
  const given = { metric: "custom", truth: { y: [1, 2] }, said: { y: [1, 2] }, score: 0 };
  const failing = score({
    ...given,
    file: "def score(a, b):\n    raise ValueError('odd shape')\n",
  });
  await expect(failing).rejects.toThrow("metric.py failed: ValueError: odd shape");
  const absent = score({ ...given, file: "x = 1\n" });
  await expect(absent).rejects.toThrow(/metric.py failed: AttributeError.*score/u);
});

test("grading says why a submission or an answers file cannot be used", async () => {
  const competition = makeCompetition(
    {
      type: "regression",
      metric: { name: "mae", direction: "minimize" },
      id_column: "id",
      target_columns: ["y"],
      prediction_columns: ["y"],
    },
    { "train.csv": "id,y\n1,2\n" },
  );
  const folder = scratch();
  const answers = join(folder, "answers.csv");
  const submission = join(folder, "submission.csv");
  writeFileSync(answers, "id,y\n7,1\n8,2\n9,4\n");
  writeFileSync(submission, "id,y\n9,4\n7,2\n8,2\n");
  const given = { competition, answers, submission, python };
  const good = await grade(given);
  expect(good).toMatchObject({ score: 1 / 3, valid: true, reason: null });
  expect(good.interval?.[0]).toBeGreaterThanOrEqual(0);
  expect(good.interval?.[1]).toBeLessThanOrEqual(1);
  writeFileSync(submission, "id,y\n9,4\n7,2\n");
  expect(await grade(given)).toEqual({
    score: null,
    valid: false,
    reason: "id '8' of sample_submission.csv is missing (2 rows, 3 expected)",
    interval: null,
  });
  writeFileSync(answers, "id,z\n7,1\n");
  await expect(grade(given)).rejects.toThrow("answers.csv has no column 'y'");
});
