import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Given } from "../../../tasks/infer/infer.ts";
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

function load(folder: string, given: Given = { target: null, metric: null }) {
  const preparer = { cacheDir: join(root, "cache"), python: async () => python };
  return loadWithPreparation(folder, { tasksDir: SHIPPED_FOLDER, preparer, given });
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

/** Files of two classes in folders of that name, and `tested` of them by their paths below `test`. */
async function classFolders(tested: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(root, "animals-"));
  const train = ["cat", "dog"].flatMap((label) =>
    Array.from({ length: 12 }, (_, place) => `train/${label}/${place}.png`),
  );
  for (const path of [...train, ...tested.map((path) => `test/${path}`)]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), path);
  }
  return folder;
}

test("class folders and test files alone become a competition with a sample of its own", async () => {
  const { competition } = await load(await classFolders(["a.png", "b.png", "c.png"]));
  expect(competition).toMatchObject({ type: "binary", id_column: "file", media_columns: ["path"] });
  const [tested, sample] = await Promise.all(
    ["test.csv", "sample_submission.csv"].map((name) =>
      readFile(join(competition.folder, name), "utf8"),
    ),
  );
  expect(tested).toBe("file,path\na.png,test/a.png\nb.png,test/b.png\nc.png,test/c.png\n");
  expect(sample).toBe("file,label\na.png,cat\nb.png,cat\nc.png,cat\n");
});

test("where folders of test say the class, solutions see numbers, and the answers lie beside", async () => {
  const paths = ["cat", "dog"].flatMap((label) => [0, 1, 2, 3].map((n) => `${label}/${n}.png`));
  const { competition, preparation } = await load(await classFolders(paths));
  const inside = await readdir(join(competition.folder, "test"));
  expect(inside.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${n}.png`));
  const answers = join(competition.folder, "..", "answers.csv");
  expect(preparation?.notes.join("\n")).toContain("the answers are in ");
  const rows = (await readFile(answers, "utf8")).trim().split("\n").slice(1);
  for (const row of rows) {
    const [file = "", label = ""] = row.split(",");
    const held = await readFile(join(competition.folder, "test", file), "utf8");
    expect(held.startsWith(`test/${label}/`)).toBe(true);
  }
  // The order of the numbers says nothing of the classes.
  expect(rows.map((row) => row.split(",")[1])).not.toEqual(paths.map((path) => path.slice(0, 3)));
});

/** Pictures with a count each, half of them named by the sample submission only. */
async function counted(sample: string): Promise<string> {
  const folder = await mkdtemp(join(root, "cells-"));
  const ids = Array.from({ length: 40 }, (_, place) => `c${place}`);
  for (const [place, id] of ids.entries()) {
    const path = join(folder, place < 20 ? "train_images" : "test_images", `${id}.png`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, id);
  }
  const rows = (part: string[], cell: (place: number) => number) =>
    part.map((id, place) => `${id},${cell(place)}\n`).join("");
  await writeFile(join(folder, "train.csv"), `image,cells\n${rows(ids.slice(0, 20), (n) => n)}`);
  await writeFile(join(folder, "sample_submission.csv"), sample + rows(ids.slice(20), () => 0));
  return folder;
}

test("a training table and a sample without a test table become a competition, with what was given", async () => {
  const folder = await counted("image,cells\n");
  const metric = { name: "mae", k: null, beta: null, quantile: null } as const;
  for (const [given, name] of [
    [{ target: null, metric: null }, "rmse"],
    [{ target: null, metric }, "mae"],
  ] as const) {
    const { competition, preparation } = await load(folder, given);
    expect(competition).toMatchObject({
      type: "regression",
      metric: { name },
      target_columns: ["cells"],
      media_columns: ["image"],
    });
    expect(preparation?.notes[0]).toBe("test.csv is made: the ids of sample_submission.csv");
    const tested = await readFile(join(competition.folder, "test.csv"), "utf8");
    expect(tested.split("\n").slice(0, 3)).toEqual(["image", "c20", "c21"]);
  }
});

test("a sample that asks for what no column of train has needs a test table as before", async () => {
  const folder = await counted("picture,cells\n");
  await expect(load(folder)).rejects.toThrow("no test table here");
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
