import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBench } from "../fakes/made-bench/made-bench.ts";
import { lastObject, mleStar } from "./program.ts";

const ID = "spooky-author-identification";
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-mle-bench-"));
  await makeBench(join(root, "data"), [ID]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const watchScript = fileURLToPath(new URL("../fakes/watch-opens.py", import.meta.url));

/** Reports every opening of a file or folder below these folders, by whatever process. */
async function watchOpens(folders: readonly string[]) {
  const child = spawn("python3", [watchScript, ...folders]);
  const lines: string[] = [];
  // A line may come in parts.
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => lines.push(line));
  while (lines[0] !== "ready") await once(output, "line");
  return {
    opened: () => lines.slice(1),
    async close() {
      const closed = once(output, "close");
      child.stdin.end();
      await closed;
    },
  };
}

test("a batch runs a competition of MLE-bench, nothing private is opened, and the same command goes on", async () => {
  const prepared = join(root, "data", ID, "prepared");
  const watched = await watchOpens([join(prepared, "private"), join(prepared, "public")]);
  const args = ["bench", "run", ID, "--seeds", "1", "--data-dir", join(root, "data")].concat(
    ["--runs-dir", join(root, "runs"), "--quick", "--sandbox", "process", "--json"],
    ["--max-executions", "3", "--set", "tracks=1", "--set", "outerSteps=0"],
  );
  const ended = await mleStar(args);
  expect(ended.stderr).toContain("0 running, 0 waiting, 1 done, 0 failed of 1");
  expect(ended.code).toBe(0);
  const { folder, jobs } = lastObject(ended) as { folder: string; jobs: { submission: string }[] };
  expect(jobs).toMatchObject([{ state: "done", tries: 1, metric: "log_loss", mode: "referee" }]);
  const submission = await readFile(jobs[0]?.submission ?? "", "utf8");
  expect(submission.split("\n")[0]).toBe("id,EAP,HPL,MWS");
  const journal = await readFile(join(jobs[0]?.submission ?? "", "..", "journal.jsonl"), "utf8");
  expect(journal).toContain('"benchmark":true');
  const again = await mleStar(args);
  expect(lastObject(again)).toMatchObject({ folder, jobs: [{ state: "done", tries: 1 }] });
  expect(watched.opened().filter((path) => path.includes("/public/")).length).toBeGreaterThan(0);
  expect(watched.opened().filter((path) => path.includes("/private/"))).toEqual([]);
  // The watch itself sees what is opened.
  await readFile(join(prepared, "private", "test.csv"));
  await watched.close();
  expect(watched.opened().at(-1)).toBe(join(prepared, "private", "test.csv"));
}, 600_000);
