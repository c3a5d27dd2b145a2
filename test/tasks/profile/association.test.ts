import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { profileText } from "../../../agent/profile-text.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { python } from "../interpreter.ts";
import { fromRows, type Row, seeded } from "../made-competition.ts";

/** Rows in which `x` tells half of the answer, `shop` some of it and `luck` nothing; test has a shop of its own. */
function rowsOf(answer: (value: number) => string): Row[] {
  const next = seeded(8);
  return Array.from({ length: 2000 }, (_, i) => {
    const [x, shop] = [next(), Math.floor(next() * 3)];
    const value = 3 * x + shop + 1.5 * next();
    return {
      id: `r${i}`,
      x: x.toFixed(4),
      shop: "abc"[shop] ?? "",
      luck: next().toFixed(4),
      y: answer(value),
    };
  });
}

async function profiled(answer: (value: number) => string, task: Record<string, unknown>) {
  const made = fromRows(rowsOf(answer), { ...task, target_columns: ["y"] });
  const path = join(made.folder, "test.csv");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(/,a,/gu, ",new,"));
  return profileCompetition(made, python);
}

test.each([
  [
    "a number",
    (value: number) => value.toFixed(3),
    { type: "regression", metric: { name: "rmse", direction: "minimize" } },
  ],
  [
    "classes",
    (value: number) => (value > 4 ? "high" : value > 2.5 ? "mid" : "low"),
    { type: "multiclass", metric: { name: "accuracy", direction: "maximize" } },
  ],
])(
  "a column says how much of %s it explains by itself, and how many test rows hold a value that is new",
  async (_, answer, task) => {
    const profile = await profiled(answer, task);
    const of = (name: string) => profile.columns.find((column) => column.name === name);
    const told = (name: string) => of(name)?.association ?? -1;
    expect(told("x")).toBeGreaterThan(0.15);
    expect(told("shop")).toBeGreaterThan(0.15);
    expect(told("luck")).toBeLessThan(0.01);
    expect(told("luck")).toBeGreaterThanOrEqual(0);
    expect(of("y")?.association ?? null).toBeNull();
    expect(of("shop")?.unseen).toBeGreaterThan(0.2);
    const text = profileText({ profile }, 10_000);
    expect(text).toMatch(
      /"x": .*explains \d+(?:\.\d+)? ?% of the variance of the target by itself/u,
    );
    expect(text).toMatch(/"shop": .*% of test rows have a value that train lacks/u);
    expect(text).not.toMatch(/"luck": .*explains/u);
  },
);
