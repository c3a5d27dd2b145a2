import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Competition } from "../../../tasks/competition.ts";
import { loadWithPreparation, SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { openReferee } from "../../../tasks/referee/open.ts";
import { MADE_IDS, makeBench } from "../../fakes/made-bench/made-bench.ts";
import { sampled } from "../../sample.ts";
import { python } from "../interpreter.ts";

let root: string;
const chosen = sampled(MADE_IDS, { size: 5, seed: 11 });
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-made-bench-"));
  await makeBench(join(root, "data"), [...chosen, "denoising-dirty-documents"]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

function load(id: string, dataDir = join(root, "data")) {
  return loadWithPreparation(`mle-bench:${id}`, {
    tasksDir: SHIPPED_FOLDER,
    preparer: { cacheDir: join(root, "cache"), python: async () => python },
    benchDataDir: dataDir,
  });
}

async function open(competition: Competition) {
  const folder = await mkdtemp(join(root, "referee-"));
  return openReferee({ competition, python, folder, seed: 0, subsample: null });
}

for (const id of chosen) {
  test(`${id}: is split, and no answer of a validation row is reachable`, async () => {
    const { competition } = await load(id);
    const referee = await open(competition);
    expect(referee.split.why).not.toContain("cannot split");
    expect(referee.split.kind).not.toBe("self-reported");
    const view = await referee.input("fold-0");
    expect(await leaksOf(competition, view)).toEqual([]);
    await referee.close();
  });
}

test("rows that cannot be held back make a self-reported competition with all files in data/", async () => {
  const { competition } = await load("denoising-dirty-documents");
  const referee = await open(competition);
  expect(referee.split.kind).toBe("self-reported");
  const view = await referee.input("final");
  expect(await readdir(view)).toEqual(
    expect.arrayContaining(["data", "sample_submission.csv", "description.md"]),
  );
  expect(competition.metric.direction).toBe("minimize");
  await referee.close();
});

test("data that are not there, or not prepared, or pointers, are refused in one line", async () => {
  const empty = await mkdtemp(join(root, "empty-"));
  await expect(load("leaf-classification", empty)).rejects.toThrow(
    "there is no data of leaf-classification",
  );
  await makeBench(empty, ["spooky-author-identification"]);
  const folder = join(empty, "spooky-author-identification", "prepared", "public");
  await writeFile(join(folder, "train.csv"), "version https://git-lfs.github.com/spec/v1\noid x\n");
  await expect(load("spooky-author-identification", empty)).rejects.toThrow(
    "its files are pointers of Git LFS, not data; prepare it",
  );
  await rm(folder, { recursive: true });
  await expect(load("spooky-author-identification", empty)).rejects.toThrow(
    "this competition is not prepared",
  );
});

test("the description without names is taken where it is asked for", async () => {
  const [id = ""] = chosen;
  await expect(load(`${id}:obfuscated`)).rejects.toThrow("no description_obfuscated.md; copy it");
  await writeFile(join(root, "data", id, "description_obfuscated.md"), "# A task\n");
  const { competition } = await load(`${id}:obfuscated`);
  expect(competition.description).toBe("# A task\n");
});

/** Answers of validation rows that the view's files tell: in a line beside their id, or by the place of their file. */
async function leaksOf(competition: Competition, view: string): Promise<string[]> {
  const { folder, files, id_column, target_columns } = competition;
  const rows = await readTable(join(folder, files.train));
  const test = await readTable(join(view, files.test));
  const shown = await readTable(join(view, files.train));
  const paths = await listFiles(view);
  const places = new Map<string, string>();
  for (const path of paths) places.set(await contentOf(join(view, path)), path);
  const leaks: string[] = [];
  if (target_columns.some((name) => name in (test[0] ?? {}))) leaks.push("test has the target");
  const key = rows.every((row) => row[id_column ?? ""] !== undefined) ? (id_column ?? "") : "";
  const trained = new Set(shown.map((row) => JSON.stringify(row)));
  const hidden = rows.filter((row) => !trained.has(JSON.stringify(row)));
  expect(hidden.length).toBeGreaterThan(0);
  const texts = new Map<string, string>();
  for (const path of paths.filter((each) => /\.(csv|json|txt|xyz)$/u.test(each)))
    if (path !== files.train) texts.set(path, await readFile(join(view, path), "utf8"));
  texts.delete(files.sample_submission);
  for (const row of hidden) {
    const answer = target_columns.map((name) => row[name] ?? "").join(",");
    if (key !== "") leaks.push(...lineLeaks(row[key] ?? "", answer, texts));
    leaks.push(...(await placeLeaks(row, answer, { competition, paths, places })));
  }
  return leaks;
}

/** Lines of other tables that end with the answer of the row that they name. */
function lineLeaks(id: string, answer: string, texts: ReadonlyMap<string, string>): string[] {
  const leaks: string[] = [];
  for (const [path, text] of texts) {
    if (basename(path, extname(path)) === id) continue;
    const lines = text.split("\n").filter((line) => line.split(",").includes(id));
    if (lines.some((line) => line.endsWith(`,${answer}`))) leaks.push(`${path}: ${id},${answer}`);
  }
  return leaks;
}

/** Files of a validation row whose place in the view says the answer, or that rows of test do not have. */
async function placeLeaks(
  row: Record<string, string>,
  answer: string,
  view: { competition: Competition; paths: string[]; places: Map<string, string> },
): Promise<string[]> {
  const { folder, id_column, media_columns } = view.competition;
  const leaks: string[] = [];
  for (const column of media_columns.filter((name) => name !== id_column)) {
    const place = view.places.get(await contentOf(join(folder, row[column] ?? "")));
    // Rows of other folds and of the sealed holdout are in no place of this view.
    if (place === undefined) continue;
    const words = place.replace(/row-\d+\.\w+$/u, "").split(/[/_.-]/u);
    if (words.includes(answer) || place === row[column]) leaks.push(place);
  }
  const id = row[id_column ?? ""] ?? "";
  leaks.push(...view.paths.filter((path) => path.includes("/masks/") && path.includes(id)));
  return leaks;
}

async function contentOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

async function readTable(path: string): Promise<Record<string, string>[]> {
  return parse(await readFile(path, "utf8"), { columns: true });
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
