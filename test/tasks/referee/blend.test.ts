import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BlendMethod, View } from "../../../tasks/referee/referee.ts";
import {
  AUC,
  binary,
  fromRows,
  type Row,
  readCsv,
  scratch,
  seeded,
  toCsv,
} from "../made-competition.ts";
import { referee } from "./opened.ts";

type Made = Awaited<ReturnType<typeof referee>>;
type Model = (row: Row, next: () => number) => Row;

const METHODS: BlendMethod[] = ["mean", "rank-mean", "hill-climb", "stack"];

/** Judges a made-up model: its predictions are a function of the row and some noise. */
async function bank(made: Made, id: string, view: View, model: Model, seed = 1) {
  const next = seeded(seed);
  const file = join(scratch(), "submission.csv");
  const rows = readCsv(join(await made.input(view), "test.csv"));
  writeFileSync(file, toCsv(rows.map((row) => ({ id: row.id ?? "", ...model(row, next) }))));
  const judged = await made.judge(id, view, file);
  expect(judged.reason).toBeNull();
  return judged;
}

const searched = (made: Made): View[] =>
  made.split.folds.slice(0, made.split.searchFolds).map((fold) => fold.view);

const noise: Model = (_, next) => ({ y: next().toFixed(6) });
const number = (text: string | undefined) => Number(text ?? Number.NaN);

