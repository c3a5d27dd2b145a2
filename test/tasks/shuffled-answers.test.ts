import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCompetition } from "../../tasks/load.ts";
import { withShuffledAnswers } from "../../tasks/shuffled-answers.ts";
import { freshFolder } from "../runs/journal-fixture.ts";
import { houses, madeFolder } from "./made-folder.ts";

test("answers are the same ones on other rows, always alike, and nothing else is changed", async () => {
  await using data = await madeFolder(houses());
  const competition = await loadCompetition(data.path);
  const one = await withShuffledAnswers(competition, join(await freshFolder(), "one"));
  const two = await withShuffledAnswers(competition, join(await freshFolder(), "two"));
  const read = (folder: string, file: string) => readFile(join(folder, file), "utf8");
  const was = (await read(data.path, "train.csv")).trim().split("\n");
  const is = (await read(one.folder, "train.csv")).trim().split("\n");
  expect(await read(two.folder, "train.csv")).toBe(await read(one.folder, "train.csv"));
  const inputs = (lines: string[]) => lines.map((line) => line.replace(/,[^,]*$/u, ""));
  const answers = (lines: string[]) => lines.map((line) => line.split(",").at(-1));
  expect(inputs(is)).toEqual(inputs(was));
  expect(answers(is).toSorted()).toEqual(answers(was).toSorted());
  const moved = is.filter((line, at) => line !== was[at]).length;
  expect(moved).toBeGreaterThan(30);
  for (const file of ["test.csv", "sample_submission.csv"])
    expect(await read(one.folder, file)).toBe(await read(data.path, file));
});
