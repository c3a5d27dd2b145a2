import { expect, test } from "vitest";
import { fromRows, type Row, seeded } from "../made-competition.ts";
import { banked } from "./banked.ts";
import { referee } from "./opened.ts";

const TOWNS = ["Alp", "Brook", "Cape", "Dale"];

/** Rows of two numbers and a town; the answer is what `answer` makes of them. */
function rowsOf(count: number, answer: (row: { x: number; z: number; town: number }) => string) {
  const next = seeded(7);
  return Array.from({ length: count }, (_, i): Row => {
    const [x, z, town] = [next(), next(), Math.floor(next() * TOWNS.length)];
    const cells = { x: x.toFixed(6), z: z.toFixed(6), town: TOWNS[town] ?? "" };
    return { id: `r${i}`, ...cells, y: answer({ x, z, town }) };
  });
}

const townOf = (row: Record<string, string>) => TOWNS.indexOf(row["town"] ?? "");

test("the columns that predictions are made of are named, the strongest first, and no other", async () => {
  const rows = rowsOf(3000, ({ x, z }) => (x + z).toFixed(4));
  const made = await referee(
    fromRows(rows, {
      type: "regression",
      metric: { name: "rmse", direction: "minimize" },
      target_columns: ["y"],
    }),
  );
  const views = await banked(made, "m", (row) => ({
    y: (Number(row["x"]) + 3 * (townOf(row) % 2)).toFixed(4),
  }));
  const found = await made.surrogateImportance("m", views);
  expect(found?.explained).toBeGreaterThan(0.95);
  expect(found?.columns.map(({ column }) => column)).toEqual(["town", "x"]);
  expect(found?.columns[0]?.lost).toBeGreaterThan(5 * (found?.columns[1]?.lost ?? 1));
});

test("of probabilities, too; and where predictions are chance nothing is said", async () => {
  const next = seeded(3);
  const rows = rowsOf(2000, ({ x }) => (next() < x ? "1" : "0"));
  const made = await referee(
    fromRows(rows, {
      type: "binary",
      metric: { name: "log_loss", direction: "minimize" },
      target_columns: ["y"],
    }),
  );
  const views = await banked(made, "m", (row) => ({
    y: (0.1 + 0.8 * Number(row["z"])).toFixed(4),
  }));
  expect((await made.surrogateImportance("m", views))?.columns.map(({ column }) => column)).toEqual(
    ["z"],
  );
  const luck = await banked(made, "luck", () => ({ y: (0.2 + 0.6 * next()).toFixed(4) }));
  expect(await made.surrogateImportance("luck", luck)).toBeNull();
});

test("classes are followed, too, and rows of the sealed view are not looked at", async () => {
  const rows = rowsOf(2000, ({ town }) => TOWNS[town] ?? "");
  const made = await referee(
    fromRows(rows, {
      type: "multiclass",
      metric: { name: "accuracy", direction: "maximize" },
      target_columns: ["y"],
    }),
  );
  const views = await banked(made, "m", (row) => ({ y: row["town"] ?? "" }));
  expect((await made.surrogateImportance("m", views))?.columns.map(({ column }) => column)).toEqual(
    ["town"],
  );
  await expect(made.surrogateImportance("m", ["sealed"])).rejects.toThrow("search views only");
});
