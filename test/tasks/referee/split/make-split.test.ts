import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { View } from "../../../../tasks/referee/referee.ts";
import { AUC, binary, fromRows, type Row, readCsv, seeded, toCsv } from "../../made-competition.ts";
import { referee, viewsOf } from "../opened.ts";

type Made = Awaited<ReturnType<typeof referee>>;
const rows = async (made: Made, view: View, file: "train.csv" | "test.csv"): Promise<Row[]> => {
  await made.unseal([]);
  return readCsv(join(await made.input(view), file));
};
const share = (table: Row[], name: string, value: string) =>
  table.filter((row) => row[name] === value).length / table.length;
const regression = (name: string) => ({
  type: "regression",
  metric: { name, direction: "minimize" },
  target_columns: ["y"],
});

test("as many folds judge as reach ten thousand rows, all five where they do not, and further ones settle near-ties", async () => {
  const of = async (count: number) => (await referee(fromRows(binary(count + 20), AUC))).split;
  expect(await of(600)).toMatchObject({ kind: "k-fold", searchFolds: 5 });
  expect(await of(8000)).toMatchObject({ kind: "k-fold", searchFolds: 5 });
  const large = await of(30_000);
  expect(large).toMatchObject({ kind: "k-fold", searchFolds: 2 });
  expect(large.folds).toHaveLength(5);
  expect(large.sealedRows / large.trainRows).toBeCloseTo(0.15, 2);
});

test("every part keeps the shares of the classes, a rare class included", async () => {
  const kinds = Array.from({ length: 1020 }, (_, i) =>
    i === 5 ? "once" : i % 340 === 7 ? "rare" : i % 4 === 0 ? "some" : "most",
  );
  const made = await referee(
    fromRows(
      binary(1020).map((row, i) => ({ ...row, y: kinds[i] ?? "", kind: kinds[i] ?? "" })),
      { ...AUC, type: "multiclass", metric: { name: "f1_macro", direction: "maximize" } },
    ),
  );
  expect(made.split.strategy).toBe("stratified");
  for (const view of viewsOf(made)) {
    const valid = (await rows(made, view, "test.csv")).map((row) => ({ y: row.kind ?? "" }));
    expect(share(valid, "y", "some")).toBeCloseTo(0.25, 1);
    // What is judged can be learned: each class of the training table trains in each view.
    const train = new Set((await rows(made, view, "train.csv")).map((row) => row.y));
    expect([...train].sort()).toEqual(["most", "once", "rare", "some"]);
  }
});

test("a regression is stratified by target quantiles", async () => {
  const next = seeded(1);
  const made = await referee(
    fromRows(
      binary(1020).map((row) => {
        const y = String(next() ** 6 * 1000);
        return { ...row, y, copy: y };
      }),
      regression("rmse"),
    ),
  );
  expect(made.split).toMatchObject({ strategy: "stratified" });
  const means = await Promise.all(
    viewsOf(made).map(async (view) => {
      const valid = await rows(made, view, "test.csv");
      return valid.filter((row) => Number(row.copy) > 500).length / valid.length;
    }),
  );
  expect(Math.max(...means) - Math.min(...means)).toBeLessThan(0.03);
});

test("no group stands on both sides of any view", async () => {
  const made = await referee(
    fromRows(
      binary(920, (i) => ({ patient: `p${(i * i) % 61}` })),
      { ...AUC, group_column: "patient" },
    ),
  );
  expect(made.split.strategy).toBe("group");
  const patients = (table: Row[]) => new Set(table.map((row) => row.patient));
  const sealed = patients(await rows(made, "sealed", "test.csv"));
  for (const view of viewsOf(made)) {
    const train = patients(await rows(made, view, "train.csv"));
    const valid = patients(await rows(made, view, "test.csv"));
    expect([...train].filter((name) => valid.has(name))).toEqual([]);
    if (view !== "sealed")
      expect([...train, ...valid].filter((name) => sealed.has(name))).toEqual([]);
  }
});

