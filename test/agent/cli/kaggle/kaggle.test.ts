import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { credentials, kaggleCommand } from "../../../../agent/cli/kaggle/client.ts";
import { createRun, runFiles } from "../../../../runs/record/folder.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { writeWages } from "../../../end-to-end/made-competition.ts";
import { lastObject, mleStar } from "../../../end-to-end/program.ts";
import { startKaggleServer } from "../../../fakes/servers/kaggle-server.ts";
import { handClock, journalRun } from "../../../runs/journal-fixture.ts";
import { python } from "../../../tasks/interpreter.ts";

let root: string;
let server: Awaited<ReturnType<typeof startKaggleServer>>;
let environment: Record<string, string>;
let left = 5;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-kaggle-"));
  const data = await writeWages(join(root, "data"));
  const archive = join(root, "archive.zip");
  const names = ["train.csv", "test.csv", "sample_submission.csv"];
  execFileSync(python, ["-m", "zipfile", "-c", archive, ...names], { cwd: data });
  server = await startKaggleServer(await readFile(archive), () => left);
  const cacheDir = join(root, "cache");
  // The real client, from PyPI, in an environment of its own.
  await kaggleCommand(undefined, { cacheDir }, () => undefined);
  const own = { MLE_STAR_CACHE: cacheDir, MLE_STAR_PYTHON: python, HOME: join(root, "home") };
  environment = { ...server.environment, ...own };
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

test("a competition is downloaded by Kaggle's client, made by init, and kept for the next run", async () => {
  const args = ["run", "kaggle:wages-of-somebody", "--quick", "--dry-run", "--json"];
  const where = ["--sandbox", "process", "--runs-dir", join(root, "runs")];
  const { code, stderr } = await mleStar([...args, ...where], environment);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("downloading wages-of-somebody from Kaggle");
  const folder = join(root, "cache", "kaggle", "wages-of-somebody");
  const task = await readFile(join(folder, "task.yaml"), "utf8");
  expect(task).toMatch(/^id: wages-of-somebody$/mu);
  expect(task).toContain("pay");
  expect((await mleStar([...args, ...where], environment)).stderr).not.toContain("downloading");
});

test("rules that are not accepted are an address to click, in one line, and nothing is left", async () => {
  const { code, stderr } = await mleStar(["run", "kaggle:rules-first", "--quick"], environment);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error: accept the rules of rules-first at https:\/\/www\.kaggle\.com\/c\/rules-first\/rules, and repeat the command\n$/mu,
  );
  expect(existsSync(join(root, "cache", "kaggle", "rules-first"))).toBe(false);
  const unknown = await mleStar(["run", "kaggle:../up", "--quick"], environment);
  expect(unknown).toMatchObject({ code: 2 });
});

/** A run that has ended, with a submission of its own. */
async function endedRun(): Promise<{ runs: string; folder: string }> {
  const runs = await mkdtemp(join(root, "runs-"));
  const folder = await createRun(runs, "houses", "one");
  const files = runFiles(folder);
  await journalRun(files.journal, { base: "a", first: "b", second: "c".repeat(40), blend: "d" });
  await writeFile(files.submission, "id,pay\n1,2\n");
  const journal = await openJournal(files.journal, { clock: handClock() });
  await journal.append("submission-written", "publish/again", {
    ...{ solution: "track-1/refine-1/attempt-2/fix-1", sha256: sha256("id,pay\n1,2\n") },
    ...{ why: "chosen", unchecked: [], isBest: true, isSample: false },
  });
  await journal.close();
  return { runs, folder };
}

test("a submission is sent after a yes, with run and commit, and its public score is noted with the run", async () => {
  const { runs, folder } = await endedRun();
  const args = ["submit", "one", "--runs-dir", runs, "--competition", "houses-of-somebody"];
  const unasked = await mleStar(args, environment);
  expect(unasked).toMatchObject({ code: 2 });
  expect(unasked.stderr).toContain("confirm it with --yes");
  expect(server.sent).toEqual([]);
  const journal = await readFile(runFiles(folder).journal, "utf8");
  const sent = await mleStar([...args, "--yes", "--json"], environment);
  expect(sent.code, sent.stderr).toBe(0);
  const message = `mle-star houses/one ${"c".repeat(12)}`;
  expect(lastObject(sent)).toMatchObject({ message, status: "complete", score: "0.87654" });
  expect(server.sent).toEqual([{ description: message, file: "id,pay\n1,2\n" }]);
  const shown = await mleStar(["runs", "show", "one", "--runs-dir", runs]);
  expect(shown.stdout).toMatch(
    /^public score on Kaggle \(houses-of-somebody, .*\): 0\.87654; a note/mu,
  );
  // Nothing reads it to decide: the journal is as it was.
  expect(await readFile(runFiles(folder).journal, "utf8")).toBe(journal);
});

test("no submission is sent on a day that allows none, nor a file that the run did not write", async () => {
  const { runs, folder } = await endedRun();
  const args = [
    "submit",
    "one",
    "--runs-dir",
    runs,
    "--competition",
    "houses-of-somebody",
    "--yes",
  ];
  const before = server.sent.length;
  left = 0;
  const refused = await mleStar(args, environment);
  left = 5;
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^error: houses-of-somebody allows no further submission today/mu);
  await writeFile(runFiles(folder).submission, "id,pay\n1,3\n");
  const changed = await mleStar(args, environment);
  expect(changed.code).toBe(2);
  expect(changed.stderr).toContain("is not what the run wrote");
  expect(server.sent).toHaveLength(before);
});

test("every kind of Kaggle's credentials is known", async () => {
  const home = join(root, "someone");
  const env = { HOME: home };
  expect(credentials(env)).toBeNull();
  expect(credentials({ ...env, KAGGLE_USERNAME: "u", KAGGLE_KEY: "k" })).toContain("KAGGLE_KEY");
  await mkdir(join(home, ".config", "kaggle"), { recursive: true });
  await writeFile(join(home, ".config", "kaggle", "kaggle.json"), "{}");
  expect(credentials(env)).toBe("kaggle.json");
  await mkdir(join(home, ".kaggle"));
  expect(credentials(env)).toBeNull();
  await writeFile(join(home, ".kaggle", "access_token"), "t");
  expect(credentials(env)).toBe("access_token");
  expect(credentials({ ...env, KAGGLE_API_TOKEN: "t" })).toBe("KAGGLE_API_TOKEN");
});
