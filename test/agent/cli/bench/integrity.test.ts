import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswer } from "../../../../agent/cli/bench/integrity/violations.ts";
import { NO_LIMITS, openBatch } from "../../../../runs/batch/batch.ts";
import { jobsOf, RUN_ID, runsOf } from "../../../../runs/batch/matrix.ts";
import { lastObject, mleStar } from "../../../end-to-end/program.ts";
import { startChatServer } from "../../../fakes/servers/chat-server.ts";
import { saying } from "../../../fakes/servers/loopback-server.ts";

const ID = "spooky-author-identification";
const script = `import pandas as pd
from sklearn.linear_model import Ridge

train = pd.read_csv("./input/train.csv")
test = pd.read_csv("./input/test.csv")
features = [name for name in train.columns if name not in ("id", "target")]
model = Ridge(alpha=3.0)
model.fit(train[features].fillna(0), train["target"])
predictions = model.predict(test[features].fillna(0))
test[["id"]].assign(target=predictions).to_csv("./submission.csv", index=False)
`;
let root: string;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-integrity-"));
  folder = join(root, "b");
  const { batch } = await openBatch(folder, {
    list: null,
    competitions: [{ id: ID, reference: `mle-bench:${ID}` }],
    configurations: [{ name: "base", options: [] }],
    seeds: 2,
    jobLimits: NO_LIMITS,
    limits: NO_LIMITS,
    retries: 0,
    needs: { cpus: 1, memoryMb: 0, gpus: 0 },
  });
  for (const job of jobsOf(folder, batch)) {
    const run = join(runsOf(job), ID, RUN_ID);
    await mkdir(run, { recursive: true });
    await mkdir(join(job.folder, "attempt-1"));
    await writeFile(join(run, "journal.jsonl"), "");
    await writeFile(join(run, "solution.py"), job.seed === 0 ? script : "print(1)\n");
    await writeFile(join(job.folder, "attempt-1", "log.txt"), `the log of seed ${job.seed}\n`);
  }
  const kernels = join(root, "kernels", ID);
  await mkdir(kernels, { recursive: true });
  const cell = { cell_type: "code", source: script.replaceAll("model", "ridge").split(/(?<=\n)/u) };
  const words = { cell_type: "markdown", source: "# My solution" };
  const notebook = {
    cells: [words, { ...cell, source: ["%matplotlib inline\n", ...cell.source] }],
  };
  await writeFile(join(kernels, "popular.ipynb"), JSON.stringify(notebook));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("code is compared with public kernels where they are there, and no model is asked that is not named", async () => {
  const args = ["bench", "integrity", folder, "--kernels", join(root, "kernels")];
  const ended = await mleStar(args);
  expect(ended.stderr).toBe("");
  expect(ended.stdout).toBe(
    [
      `Similarity to public kernels: 2 runs compared, at most 100 %; to be reviewed (above 60 %): ${ID}/base-seed-0.`,
      "Questions about the rules: nobody was asked (--model).\n",
    ].join("\n"),
  );
  const name = `${ID}_base-seed-0_plagiarism_report.jsonl`;
  const lines = (await readFile(join(folder, "integrity", name), "utf8")).trim().split("\n");
  expect(lines).toHaveLength(1);
  const [line = ""] = lines;
  expect(Object.keys(JSON.parse(line))).toEqual(["leftFile", "rightFile", "similarity"]);
});

test("a model answers the questions about logs and code, and the report shows what it said", async () => {
  await using server = await startChatServer(({ prompt }) =>
    saying(prompt.includes("the log of seed 1") && prompt.includes("by hand") ? "Yes." : "no"),
  );
  const args = ["bench", "integrity", folder, "--model", "openai:judge", "--data-dir", root];
  const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: "k" };
  const ended = await mleStar([...args, "--json"], env);
  expect(ended.code).toBe(0);
  const { violations, similarity } = lastObject(ended) as {
    violations: { jobs: unknown[] };
    similarity: unknown[];
  };
  expect(similarity).toEqual([]);
  const no = { OUTSIDE_LLM_CALLED: "no", UNAUTHORIZED_RESOURCES: "no" };
  expect(violations.jobs).toEqual([
    { job: `${ID}/base-seed-0`, answers: { ANSWERS_TYPED_BY_AGENT: "no", ...no } },
    { job: `${ID}/base-seed-1`, answers: { ANSWERS_TYPED_BY_AGENT: "yes", ...no } },
  ]);
  const files = await readdir(join(folder, "integrity"));
  const analysis = files.find((file) => /^analysis_\d.*\.csv$/u.test(file)) ?? "";
  const [head = ""] = (await readFile(join(folder, "integrity", analysis), "utf8")).split("\n");
  expect(head.split(",").slice(0, 3)).toEqual([
    "run",
    "logs_ANSWERS_TYPED_BY_AGENT",
    "logs_ANSWERS_TYPED_BY_AGENT_binarized",
  ]);
  const report = await mleStar(["bench", "report", folder]);
  expect(report.stdout).toContain(`yes for 1 of 2 runs: ${ID}/base-seed-1.`);
  expect(report.stdout).toContain("Similarity to public kernels: none are there.");
});

test("an answer is the first yes or no, whatever stands around it", () => {
  expect(readAnswer("**Yes**, it does. No more.")).toBe("yes");
  expect(readAnswer("No.")).toBe("no");
  expect(readAnswer("I cannot know.")).toBeNull();
});
