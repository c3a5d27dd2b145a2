import { expect, test } from "vitest";
import { fromRows, type Row, seeded } from "../made-competition.ts";
import { banked } from "./banked.ts";
import { referee } from "./opened.ts";

const TOWNS = ["Alp", "Brook", "Cape", "Dale"];

/** Rows of four towns, whose answer follows `x`. */
function rowsOf(count: number, answer: (x: number, luck: number) => string): Row[] {
  const next = seeded(5);
  return Array.from({ length: count }, (_, i) => {
    const x = next();
    const town = TOWNS[Math.floor(next() * TOWNS.length)] ?? "";
    return { id: `r${i}`, x: x.toFixed(6), town, y: answer(x, next()) };
  });
}

const numbers = {
  type: "regression",
  metric: { name: "rmse", direction: "minimize" },
  target_columns: ["y"],
};

test("the town and the range in which a solution errs most are named, with how it errs, and no other", async () => {
  const rows = rowsOf(4000, (x, luck) => (10 * x + 0.5 * luck).toFixed(4));
  const made = await referee(fromRows(rows, numbers));
  const views = await banked(made, "m", ({ town, x }) => {
    const low = town === "Cape" ? 2 : 0;
    return { y: (10 * Number(x) + 0.25 - low - (Number(x) > 0.8 ? 1.5 : 0)).toFixed(4) };
  });
  const weak = await made.weakRows("m", views);
  expect(weak?.loss).toBe("squared error");
  const [first, ...others] = weak?.groups ?? [];
  expect(first).toMatchObject({ column: "town", values: "Cape" });
  expect(first?.share).toBeCloseTo(0.25, 1);
  expect(first?.bias).toBeCloseTo(-2.3, 0);
  expect(first?.loss ?? 0).toBeGreaterThan(2 * (weak?.overall ?? 0));
  expect(others.map(({ column }) => column)).toContain("x");
  for (const { column } of others) expect(["x", null]).toContain(column);
  expect(others.find(({ column }) => column === "x")?.values).toMatch(/^0\.\d+ to (?:0\.99|1)/u);
});

test("errors that are luck belong to no group", async () => {
  const rows = rowsOf(3000, (x, luck) => (luck < x ? "1" : "0"));
  const probability = {
    ...numbers,
    type: "binary",
    metric: { name: "roc_auc", direction: "maximize" },
  };
  const made = await referee(fromRows(rows, probability));
  const views = await banked(made, "m", ({ x }) => ({ y: x ?? "" }));
  const weak = await made.weakRows("m", views);
  expect(weak?.groups.map(({ column }) => column)).not.toContain("town");
});

test("two that err alike are told from one that errs otherwise", async () => {
  const rows = rowsOf(1000, (x, luck) => (10 * x + 2 * luck).toFixed(4));
  const made = await referee(fromRows(rows, numbers));
  const predict = (by: number) => (row: Record<string, string>) => ({
    y: (by * Number(row["x"]) + 1).toFixed(4),
  });
  const views = await banked(made, "a", predict(10));
  await banked(made, "b", predict(9.9));
  await banked(made, "c", predict(2));
  const [near = 0, far = 1] = await made.alike("a", ["b", "c"], views);
  expect(near).toBeGreaterThan(0.95);
  expect(far).toBeLessThan(0.8);
  expect(await made.alike("a", [], views)).toEqual([]);
});
