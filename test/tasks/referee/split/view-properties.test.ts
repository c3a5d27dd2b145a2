import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { RefereeProcess } from "../../../../tasks/referee/process.ts";
import { sampledRuns } from "../../../sample.ts";
import { python } from "../../interpreter.ts";
import { readCsv, readTree, scratch } from "../../made-competition.ts";
import { type Plan, plan, planted, type Unit } from "../planted.ts";

const service = new RefereeProcess({ python, greeting: null, timeoutSeconds: 60, signal: null });
afterAll(() => service.close());

const Opened = z.object({
  kind: z.string(),
  strategy: z.string(),
  why: z.string(),
  sealedRows: z.number(),
  folds: z.array(z.object({ view: z.string(), trainRows: z.number(), validRows: z.number() })),
});

/** Every byte of a folder as one text, names of files included. */
function everything(input: string): string {
  return [...readTree(input)]
    .map(([name, bytes]) => `${name}\n${bytes.toString("utf8")}`)
    .join("\n");
}

/** Units by the side that they are on in a view. */
function sides(input: string, units: readonly Unit[]) {
  const marks = (file: string) => new Set(readCsv(join(input, file)).map((row) => row.mark));
  const [train, valid] = [marks("train.csv"), marks("test.csv")];
  return {
    train: units.filter(({ mark }) => train.has(mark)),
    valid: units.filter(({ mark }) => valid.has(mark)),
    absent: units.filter(({ mark }) => !train.has(mark) && !valid.has(mark)),
  };
}

/** What of a view a solution must not find, by name of the secret. */
function leaks(text: string, { valid, absent }: ReturnType<typeof sides>, given: Plan): string[] {
  const of = (name: string, units: readonly Unit[], secrets: (unit: Unit) => readonly string[]) =>
    units.flatMap((unit) =>
      secrets(unit)
        .filter((it) => text.includes(it))
        .map(() => name),
    );
  const ids = given.layout === "composed" ? [] : absent;
  return [
    ...of("answer of a validation row", valid, (unit) => unit.answers),
    ...of("what test rows have no part in", valid, (unit) => [unit.trainSecret]),
    ...of("answer of a hidden row", absent, (unit) => [...unit.answers, unit.trainSecret]),
    ...of("hidden row", absent, (unit) => [unit.mark, unit.rowSecret]),
    ...of("id of a hidden row", ids, (unit) => [unit.id]),
  ];
}

/** What the layout calls for; a few rows with ties may leave no room for it. */
function expected({ order }: Plan): string[] {
  if (order === "later") return ["time"];
  return order === "grouped" ? ["group"] : ["stratified", "random"];
}

async function check(given: Plan): Promise<void> {
  const { competition, units } = planted(given);
  const { description: _, ...task } = competition;
  const folder = scratch();
  const params = { task, folder, seed: given.seed, subsample: given.subsample, maxFolds: 2 };
  const split = await service.request(Opened, "open", params);
  expect(split.why).not.toContain("cannot split");
  expect(expected(given)).toContain(split.strategy);
  await service.request(z.null(), "unseal", { finalists: [] });
  let sealed: string[] = [];
  for (const view of ["sealed", ...split.folds.map((fold) => fold.view)]) {
    const input = await service.request(z.string(), "input", { view });
    const parts = sides(input, units);
    const text = everything(input);
    expect({ view, given, leaks: leaks(text, parts, given) }).toEqual({ view, given, leaks: [] });
    expect(parts.train.length).toBeGreaterThan(0);
    expect(parts.valid.length).toBeGreaterThan(0);
    expect(parts.train.filter((unit) => parts.valid.includes(unit))).toEqual([]);
    if (given.subsample === null)
      expect(parts.train.length + parts.valid.length).toBeLessThanOrEqual(units.length);
    if (view === "sealed") sealed = parts.valid.map(({ mark }) => mark);
    else expect(sealed.filter((mark) => text.includes(mark))).toEqual([]);
    if (given.order === "later") {
      const latest = Math.max(...parts.valid.map(({ day }) => Number(day)));
      const days = [...text.matchAll(/of-day-(\d+)\./gu)].map((match) => Number(match[1]));
      expect(days.filter((day) => day > latest)).toEqual([]);
    }
    if (given.order === "grouped") {
      const shown = new Set([...parts.train, ...parts.valid].map(({ group }) => group));
      const noted = [...text.matchAll(/of-(g\d+x)/gu)].map((match) => match[1] ?? "");
      expect(noted.filter((group) => !shown.has(group))).toEqual([]);
    }
  }
  expect(sealed).toHaveLength(split.sealedRows);
  for (const path of [folder, competition.folder]) rmSync(path, { recursive: true });
}

test("in no layout does any byte of a view tell of an answer, a row or a file that is hidden from it", async () => {
  await fc.assert(fc.asyncProperty(plan, check), sampledRuns(200, { size: 30, seed: 41 }));
});
