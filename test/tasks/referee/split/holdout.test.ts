import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunRefused } from "../../../../runs/errors.ts";
import type { OpenReferee } from "../../../../tasks/referee/open.ts";
import type { View } from "../../../../tasks/referee/referee.ts";
import { AUC, binary, fromRows, readCsv, scratch, toCsv } from "../../made-competition.ts";
import { referee } from "../opened.ts";

const competition = fromRows(binary(400), AUC);

async function submitted(made: OpenReferee, view: View): Promise<string> {
  const file = join(scratch(), "submission.csv");
  const table = readCsv(join(await made.input(view), "test.csv"));
  writeFileSync(file, toCsv(table.map(({ id = "", x = "" }) => ({ id, y: x }))));
  return file;
}

/** A referee whose search views hold predictions of two solutions, and a file that fits the sealed view. */
async function prepared() {
  const folder = scratch();
  const made = await referee(competition, { folder });
  for (const { view } of made.split.folds)
    for (const id of ["one", "two"]) await made.judge(id, view, await submitted(made, view));
  return { folder, made };
}

const ONE = { id: "one", expected: 0, spread: 0 };

test("nothing is laid out, judged, applied or fitted on the sealed rows before the gate opens", async () => {
  const { made } = await prepared();
  const views = made.split.folds.map(({ view }) => view);
  const blend = await made.blend("both", "mean", ["one", "two"], views);
  const file = await submitted(made, "fold-0");
  await expect(made.input("sealed")).rejects.toThrow(RunRefused);
  await expect(made.judge("one", "sealed", file)).rejects.toThrow(/not now/u);
  await expect(made.applyBlend(blend, "sealed")).rejects.toThrow(RunRefused);
  await expect(made.blend("late", "mean", ["one"], ["sealed"])).rejects.toThrow(/search views/u);
});

test("the gate lets in those it was opened for, and closes for good when they are chosen from", async () => {
  const { folder, made } = await prepared();
  await made.unseal(["one"]);
  const file = await submitted(made, "sealed");
  await expect(made.judge("two", "sealed", file)).rejects.toThrow(/none of the finalists/u);
  expect(await made.judge("one", "sealed", file)).toMatchObject({ status: "scored" });
  const choice = await made.choose([ONE]);
  expect(choice).toMatchObject({ order: ["one"], selectionBias: 0 });
  for (const other of [made, await referee(competition, { folder })]) {
    await expect(other.unseal(["two"])).rejects.toThrow(/opened already, for other finalists/u);
    await expect(other.input("sealed")).rejects.toThrow(/second opening is refused/u);
    await expect(other.judge("one", "sealed", file)).rejects.toThrow(/second opening/u);
    // What was found out can be looked at again, and chosen from again with the same result.
    expect(await other.score("one", ["sealed"])).toMatchObject({
      score: choice.finalists[0]?.score,
    });
    expect(await other.choose([ONE])).toEqual(choice);
  }
});

test("a process that was killed while the gate stood open goes on with the same finalists only", async () => {
  const { folder, made } = await prepared();
  await made.unseal(["two", "one"]);
  await made.close();
  const again = await referee(competition, { folder });
  await expect(again.unseal(["one"])).rejects.toThrow(RunRefused);
  await again.unseal(["one", "two"]);
  expect(await again.judge("two", "sealed", await submitted(again, "sealed"))).toMatchObject({
    status: "scored",
  });
});

test("a gate whose state cannot be read is shut", async () => {
  const { folder, made } = await prepared();
  await made.unseal(["one"]);
  const path = join(folder, "sealed.json");
  writeFileSync(path, readFileSync(path, "utf8").slice(0, 9));
  await expect(made.input("sealed")).rejects.toThrow(/second opening is refused/u);
  await expect(made.unseal(["one"])).rejects.toThrow(RunRefused);
});

test("of a holdout that nobody could be judged on, nothing is left to open", async () => {
  const { made } = await prepared();
  await made.unseal(["one"]);
  expect(await made.choose([])).toMatchObject({ order: [], interval: null });
  await expect(made.input("sealed")).rejects.toThrow(RunRefused);
});
