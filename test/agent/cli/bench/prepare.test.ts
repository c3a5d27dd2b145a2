import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lastObject, mleStar } from "../../../end-to-end/program.ts";
import { makeBench } from "../../../fakes/made-bench/made-bench.ts";

const standIn = fileURLToPath(new URL("../../../fakes/mlebench", import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-prepare-"));
  await cp(standIn, join(root, "package"), { recursive: true });
  await script("python", `PYTHONPATH=${join(root, "package")} exec python3 "$@"`);
  // A client that knows three competitions: one downloads, one wants its rules accepted, one asks when it is prepared.
  await script(
    "kaggle",
    [
      'case "$3" in',
      '  leaf-classification) echo "403 - You must accept this competition" >&2; exit 1;;',
      '  aerial-cactus-identification) echo asks >"$5/$3.zip"; truncate -s 4 "$5/$3.zip";;',
      '  *) echo data >"$5/$3.zip";;',
      "esac",
    ].join("\n"),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function script(name: string, body: string): Promise<void> {
  await writeFile(join(root, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(root, name), 0o755);
}

test("what can be prepared is, what fails says why, and rules to accept are listed at the end", async () => {
  const data = join(root, "data");
  const ids = "leaf-classification,aerial-cactus-identification,spooky-author-identification";
  const args = ["bench", "prepare", "--ids", ids, "--data-dir", data].concat([
    "--mlebench",
    join(root, "python"),
    "--kaggle",
    join(root, "kaggle"),
  ]);
  const token = { KAGGLE_API_TOKEN: "t" };
  const first = await mleStar(args, token);
  expect(first.code).toBe(1);
  expect(first.stdout).toContain("https://www.kaggle.com/c/leaf-classification/rules");
  expect(first.stdout).toMatch(/aerial-cactus-identification +failed +EOFError/u);
  expect(first.stdout).toMatch(/spooky-author-identification +prepared/u);
  const status = join(data, "leaf-classification", "prepare.json");
  expect(JSON.parse(await readFile(status, "utf8"))).toMatchObject({ state: "rules" });
  const again = lastObject(await mleStar([...args, "--json"], token));
  expect(again.competitions).toMatchObject([
    { state: "rules" },
    { state: "failed" },
    { state: "already there" },
  ]);
});

test("what is missing is told in one line before anything is downloaded", async () => {
  const env = { HOME: join(root, "home"), MLE_STAR_CACHE: join(root, "cache") };
  const ended = await mleStar(["bench", "prepare", "--split", "low", "--data-dir", root], env);
  expect(ended.code).toBe(2);
  expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  expect(ended.stderr).toContain("the package mlebench");
  expect(ended.stderr).toContain("Kaggle credentials");
});

test("data that others prepared, and those of MLE-Dojo, are taken over", async () => {
  const [theirs, data] = [join(root, "theirs"), join(root, "imported")];
  await makeBench(theirs, ["spooky-author-identification", "aerial-cactus-identification"]);
  const dojo = join(theirs, "aerial-cactus-identification");
  await mkdir(join(dojo, "info"));
  await rename(join(dojo, "prepared"), join(dojo, "data"));
  await rm(join(dojo, "data", "public", "description.md"));
  await writeFile(join(dojo, "info", "description.txt"), "Cacti.\n");
  await writeFile(join(dojo, "info", "private_leaderboard.csv"), "rank,score\n1,1.0\n");
  const args = ["bench", "import", theirs, "--data-dir", data, "--json"];
  const found = lastObject(await mleStar(args));
  expect(found.competitions).toMatchObject([{ state: "imported" }, { state: "imported" }]);
  const home = join(data, "aerial-cactus-identification");
  expect(await readFile(join(home, "prepared", "public", "description.md"), "utf8")).toBe(
    "Cacti.\n",
  );
  expect(await readFile(join(home, "leaderboard.csv"), "utf8")).toContain("rank,score");
  expect(await readFile(join(home, "prepared", "private", "test.csv"), "utf8")).toContain(
    "has_cactus",
  );
  expect(lastObject(await mleStar(args)).competitions).toMatchObject([
    { state: "already there" },
    { state: "already there" },
  ]);
});

test("pointers of Git LFS are told in one line before anything is done: in the package, and in what is taken over", async () => {
  const data = join(root, "pointers");
  const board = join(root, "package", "mlebench", "competitions", "spooky-author-identification");
  await mkdir(board, { recursive: true });
  await mkdir(data);
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
  await writeFile(join(board, "leaderboard.csv"), pointer);
  const args = ["bench", "prepare", "--ids", "spooky-author-identification", "--data-dir", data];
  const tools = ["--mlebench", join(root, "python"), "--kaggle", join(root, "kaggle")];
  const ended = await mleStar([...args, ...tools], { KAGGLE_API_TOKEN: "t" });
  expect(ended.code).toBe(2);
  expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  expect(ended.stderr).toContain(
    "leaderboards: in the package those of spooky-author-identification are pointers of Git LFS, not scores: `git lfs pull`",
  );
  expect(await readdir(data)).toEqual([]);
  const theirs = join(root, "theirs-with-pointers");
  await makeBench(theirs, ["spooky-author-identification"]);
  const dojo = join(theirs, "spooky-author-identification", "info");
  await mkdir(dojo);
  await writeFile(join(dojo, "private_leaderboard.csv"), pointer);
  const taken = await mleStar(["bench", "import", theirs, "--data-dir", data, "--json"]);
  expect(taken.code).toBe(1);
  expect(lastObject(taken).competitions).toMatchObject([
    { state: "failed", why: expect.stringContaining("a pointer of Git LFS, not data") },
  ]);
  expect(await readdir(data)).toEqual([]);
});
