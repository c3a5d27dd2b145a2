import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { RefereeProcess } from "../../../../tasks/referee/process.ts";
import { python } from "../../interpreter.ts";
import { fromRows, type Row, readCsv, scratch, seeded } from "../../made-competition.ts";

const service = new RefereeProcess({ python, greeting: null, timeoutSeconds: 60, signal: null });
afterAll(() => service.close());

const Opened = z.object({
  kind: z.string(),
  strategy: z.string(),
  hash: z.string(),
  sealedRows: z.number(),
  folds: z.array(z.object({ view: z.string(), trainRows: z.number(), validRows: z.number() })),
});

const layout = fc.record({
  count: fc.integer({ min: 60, max: 400 }),
  kind: fc.constantFrom("binary", "classes", "number", "columns"),
  ids: fc.boolean(),
  groups: fc.option(fc.integer({ min: 3, max: 40 }), { nil: null }),
  time: fc.constantFrom(null, "later", "mixed"),
  subsample: fc.option(fc.integer({ min: 20, max: 100 }), { nil: null }),
  holes: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1e6 }),
});
type Layout = typeof layout extends fc.Arbitrary<infer T> ? T : never;

const metrics = {
  binary: ["roc_auc", "maximize"],
  classes: ["accuracy", "maximize"],
  number: ["mae", "minimize"],
  columns: ["roc_auc_columns", "maximize"],
} as const;
const types = {
  binary: "binary",
  classes: "multiclass",
  number: "regression",
  columns: "multilabel",
} as const;

function rowsOf({ count, kind, ids, groups, time, holes, seed }: Layout): Row[] {
  const next = seeded(seed);
  const pick = (below: number) => Math.floor(next() * below);
  const columns: [boolean, string, (i: number) => string][] = [
    [ids, "id", (i) => `r${i}`],
    [true, "mark", String],
    [groups !== null, "group", (i) => (holes && i % 9 === 0 ? "" : `g${pick(groups ?? 1)}`)],
    [time === "later", "time", (i) => String(Math.floor(i / 3))],
    [time === "mixed", "time", () => String(pick(90))],
    [kind === "columns", "z", () => String(pick(2))],
    [kind === "number", "y", () => String(next())],
    [kind !== "number", "y", () => String(pick(kind === "classes" ? 5 : 2))],
  ];
  const present = columns.filter(([there]) => there);
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(present.map(([, name, value]) => [name, value(i)])),
  );
}

function competitionOf(given: Layout) {
  const [name, direction] = metrics[given.kind];
  const task = {
    type: types[given.kind],
    metric: { name, direction },
    target_columns: given.kind === "columns" ? ["y", "z"] : ["y"],
    id_column: given.ids ? "id" : null,
    group_column: given.groups === null ? null : "group",
    time_column: given.time === null ? null : "time",
  };
  return fromRows(rowsOf(given), task, { testRows: 20 });
}

/** What no strategy may break, in one view. */
function checkView(strategy: string, train: Row[], valid: Row[]): void {
  const marks = [...train, ...valid].map((row) => row.mark);
  expect(new Set(marks).size).toBe(marks.length);
  expect(train.length).toBeGreaterThan(0);
  expect(valid.length).toBeGreaterThan(0);
  if (strategy === "group") {
    const trained = new Set(train.map((row) => row.group));
    expect(valid.filter((row) => row.group !== "" && trained.has(row.group))).toEqual([]);
  }
  if (strategy === "time") {
    const latest = Math.max(...train.map((row) => Number(row.time)));
    expect(Math.min(...valid.map((row) => Number(row.time)))).toBeGreaterThan(latest);
  }
}

test("any layout: parts are disjoint, groups whole, time respected, repeatable by seed", async () => {
  const property = fc.asyncProperty(layout, async (given) => {
    const { seed, subsample } = given;
    const params = { task: competitionOf(given), seed, subsample, maxFolds: null };
    const split = await service.request(Opened, "open", { ...params, folder: scratch() });
    const again = await service.request(Opened, "open", { ...params, folder: scratch() });
    expect(again).toEqual(split);
    expect(split.kind).not.toBe("self-reported");
    await service.request(z.null(), "unseal", { finalists: [] });
    let sealed = new Set<string | undefined>();
    for (const view of ["sealed", ...split.folds.map((fold) => fold.view)]) {
      const input = await service.request(z.string(), "input", { view });
      const [train, valid] = [readCsv(join(input, "train.csv")), readCsv(join(input, "test.csv"))];
      checkView(split.strategy, train, valid);
      if (view === "sealed") sealed = new Set(valid.map((row) => row.mark));
      else expect([...train, ...valid].filter((row) => sealed.has(row.mark))).toEqual([]);
      // A group is taken whole, and the sealed view is never capped.
      const cap = split.strategy === "group" || view === "sealed" ? null : subsample;
      expect(train.length).toBeLessThanOrEqual(cap ?? train.length);
    }
    if (given.time === "later") expect(split.strategy).toBe("time");
  });
  await fc.assert(property, { numRuns: 60, seed: 20 });
});
