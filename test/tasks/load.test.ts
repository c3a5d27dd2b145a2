import { join } from "node:path";
import { expect, test } from "vitest";
import {
  loadCompetition,
  loadWithPreparation,
  SHIPPED_FOLDER,
  sampleSubmission,
} from "../../tasks/load.ts";
import { python } from "./interpreter.ts";
import { scratch } from "./made-competition.ts";
import { HOUSES_TASK, houses, madeFolder } from "./made-folder.ts";

const preparer = { cacheDir: scratch(), python: () => Promise.resolve(python) };
const MAE = { name: "mae", k: null, beta: null, quantile: null } as const;
const open = (path: string, given: { target: string[] | null }) =>
  loadWithPreparation(path, {
    tasksDir: SHIPPED_FOLDER,
    preparer,
    given: { ...given, type: "regression", metric: MAE },
  });

test("what a person says of a folder without task.yaml decides target, type and metric", async () => {
  await using folder = await madeFolder(houses());
  const { competition } = await open(folder.path, { target: ["price"] });
  expect(competition).toMatchObject({ target_columns: ["price"], type: "regression" });
  expect(competition.metric).toMatchObject({ name: "mae", direction: "minimize" });
});

test("of a training table alone the column is said in the words of its file", async () => {
  const rows = Array.from({ length: 40 }, (_, row) => `${row};${(row * 37) % 11};${row % 7}`);
  await using folder = await madeFolder({
    "train.csv": `id; Size ; Pay \n${rows.join("\n")}\n`,
  });
  const refused = open(folder.path, { target: null });
  await expect(refused).rejects.toThrow("name it with --target <column> (columns: id, Size, Pay)");
  const { competition, preparation } = await open(folder.path, { target: ["Pay"] });
  expect(competition.target_columns).toEqual(["Pay"]);
  expect(preparation?.folder).toBe(folder.path);
});

test("a task that is written down is not said otherwise by the way", async () => {
  await using folder = await madeFolder({ ...houses(), "task.yaml": HOUSES_TASK });
  await expect(open(folder.path, { target: ["size"] })).rejects.toThrow(
    `${join(folder.path, "task.yaml")} says target, type, metric already: edit it, or leave --target, --type, --metric out`,
  );
});

const withSample = (sample: string) => ({ ...houses(), "sample_submission.csv": sample });

test("the sample submission is found by its name, in task.yaml, and in a competition that was read", async () => {
  await using plain = await madeFolder(houses());
  const bytes = Buffer.from(houses()["sample_submission.csv"] ?? "");
  expect(await sampleSubmission(plain.path, null)).toMatchObject({ bytes });
  await using written = await madeFolder({ ...houses(), "task.yaml": HOUSES_TASK });
  const known = await loadCompetition(written.path);
  const found = { competition: known.id, bytes };
  expect(await sampleSubmission(written.path, null)).toEqual(found);
  expect(await sampleSubmission("elsewhere", known)).toEqual(found);
  expect(await sampleSubmission("birdstrike-damage", null)).toMatchObject({
    competition: "birdstrike-damage",
  });
});

test.each([
  ["a prediction is missing", "id,price\n1,10\n2,\n"],
  ["an id stands twice", "id,price\n1,10\n1,11\n"],
  ["there are no rows", "id,price\n"],
  ["it is no table", "id,price\n1,10\n2\n"],
])("there is none where %s", async (_, sample) => {
  await using folder = await madeFolder(withSample(sample));
  expect(await sampleSubmission(folder.path, null)).toBeNull();
});

test("of a folder without one there is none, and a folder that is not there is refused", async () => {
  const { "sample_submission.csv": _, ...rest } = houses();
  await using folder = await madeFolder(rest);
  expect(await sampleSubmission(folder.path, null)).toBeNull();
  await expect(sampleSubmission(`${folder.path}-not-there`, null)).rejects.toThrow(
    /no competition/u,
  );
});
