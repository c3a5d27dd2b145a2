import { spawn } from "node:child_process";
import { appendFileSync, copyFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CompetitionInvalid } from "../../../../runs/errors.ts";
import { python } from "../../interpreter.ts";
import {
  AUC,
  binary,
  fromRows,
  makeCompetition,
  readTree,
  scratch,
  toCsv,
} from "../../made-competition.ts";
import { referee, viewsOf } from "../opened.ts";

test("the same data and seed give the same split, views and bank after any loss of files", async () => {
  const competition = fromRows(binary(300), AUC);
  const folder = scratch();
  const first = await referee(competition, { folder });
  const input = await first.input("fold-0");
  const before = readTree(input);
  const submission = join(scratch(), "submission.csv");
  copyFileSync(join(input, "sample_submission.csv"), submission);
  const judged = await first.judge("track-1/init", "fold-0", submission);
  const bank = readTree(join(folder, "bank"));
  await first.close();
  // A kill may leave half a view and lose the mark that the split is complete.
  rmSync(join(folder, "split.json"));
  rmSync(join(folder, "views", "fold-0"), { recursive: true });
  writeFileSync(join(folder, "labels", "fold-0.npz"), "torn");
  const again = await referee(competition, { folder });
  expect(again.split).toEqual(first.split);
  expect(readTree(await again.input("fold-0"))).toEqual(before);
  const repeated = await again.judge("track-1/init", "fold-0", submission);
  expect({ ...repeated, seconds: 0 }).toEqual({ ...judged, seconds: 0 });
  expect(readTree(join(folder, "bank"))).toEqual(bank);
  const other = await referee(competition, { seed: 2 });
  expect(other.split.hash).not.toBe(first.split.hash);
});

test("killed at any moment and reopened, the referee answers as if nothing had happened", async () => {
  const competition = fromRows(binary(3000), AUC);
  const clean = await referee(competition);
  const views = viewsOf(clean);
  await clean.unseal([]);
  const expected = await Promise.all(views.map(async (view) => readTree(await clean.input(view))));
  const folder = scratch();
  const script = fileURLToPath(new URL("./open-and-lay-out.ts", import.meta.url));
  for (const delay of [900, 1500, 1900, 2300]) {
    const argv = ["--import", "tsx", script, JSON.stringify({ competition, python, folder })];
    const child = spawn(process.execPath, argv, { stdio: "ignore", detached: true });
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (child.pid !== undefined && child.exitCode === null) process.kill(child.pid, "SIGKILL");
  }
  const reopened = await referee(competition, { folder });
  expect(reopened.split).toEqual(clean.split);
  await reopened.unseal([]);
  for (const [i, view] of views.entries()) {
    expect(readTree(await reopened.input(view))).toEqual(expected[i]);
  }
});

test("changed data or another seed is refused once the split is frozen", async () => {
  const competition = fromRows(binary(300), AUC);
  const folder = scratch();
  await (await referee(competition, { folder })).close();
  await expect(referee(competition, { folder, seed: 9 })).rejects.toThrow(/seed changed/u);
  appendFileSync(join(competition.folder, "train.csv"), "r9999,0.5,mark,1\n");
  const refused = referee(competition, { folder });
  await expect(refused).rejects.toThrow(CompetitionInvalid);
  await expect(refused).rejects.toThrow(/data changed/u);
});

test("a threshold that is named later, and was not known to an earlier version, leaves the split as it is", async () => {
  const competition = fromRows(binary(300), AUC);
  const folder = scratch();
  const first = await referee(competition, { folder });
  await first.close();
  const named = await referee({ ...competition, thresholds: { winner: 0.9 } }, { folder });
  expect(named.split).toEqual(first.split);
});

test("a run that goes on is answered on the split it began with, and refused another one", async () => {
  const competition = fromRows(binary(300), AUC);
  const folder = scratch();
  const { split, ...first } = await referee(competition, { folder });
  await first.close();
  const again = await referee(competition, { folder, known: split });
  expect(again.split).toEqual(split);
  expect(readdirSync(await again.input("fold-0"))).toContain("train.csv");
  const other = await referee(competition, { folder, known: { ...split, hash: "other" } });
  await expect(other.input("fold-0")).rejects.toThrow(/split otherwise.*--fresh/u);
});

test("a layout that cannot be split is self-reported, and its final submission is still checked", async () => {
  const rows = binary(200);
  const competition = makeCompetition(
    { ...AUC, id_column: "key", prediction_columns: ["y"] },
    {
      "train.csv": toCsv(rows),
      "test.csv": toCsv(binary(2).map(({ x }) => ({ x: x ?? "" }))),
      "sample_submission.csv": "key,y\na_1,0\na_2,0\nb_1,0\n",
    },
  );
  const made = await referee(competition);
  expect(made.split).toMatchObject({
    kind: "self-reported",
    folds: [],
    searchFolds: 0,
    sealedRows: 0,
  });
  expect(made.split.why).toContain("the test table has no column 'key'");
  const input = await made.input("final");
  expect(readdirSync(input).sort()).toEqual(
    ["description.md", "sample_submission.csv", "test.csv", "train.csv"].sort(),
  );
  const submission = join(scratch(), "submission.csv");
  writeFileSync(submission, "key,y\na_1,0.5\nb_1,0.2\na_2,1\n");
  expect(await made.judge("s", "final", submission)).toMatchObject({
    status: "accepted",
    score: null,
  });
  writeFileSync(submission, "key,y\na_1,0.5\nb_1,\na_2,1\n");
  const rejected = await made.judge("s", "final", submission);
  expect(rejected).toMatchObject({ status: "invalid-submission", score: null });
  // Scripts of such a run see the public folder, whatever they are run for; nothing of it is scored.
  expect(await made.input("fold-0")).toBe(input);
  const unscored = made.judge("s", "fold-0", submission);
  await expect(unscored).rejects.toThrow(/self-reported run has no view/u);
});
