import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeWages } from "./made-competition.ts";
import { lastObject, mleStar } from "./program.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-self-reported-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("a layout that cannot be split is run all the same, and every report says that its scores are claims", async () => {
  const folder = await writeWages(join(root, "bounds"));
  const sample = await readFile(join(folder, "sample_submission.csv"), "utf8");
  // A lower and an upper bound of one target: no column of training is either.
  const lines = sample.trimEnd().split("\n").slice(1);
  const bounds = lines.map((line) => `${line},${line.split(",")[1]}`);
  await writeFile(
    join(folder, "sample_submission.csv"),
    `${["id,lower,upper", ...bounds].join("\n")}\n`,
  );
  const init = ["init", folder, "--target", "pay", "--metric", "mae", "--yes"];
  expect((await mleStar(init)).code).toBe(0);
  const runs = join(root, "runs");
  const settings = ["tracks=1", "outerSteps=0"].flatMap((each) => ["--set", each]);
  const args = ["run", folder, "--quick", "--sandbox", "process", "--runs-dir", runs, "--json"];
  const ended = await mleStar([...args, ...settings]);
  expect(ended.stderr).toContain("SELF-REPORTED");
  expect(ended.code).toBe(0);
  const summary = lastObject(ended);
  expect(summary).toMatchObject({ mode: "self-reported", sealedScore: null, status: "finished" });
  const submission = await readFile(String(summary.submission), "utf8");
  expect(submission.split("\n")[0]).toBe("id,lower,upper");
  expect(submission.trimEnd().split("\n")).toHaveLength(1 + bounds.length);
});
