import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadWithPreparation, SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { makeBench } from "../../fakes/made-bench/made-bench.ts";
import { python } from "../interpreter.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-layouts-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A folder of one's own in the layout of a competition, without its answers. */
async function own(id: string): Promise<string> {
  await makeBench(join(root, "data"), [id]);
  const folder = join(root, `my-${id}`);
  await cp(join(root, "data", id, "prepared", "public"), folder, { recursive: true });
  return folder;
}

function load(folder: string) {
  const preparer = { cacheDir: join(root, "cache"), python: async () => python };
  return loadWithPreparation(folder, { tasksDir: SHIPPED_FOLDER, preparer });
}

test("class folders without a table become a competition, and the folder itself stays as it is", async () => {
  const folder = await own("plant-seedlings-classification");
  const before = await readdir(folder, { recursive: true });
  const { competition, preparation } = await load(folder);
  expect(competition).toMatchObject({
    type: "multiclass",
    id_column: "file",
    target_columns: ["species"],
    media_columns: ["path"],
  });
  expect(preparation?.notes[0]).toContain("train.csv and test.csv are made: 150 training files");
  const train = await readFile(join(competition.folder, "train.csv"), "utf8");
  expect(train.split("\n")).toHaveLength(152);
  expect(await readdir(folder, { recursive: true })).toEqual(before);
});

test("annotations in COCO's form become tables, and no solution gets the annotations", async () => {
  const { competition } = await load(await own("herbarium-2020-fgvc7"));
  expect(competition).toMatchObject({ target_columns: ["category_id"], media_columns: ["path"] });
  const files = await readdir(competition.folder, { recursive: true });
  expect(files.filter((file) => file.endsWith(".json"))).toEqual([]);
});

test("a folder of no known layout is refused as before", async () => {
  const folder = await mkdtemp(join(root, "none-"));
  await expect(load(folder)).rejects.toThrow("it has neither a task.yaml nor a train.csv");
});