test("members that err differently are worth more together, and the gain holds on the sealed rows", async () => {
  const made = await referee(fromRows(binary(4020), AUC));
  await made.unseal(["m11", "m22", "m33", "noise", ...METHODS.map((method) => `blend/${method}`)]);
  const views = searched(made);
  const blurred: Model = (row, next) => ({
    y: String(number(row.x) + (next() + next() - 1) * 0.8),
  });
  for (const view of [...views, "sealed" as const, "final" as const]) {
    for (const seed of [11, 22, 33]) await bank(made, `m${seed}`, view, blurred, seed);
    await bank(made, "noise", view, noise, 44);
  }
  const members = ["m11", "m22", "m33"];
  const singles = await Promise.all(members.map((id) => made.score(id, views)));
  const best = Math.max(...singles.map((each) => each.score));
  for (const method of METHODS) {
    const blend = await made.blend(`blend/${method}`, method, members, views);
    expect(blend).toMatchObject({ id: `blend/${method}`, method, members });
    expect(blend.score).toBeGreaterThan(best);
    expect(blend.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(await made.score(blend.id, views)).toEqual({
      score: blend.score,
      interval: blend.interval,
    });
    const judged = await made.judge(blend.id, "sealed", await made.applyBlend(blend, "sealed"));
    const alone = await Promise.all(members.map((id) => made.score(id, ["sealed"])));
    expect(judged.score).toBeGreaterThan(Math.max(...alone.map((each) => each.score)));
    const path = await made.applyBlend(blend, "final");
    expect(await made.judge(blend.id, "final", path)).toMatchObject({ status: "accepted" });
    const sample = readCsv(join(await made.input("final"), "sample_submission.csv"));
    expect(readCsv(path).map((row) => row.id)).toEqual(sample.map((row) => row.id));
  }
  const picked = await made.blend("blend/picked", "hill-climb", ["m11", "noise"], views);
  expect(picked.weights[1]).toBeLessThan(0.2);
});

test("what lags behind a trend is not lifted by a stack: the level of past rows is not that of later ones", async () => {
  const rows = Array.from({ length: 900 }, (_, i) => ({
    id: `${i}`,
    day: new Date(Date.UTC(2020, 0, 1 + Math.floor(i / 3))).toISOString().slice(0, 10),
    x: `${i % 7}`,
    y: `${(i / 10 + (i % 7)).toFixed(3)}`,
  }));
  const metric = { name: "rmse", direction: "minimize" };
  const task = { ...AUC, type: "regression", metric, time_column: "day" };
  const made = await referee(fromRows(rows, task));
  expect(made.split.strategy).toBe("time");
  const views = searched(made);
  const lagging: Model = (row, next) => ({ y: `${20 + number(row.x) + next()}` });
  for (const view of [...views, "final" as const])
    for (const seed of [1, 2]) await bank(made, `m${seed}`, view, lagging, seed);
  const blend = await made.blend("stack", "stack", ["m1", "m2"], views);
  expect(blend.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  const submitted = readCsv(await made.applyBlend(blend, "final"));
  for (const row of submitted) expect(number(row.y)).toBeLessThan(20 + 6 + 1 + 1e-6);
});

test("noise cannot be blended into a score: fitted ensembles are scored out of fold", async () => {
  const rows = binary(520).map((row, i) => ({
    ...row,
    y: String(Math.floor(seeded(i * 7919 + 3)() * 2)),
  }));
  const made = await referee(
    fromRows(rows, { ...AUC, metric: { name: "log_loss", direction: "minimize" } }),
  );
  const views = searched(made);
  const members = Array.from({ length: 25 }, (_, i) => `noise-${i}`);
  for (const view of views) {
    for (const [i, id] of members.entries()) await bank(made, id, view, noise, 100 + i);
  }
  // The best that rows without signal allow is the log loss of one half.
  const stack = await made.blend("stack", "stack", members, views);
  expect(stack.score).toBeGreaterThan(Math.log(2) - 0.01);
  const climb = await made.blend("climb", "hill-climb", members, views);
  expect(climb.score).toBeGreaterThan(Math.log(2) - 0.01);
});

const LABELS = ["hi", "lo", "mid"];
const three = (row: Row) => ({
  ...row,
  y: LABELS[number(row.x) > 0.66 ? 0 : number(row.x) > 0.33 ? 2 : 1] ?? "",
});
const truth = (row: Row) => three(row).y;
const spoiled = (row: Row, next: () => number): string =>
  next() < 0.3 ? (LABELS[Math.floor(next() * 3)] ?? "") : truth(row);
const kinds: [string, Record<string, unknown>, (row: Row) => Row, Model][] = [
  [
    "accuracy",
    { type: "multiclass", metric: { name: "accuracy", direction: "maximize" } },
    three,
    (row, next) => ({ y: spoiled(row, next) }),
  ],
  [
    "log_loss of classes",
    {
      type: "multiclass",
      metric: { name: "log_loss", direction: "minimize" },
      prediction_columns: LABELS,
    },
    three,
    (row, next) => {
      const seen = spoiled(row, next);
      return Object.fromEntries(LABELS.map((label) => [label, label === seen ? "0.6" : "0.2"]));
    },
  ],
  [
    "roc_auc_macro",
    {
      type: "multiclass",
      metric: { name: "roc_auc_macro", direction: "maximize" },
      prediction_columns: LABELS,
    },
    three,
    (row, next) =>
      Object.fromEntries(
        LABELS.map((label) => [label, String((label === truth(row) ? 4 : 0) + next() * 9)]),
      ),
  ],
  [
    "rmsle",
    { type: "regression", metric: { name: "rmsle", direction: "minimize" } },
    (row) => ({ ...row, y: String(Math.round(Math.exp(number(row.x) * 6))) }),
    (row, next) => ({ y: String(Math.exp(number(row.x) * 6 + (next() + next() - 1) * 2)) }),
  ],
  [
    "mae",
    { type: "regression", metric: { name: "mae", direction: "minimize" } },
    (row) => ({ ...row, y: String(number(row.x) * 10 - 5) }),
    (row, next) => ({ y: String(number(row.x) * 10 - 5 + (next() + next() - 1) * 6) }),
  ],
  [
    "quadratic_kappa",
    { type: "multiclass", metric: { name: "quadratic_kappa", direction: "maximize" } },
    (row) => ({ ...row, y: String(Math.floor(number(row.x) * 5)) }),
    (row, next) => ({
      y: String(Math.max(0, Math.min(4, Math.floor(number(row.x) * 5 + next() * 3 - 1)))),
    }),
  ],
  [
    "map_at_k",
    { type: "ranking", metric: { name: "map_at_k", direction: "maximize", k: 3 } },
    three,
    (row, next) => ({
      y: [...new Set([spoiled(row, next), spoiled(row, next), ...LABELS])].join(" "),
    }),
  ],
  [
    "spearman",
    { type: "regression", metric: { name: "spearman", direction: "maximize" } },
    (row) => ({ ...row, y: row.x ?? "" }),
    (row, next) => ({ y: String(1000 * (number(row.x) + next())) }),
  ],
];

describe("each kind of prediction blends into a valid submission that is no worse than its members", () => {
  test.each(kinds)("%s", async (_, task, label, model) => {
    const made = await referee(
      fromRows(binary(1220).map(label), { ...AUC, ...task }, { fill: "0.25" }),
    );
    const views = searched(made);
    const members = ["a", "b", "c"];
    await made.unseal([...members, ...METHODS.map((method) => `blend-${method}`)]);
    for (const view of [...views, "sealed" as const, "final" as const]) {
      for (const [i, id] of members.entries()) await bank(made, id, view, model, 5 + i);
    }
    const worst = await made.score("a", views);
    for (const method of METHODS) {
      const blend = await made.blend(`blend-${method}`, method, members, views);
      const sign = (task.metric as { direction: string }).direction === "maximize" ? 1 : -1;
      expect(sign * blend.score, method).toBeGreaterThan(sign * worst.score - 0.02);
      for (const view of ["sealed", "final"] as const) {
        const path = await made.applyBlend(blend, view);
        expect((await made.judge(blend.id, view, path)).reason).toBeNull();
        expect(readFileSync(path, "utf8").split("\n")[0]).toBe(
          readFileSync(join(await made.input(view), "sample_submission.csv"), "utf8").split(
            "\n",
          )[0],
        );
      }
    }
  });
});

test("a custom metric is pooled, compared and blended like any other", async () => {
  const file =
    "def score(s, a):\n    m = a.merge(s, on='id')\n    return ((m.y_x - m.y_y) ** 2).mean()\n";
  const made = await referee(
    fromRows(
      binary(220).map((row) => ({ ...row, y: row.x ?? "" })),
      {
        type: "regression",
        metric: { name: "custom", direction: "minimize" },
        target_columns: ["y"],
        metric_file: "metric.py",
      },
      { files: { "metric.py": file } },
    ),
    { maxFolds: 1 },
  );
  for (const seed of [1, 2]) {
    await bank(
      made,
      `m${seed}`,
      "fold-0",
      (row, next) => ({ y: String(number(row.x) + next() - 0.5) }),
      seed,
    );
  }
  const compared = await made.compare("m1", "m2", ["fold-0"]);
  expect(compared.standardError).toBeGreaterThan(0);
  const [single, mean, climb] = [
    await made.score("m1", ["fold-0"]),
    await made.blend("mean", "mean", ["m1", "m2"], ["fold-0"]),
    await made.blend("climb", "hill-climb", ["m1", "m2"], ["fold-0"]),
  ];
  expect(mean.score).toBeLessThan(single.score);
  expect(climb.score).toBeLessThan(single.score * 1.2);
});

test("a blend of solutions without banked predictions is refused by name", async () => {
  const made = await referee(fromRows(binary(220), AUC));
  await expect(made.blend("b", "mean", ["nobody"], ["fold-0"])).rejects.toThrow(
    "nobody has no banked predictions for fold-0",
  );
});

test.each(["hill-climb", "stack"] as const)(
  "a member that %s gives no weight need not be run for the holdout and the submission",
  async (method) => {
    const rows = binary(620).map((row) => ({ ...row, y: String(3 * Number(row.x) + 1) }));
    const metric = { name: "rmse", direction: "minimize" };
    const made = await referee(
      fromRows(rows, { type: "regression", metric, target_columns: ["y"] }),
    );
    await made.unseal(["right", "blend"]);
    const bank = async (id: string, view: View, predict: (x: number) => number) => {
      const file = join(scratch(), "submission.csv");
      const table = readCsv(join(await made.input(view), "test.csv"));
      const said = table.map(({ id: name = "", x }) => ({
        id: name,
        y: String(predict(Number(x))),
      }));
      writeFileSync(file, toCsv(said));
      await made.judge(id, view, file);
    };
    const views = made.split.folds.map((fold) => fold.view);
    for (const view of views) {
      await bank("right", view, (x) => x);
      await bank("against", view, (x) => -x);
    }
    for (const view of ["sealed", "final"] as const) await bank("right", view, (x) => x);
    const blend = await made.blend("blend", method, ["right", "against"], views);
    expect(blend.weights).toEqual([1, 0]);
    const judged = await made.judge("blend", "sealed", await made.applyBlend(blend, "sealed"));
    expect(judged).toMatchObject({ status: "scored" });
    expect(judged.score).toBeCloseTo(blend.score, 0);
    await made.applyBlend(blend, "final");
  },
);

test("the pool of a blend holds no two that err alike, and two near-copies of one parent at most", async () => {
  const made = await referee(fromRows(binary(820), AUC));
  const views = searched(made);
  const blurred =
    (blur: number): Model =>
    (row, next) => ({ y: String(number(row.x) + (next() + next() - 1) * blur) });
  const shifted =
    (by: number): Model =>
    (row, next) => ({ y: String(number(row.x) + (next() + next() - 1) * 0.8 + by * next()) });
  for (const view of views) {
    await bank(made, "one", view, blurred(0.8), 11);
    await bank(made, "same", view, blurred(0.8), 11);
    await bank(made, "other", view, blurred(0.8), 22);
    for (const [at, id] of ["near-1", "near-2", "near-3"].entries())
      await bank(made, id, view, shifted(0.2 + 0.01 * at), 11);
  }
  const from = (id: string, parent: string | null = null) => ({ id, parent });
  expect(await made.pool([from("one"), from("same"), from("other")], views, 9)).toEqual([
    "one",
    "other",
  ]);
  const family = ["near-1", "near-2", "near-3"].map((id) => from(id, "one"));
  const chosen = await made.pool([from("one"), ...family, from("other")], views, 9);
  expect(chosen).toContain("other");
  expect(chosen.length).toBeLessThanOrEqual(4);
  expect(await made.pool([from("one"), from("other")], views, 1)).toEqual(["one"]);
});

test("a climb over many keeps four members, none of them without a vote", async () => {
  const made = await referee(fromRows(binary(820), AUC));
  const views = searched(made);
  const blurred: Model = (row, next) => ({
    y: String(number(row.x) + (next() + next() - 1) * 0.8),
  });
  const members = Array.from({ length: 9 }, (_, at) => `m${at}`);
  for (const view of views)
    for (const [at, id] of members.entries()) await bank(made, id, view, blurred, 100 + at);
  const { weights, score } = await made.blend("climb", "hill-climb", members, views);
  const used = weights.filter((weight) => weight > 0);
  expect(used).toHaveLength(4);
  // One vote more for each: none has less than its share of a few.
  expect(Math.min(...used)).toBeGreaterThan(1 / 26);
  const singles = await Promise.all(members.map((id) => made.score(id, views)));
  expect(score).toBeGreaterThan(Math.max(...singles.map((each) => each.score)));
});