test("two groups cannot be split by, and the reason says so", async () => {
  const made = await referee(
    fromRows(
      binary(320, (i) => ({ side: i % 2 ? "left" : "right" })),
      { ...AUC, group_column: "side" },
    ),
  );
  expect(made.split.strategy).toBe("stratified");
  expect(made.split.why).toContain("the 2 groups are too few");
});

test("with a later test, no view trains on rows later than it validates, and equal times stay together", async () => {
  const day = (i: number) =>
    new Date(Date.UTC(2020, 0, 1 + Math.floor(i / 4))).toISOString().slice(0, 10);
  // Four rows a day, file order shuffled, and the test the last fifty days.
  const series = binary(1200, (i) => ({ date: day(i) }));
  const train = series.slice(0, 1000).sort((a, b) => (a.x ?? "").localeCompare(b.x ?? ""));
  const made = await referee(
    fromRows([...train, ...series.slice(1000)], { ...AUC, time_column: "date" }, { testRows: 200 }),
  );
  expect(made.split.strategy).toBe("time");
  expect(made.split.sealedRows).toBe(200);
  let before = "9999";
  for (const view of ["sealed" as const, ...made.split.folds.map((fold) => fold.view)]) {
    const dates = (table: Row[]) => table.map((row) => row.date ?? "").sort();
    const trained = dates(await rows(made, view, "train.csv"));
    const judged = dates(await rows(made, view, "test.csv"));
    expect((trained.at(-1) ?? "") < (judged[0] ?? "")).toBe(true);
    expect((judged.at(-1) ?? "") < before).toBe(true);
    before = judged[0] ?? "";
  }
  expect(made.split.folds.length).toBeGreaterThan(1);
});

test("a time column that does not divide train from test is no reason to split by time", async () => {
  const made = await referee(
    fromRows(
      binary(420, (i) => ({ date: `2020-01-${String(1 + (i % 28)).padStart(2, "0")}` })),
      {
        ...AUC,
        time_column: "date",
      },
    ),
  );
  expect(made.split.strategy).toBe("stratified");
});

test("a subsample caps training rows of search views, never of the sealed and the final one", async () => {
  const competition = fromRows(
    binary(2020, (i) => ({ patient: `p${i % 100}`, when: String(i) })),
    AUC,
  );
  const made = await referee(competition, { subsample: 300 });
  for (const view of viewsOf(made)) {
    const train = await rows(made, view, "train.csv");
    // The sealed view stands for the final one, which has all rows.
    const { trainRows, sealedRows } = made.split;
    expect(train).toHaveLength(view === "sealed" ? trainRows - sealedRows : 300);
    expect(share(train, "y", "1")).toBeCloseTo(0.5, 1);
  }
  expect(await rows(made, "final", "train.csv")).toHaveLength(2000);
  const grouped = await referee({ ...competition, group_column: "patient" }, { subsample: 300 });
  const groups = await rows(grouped, "fold-0", "train.csv");
  expect(groups.length).toBeGreaterThan(250);
  expect(groups.length).toBeLessThanOrEqual(300);
  const sizes = new Map<string, number>();
  for (const { patient = "" } of groups) sizes.set(patient, (sizes.get(patient) ?? 0) + 1);
  expect(new Set(sizes.values())).toEqual(new Set([20]));
  const timed = await referee({ ...competition, time_column: "when" }, { subsample: 300 });
  expect(timed.split.strategy).toBe("time");
  const times = (table: Row[]) => table.map((row) => Number(row.when));
  const shown = times(await rows(timed, "fold-0", "train.csv"));
  const judged = times(await rows(timed, "fold-0", "test.csv"));
  expect(shown).toHaveLength(300);
  // From all of history, the latest row among them.
  expect(Math.min(...shown)).toBeLessThan(10);
  expect(Math.max(...shown) + 1).toBe(Math.min(...judged));
});

