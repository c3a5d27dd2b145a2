import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PermutedView, View } from "../../../tasks/referee/referee.ts";
import { AUC, binary, fromRows, type Row, readCsv, scratch, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

type Made = Awaited<ReturnType<typeof referee>>;

const rows = (count: number) =>
  binary(count, (i) => ({
    z: String(i % 7),
    same: "1",
    day: `2020-01-${String((i % 28) + 1).padStart(2, "0")}`,
  }));

/** Banks predictions that are a function of a row on these views. */
async function bank(made: Made, views: readonly View[], predict: (row: Row) => string) {
  for (const view of views) {
    const shown = readCsv(join(await made.input(view), "test.csv"));
    const file = join(scratch(), "submission.csv");
    writeFileSync(file, toCsv(shown.map((row) => ({ id: row.id ?? "", y: predict(row) }))));
    expect((await made.judge("m", view, file)).reason).toBeNull();
  }
}

const viewsOf = (views: readonly PermutedView[]) => views.map(({ view }) => view);

test("one view measures all columns: the one that is used loses all, the others nothing", async () => {
  const made = await referee(fromRows(rows(1020), AUC));
  const predict = (row: Row) => row.x ?? "0";
  await bank(made, ["fold-0"], predict);
  const { views, leftOut } = await made.permute("m", true);
  expect(leftOut).toBe(0);
  expect(views).toMatchObject([{ view: "permuted-0" }]);
  // By how much the predictions go with them; what never varies is none.
  expect(views[0]?.columns[0]).toBe("x");
  expect([...(views[0]?.columns ?? [])].sort()).toEqual(["day", "mark", "x", "z"]);
  await bank(made, viewsOf(views), predict);
  const found = await made.importance("m", views);
  const [fold] = made.split.folds;
  expect(found).toMatchObject({ isSame: true, rows: fold?.validRows });
  expect(found.base).toBeCloseTo((await made.score("m", ["fold-0"])).score, 9);
  const [first, ...others] = found.columns;
  expect(first?.name).toBe("x");
  expect(first?.loss).toBeCloseTo(found.base - 0.5, 0);
  expect(first?.loss).toBeGreaterThan(4 * (first?.standardError ?? 0));
  expect(others.map(({ loss }) => loss)).toEqual([0, 0, 0]);
});

test("predictions that depend on the other rows are found out, and a view for each column measures them", async () => {
  const made = await referee(fromRows(rows(1020), AUC));
  await bank(made, ["fold-0"], (row) => row.x ?? "0");
  const { views } = await made.permute("m", true);
  await bank(made, viewsOf(views), (row) => String(1 - Number(row.x)));
  expect(await made.importance("m", views)).toMatchObject({ isSame: false });
  const single = await made.permute("m", false);
  expect(viewsOf(single.views)).toEqual(["permuted-1", "permuted-2", "permuted-3", "permuted-4"]);
  await bank(made, viewsOf(single.views), (row) => row.x ?? "0");
  const { columns } = await made.importance("m", single.views);
  expect(columns[0]?.name).toBe("x");
  expect(columns.slice(1).map(({ loss }) => loss)).toEqual([0, 0, 0]);
});

test("rows of groups and of times stand in no table twice", async () => {
  const made = await referee(fromRows(rows(1020), { ...AUC, group_column: "z" }));
  await bank(made, ["fold-0"], (row) => row.x ?? "0");
  // Validation rows are of one group, so that its column does not vary.
  expect(await made.permute("m", true)).toEqual({ views: [], leftOut: 3 });
  expect((await made.permute("m", false)).views).toHaveLength(3);
});
