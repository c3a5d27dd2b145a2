import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRun } from "../../../../runs/record/folder.ts";
import type { SplitName, Splits } from "../../../../runs/record/splits.ts";
import { readTrajectories } from "../../../../runs/report/across/trajectory-store.ts";
import { freshFolder, journalRun } from "../../journal-fixture.ts";

/** A runs folder with one run each; two competitions of the same `data` are one under two names. */
async function shelfOf(competitions: readonly { id: string; data: string }[]): Promise<string> {
  const root = await freshFolder();
  for (const { id, data } of competitions) {
    const folder = await createRun(root, id, "r1");
    const about = {
      id,
      title: id,
      metric: "rmse",
      direction: "minimize" as const,
      thresholds: null,
    };
    await journalRun(join(folder, "journal.jsonl"), undefined, {
      competition: about,
      dataHash: data,
    });
  }
  return root;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function rowsOf(root: string, splits: Splits, wanted: SplitName[] = ["train", "dev"]) {
  const notes: string[] = [];
  const options = {
    splits,
    wanted,
    path: process.env.PATH ?? "",
    report: (line: string) => notes.push(line),
  };
  const rows = await collect(readTrajectories(root, options));
  return { rows, notes };
}

const only = (test: string): Splits => ({ of: (id) => (id === test ? "test" : "train") });

test("rows are made from the journals at will, alike each time, and none of a competition that is tested on", async () => {
  const root = await shelfOf([
    { id: "houses", data: "1" },
    { id: "cats", data: "2" },
  ]);
  const { rows } = await rowsOf(root, only("cats"));
  expect(rows.length).toBe(5);
  expect(new Set(rows.map(({ competition }) => competition))).toEqual(new Set(["houses"]));
  expect((await rowsOf(root, only("cats"))).rows).toEqual(rows);
});

test("a copy of a competition that is tested on counts as that one", async () => {
  const root = await shelfOf([
    { id: "houses", data: "1" },
    { id: "homes", data: "1" },
    { id: "cats", data: "2" },
  ]);
  const { rows, notes } = await rowsOf(root, only("homes"));
  expect(new Set(rows.map(({ competition }) => competition))).toEqual(new Set(["cats"]));
  expect(notes).toEqual(["houses counts as test: it is a copy of one that does"]);
});

test("over random splits and copies, nothing that is learned from is a copy of what is tested on", async () => {
  const data = ["1", "1", "2", "3", "3", "3", "4"];
  const competitions = data.map((hash, index) => ({ id: `c${index}`, data: hash }));
  const root = await shelfOf(competitions);
  const split = fc.constantFrom<SplitName>("train", "dev", "test");
  await fc.assert(
    fc.asyncProperty(fc.array(split, { minLength: 7, maxLength: 7 }), async (names) => {
      const { rows } = await rowsOf(root, { of: (id) => names[Number(id.slice(1))] ?? "train" });
      const tested = data.filter((_, index) => names[index] === "test");
      const learned = rows.map(({ competition }) => data[Number(competition.slice(1))] ?? "");
      expect(learned.filter((each) => tested.includes(each))).toEqual([]);
      const shared = data.filter((hash) => {
        const of = rows.filter(({ competition }) => data[Number(competition.slice(1))] === hash);
        return new Set(of.map((row) => row.split)).size > 1;
      });
      expect(shared).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test("only one run is read before its rows are asked for, so that ten thousand need no more memory than one", async () => {
  const root = await shelfOf([
    { id: "houses", data: "1" },
    { id: "cats", data: "2" },
  ]);
  const options = {
    splits: only("none"),
    wanted: ["train" as const],
    path: process.env.PATH ?? "",
  };
  const rows = readTrajectories(root, { ...options, report: () => undefined });
  const first = await rows.next();
  await rm(join(root, "cats"), { recursive: true });
  await mkdir(join(root, "cats", "r1"), { recursive: true });
  await writeFile(join(root, "cats", "r1", "journal.jsonl"), "");
  const rest = await collect(rows);
  expect(first.value?.competition).toBe("houses");
  expect(rest.map(({ competition }) => competition)).toEqual(Array(4).fill("houses"));
});

test("a run that cannot be read is named and passed over", async () => {
  const root = await shelfOf([
    { id: "houses", data: "1" },
    { id: "cats", data: "2" },
  ]);
  const file = join(root, "cats", "r1", "journal.jsonl");
  const lines = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, [lines[0], "broken", ...lines.slice(2)].join("\n"));
  const { rows, notes } = await rowsOf(root, only("none"));
  expect(rows.length).toBe(5);
  expect(notes).toEqual([expect.stringMatching(/^passed over: .*not JSON/u)]);
});