test("the cap is lifted for good before a search view is shown, and never after", async () => {
  const competition = fromRows(binary(2020), AUC);
  const made = await referee(competition, { subsample: 300 });
  const { trainRows, sealedRows, folds } = made.split;
  const whole = trainRows - sealedRows - (folds[0]?.validRows ?? 0);
  expect(await made.cappedRows()).toEqual({ capped: 300, whole });
  const capped = await rows(made, "trial-0", "train.csv");
  expect(capped).toHaveLength(300);
  await made.useAllRows();
  const train = await rows(made, "fold-0", "train.csv");
  const valid = await rows(made, "fold-0", "test.csv");
  expect(train).toHaveLength(whole);
  const ids = (table: Row[]) => new Set(table.map((row) => row.id));
  expect([...ids(capped)].filter((id) => !ids(train).has(id))).toEqual([]);
  expect([...ids(valid)].filter((id) => ids(train).has(id))).toEqual([]);
  expect(await rows(made, "trial-0", "test.csv")).toEqual(valid);
  await made.useAllRows();

  const late = await referee(competition, { subsample: 300 });
  expect(await rows(late, "fold-0", "train.csv")).toHaveLength(300);
  await expect(late.useAllRows()).rejects.toThrow(/after a search view was shown/u);
  const uncapped = await referee(competition, { subsample: 3000 });
  expect(await uncapped.cappedRows()).toBeNull();
});

test("training rows without an answer train but are never judged", async () => {
  const made = await referee(
    fromRows(
      binary(420).map((row, i) => (i % 10 === 0 ? { ...row, y: "" } : row)),
      AUC,
    ),
  );
  for (const view of viewsOf(made)) {
    const valid = await rows(made, view, "test.csv");
    expect(valid.filter((row) => Number(row.id?.slice(1)) % 10 === 0)).toEqual([]);
    expect((await rows(made, view, "train.csv")).filter((row) => row.y === "")).toHaveLength(40);
  }
});

test("a training table without ids gets numbered validation rows", async () => {
  const plain = binary(220);
  const competition = fromRows(plain, AUC);
  const made = await referee({ ...competition, id_column: "id" });
  expect(made.split.why).not.toContain("numbered");
  writeFileSync(
    join(competition.folder, "train.csv"),
    toCsv(plain.slice(0, 200), ["x", "mark", "y"]),
  );
  const numbered = await referee(competition);
  expect(numbered.split.why).toContain("numbered");
  const valid = await rows(numbered, "fold-0", "test.csv");
  expect(valid.map((row) => row.id)).toEqual(valid.map((_, i) => String(i)));
});

test("ids that stand several times in train: validation rows are numbered, and a group stays together", async () => {
  const several = binary(200).map((row, i) => ({ ...row, id: `p${i % 60}` }));
  const made = await referee(fromRows(several, { ...AUC, group_column: "id" }));
  expect(made.split.strategy).toBe("group");
  expect(made.split.why).toContain("id 'p0' stands several times in the training table");
  const valid = await rows(made, "fold-0", "test.csv");
  const trained = await rows(made, "fold-0", "train.csv");
  expect(valid.map((row) => row.id)).toEqual(valid.map((_, i) => String(i)));
  await made.unseal([]);
  const all = readCsv(join(await made.input("final"), "train.csv"));
  const left = new Set(trained.map((row) => row.id));
  expect(trained.length).toBeLessThan(all.length);
  expect(all.filter(({ id }) => left.has(id))).toHaveLength(trained.length);
});

test("what cannot be split is self-reported with the reason", async () => {
  const why = async (table: Row[], task: Partial<typeof AUC> & Record<string, unknown>) => {
    const { split } = await referee(fromRows(table, { ...AUC, ...task }));
    expect(split.kind).toBe("self-reported");
    return split.why;
  };
  expect(await why(binary(30), {})).toContain("10 training rows are too few");
  expect(
    await why(
      binary(100).map((row) => ({ ...row, y: "1" })),
      {},
    ),
  ).toContain("two classes in y");
  const words = binary(100).map((row) => ({ ...row, y: "many" }));
  expect(await why(words, regression("mae"))).toContain("y is 'many' in record 1");
  const classes = {
    prediction_columns: ["a", "b"],
    metric: { name: "log_loss", direction: "minimize" },
  };
  expect(await why(binary(100), classes)).toContain("are not the classes of y (0, 1)");
});
