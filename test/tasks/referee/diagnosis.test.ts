import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { View } from "../../../tasks/referee/referee.ts";
import { fromRows, type Row, readCsv, scratch, seeded, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

type Made = Awaited<ReturnType<typeof referee>>;

/** Rows whose answer follows `x` and some luck. */
function rowsOf(count: number, answer: (x: number, luck: number) => string): Row[] {
  const next = seeded(11);
  return Array.from({ length: count }, (_, i) => {
    const x = next();
    return { id: `r${i}`, x: x.toFixed(6), y: answer(x, next()) };
  });
}

/** Banks predictions that are a function of `x` on all search folds, and lays them beside the truth. */
async function diagnosed(made: Made, predict: (x: number) => Row) {
  const views: View[] = made.split.folds.slice(0, made.split.searchFolds).map(({ view }) => view);
  for (const view of views) {
    const rows = readCsv(join(await made.input(view), "test.csv"));
    const file = join(scratch(), "submission.csv");
    writeFileSync(file, toCsv(rows.map(({ id = "", x }) => ({ id, ...predict(Number(x)) }))));
    expect((await made.judge("m", view, file)).reason).toBeNull();
  }
  return { views, ...(await made.diagnose("m", views)) };
}

const total = (counts: readonly (readonly number[])[]) =>
  counts.flat().reduce((sum, count) => sum + count, 0);

const probability = {
  type: "binary",
  metric: { name: "log_loss", direction: "minimize" },
  target_columns: ["y"],
};

test("a probability that is what it says lies on the line, and one that is too sure does not", async () => {
  const made = await referee(
    fromRows(
      rowsOf(6020, (x, luck) => (luck < x ? "1" : "0")),
      probability,
    ),
  );
  const honest = await diagnosed(made, (x) => ({ y: String(x) }));
  const bins = honest.columns[0]?.calibration ?? [];
  expect(bins.length).toBeGreaterThanOrEqual(8);
  for (const { predicted, actual, interval, rows } of bins) {
    expect(rows).toBeGreaterThanOrEqual(20);
    expect(Math.abs(actual - predicted)).toBeLessThan(0.1);
    expect(interval[0]).toBeLessThanOrEqual(actual);
    expect(interval[1]).toBeGreaterThanOrEqual(actual);
  }
  const sure = await diagnosed(made, (x) => ({ y: x > 0.5 ? "0.99" : "0.01" }));
  expect(sure.columns[0]?.calibration?.at(-1)?.actual).toBeLessThan(0.85);
  const confusion = sure.columns[0]?.confusion;
  expect(confusion).toMatchObject({ by: "half", labels: ["0", "1"] });
  expect(total(confusion?.counts ?? [])).toBe(sure.rows);
  expect(confusion?.counts[0]?.[0]).toBeGreaterThan(confusion?.counts[0]?.[1] ?? 0);
});

test("scores whose order alone counts are cut where as many are called as there are", async () => {
  const auc = { ...probability, metric: { name: "roc_auc", direction: "maximize" } };
  const made = await referee(
    fromRows(
      rowsOf(1020, (x, luck) => (luck < x * x ? "1" : "0")),
      auc,
    ),
  );
  const { columns } = await diagnosed(made, (x) => ({ y: String(10 * x - 100) }));
  const counts = columns[0]?.confusion?.counts ?? [];
  expect(columns[0]?.calibration).toBeNull();
  expect(columns[0]?.confusion?.by).toBe("as-many");
  expect(counts[0]?.[1]).toBe(counts[1]?.[0]);
});

test("classes with a column each are calibrated together and taken for the highest", async () => {
  const answer = (x: number, luck: number) => (luck < 0.1 ? "c" : x < 0.5 ? "a" : "b");
  const made = await referee(
    fromRows(rowsOf(3020, answer), {
      type: "multiclass",
      metric: { name: "log_loss", direction: "minimize" },
      target_columns: ["y"],
      prediction_columns: ["a", "b", "c"],
    }),
  );
  const { columns, rows } = await diagnosed(made, (x) =>
    x < 0.5 ? { a: "0.9", b: "0", c: "0.1" } : { a: "0", b: "0.9", c: "0.1" },
  );
  const [{ calibration, confusion } = { calibration: null, confusion: null }] = columns;
  expect(confusion?.labels).toEqual(["a", "b", "c"]);
  expect(confusion?.counts[2]?.[2]).toBe(0);
  expect(total(confusion?.counts ?? [])).toBe(rows);
  expect(calibration?.map((bin) => bin.predicted)).toEqual([0, 0.1, 0.9]);
  expect(calibration?.[2]?.actual).toBeCloseTo(0.9, 1);
});

test("more classes than can be looked at leave the rare ones together", async () => {
  const answer = (x: number) => `class-${String(Math.floor(400 * x ** 3) % 20).padStart(2, "0")}`;
  const made = await referee(
    fromRows(
      rowsOf(2020, answer),
      {
        type: "multiclass",
        metric: { name: "accuracy", direction: "maximize" },
        target_columns: ["y"],
      },
      { fill: "class-00" },
    ),
  );
  const { columns, rows } = await diagnosed(made, (x) => ({ y: answer(x) }));
  const confusion = columns[0]?.confusion;
  expect(confusion?.labels).toHaveLength(11);
  expect(confusion?.counts).toHaveLength(12);
  expect(total(confusion?.counts ?? [])).toBe(rows);
  for (const [index, row] of (confusion?.counts ?? []).entries())
    expect(row.filter((count) => count > 0)).toEqual([row[index]]);
});

test.each([
  ["rmse", (x: number) => x],
  ["rmsle", (x: number) => Math.expm1(x)],
])("residuals by %s are on the scale of the metric", async (name, scale) => {
  const made = await referee(
    fromRows(
      rowsOf(2020, (x, luck) => String(scale(5 + 10 * x + luck))),
      {
        type: "regression",
        metric: { name, direction: "minimize" },
        target_columns: ["y"],
      },
    ),
  );
  const { columns, rows } = await diagnosed(made, (x) => ({ y: String(scale(5 + 10 * x)) }));
  const residuals = columns[0]?.residuals;
  expect(residuals?.isLogarithmic).toBe(name === "rmsle");
  for (const { quantiles, rows: count } of residuals?.bySize ?? []) {
    expect(count).toBeGreaterThanOrEqual(20);
    for (const [index, wanted] of [0.1, 0.25, 0.5, 0.75, 0.9].entries())
      expect(quantiles[index]).toBeCloseTo(wanted, 0);
  }
  expect((residuals?.counts ?? []).reduce((sum, count) => sum + count, 0)).toBe(rows);
  expect(residuals?.edges).toHaveLength((residuals?.counts.length ?? 0) + 1);
});

test("too few rows show nothing, and the sealed ones are refused", async () => {
  const made = await referee(
    fromRows(
      rowsOf(43, (x) => (x > 0.5 ? "1" : "0")),
      probability,
    ),
  );
  const { columns, rows } = await diagnosed(made, (x) => ({ y: String(x) }));
  expect(rows).toBeLessThan(20);
  expect(columns).toEqual([]);
  await expect(made.diagnose("m", ["sealed"])).rejects.toThrow("search views only");
});
