import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_LIMITS, openBatch } from "../../../../runs/batch/batch.ts";
import { mleStar } from "../../../end-to-end/program.ts";
import { sampled } from "../../../sample.ts";

const ID = "spooky-author-identification";
let root: string;
const batches = () => join(root, "runs", "batches");

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-bench-input-"));
  await mkdir(join(root, "unprepared", ID), { recursive: true });
  await writeFile(join(root, "batch.yaml"), "competition: mail-spam\n");
  const opened = await openBatch(join(batches(), "mine"), {
    list: null,
    competitions: [{ id: "mail-spam", reference: "mail-spam" }],
    configurations: [{ name: "base", options: ["--quick"] }],
    seeds: 1,
    jobLimits: NO_LIMITS,
    limits: NO_LIMITS,
    retries: 0,
    needs: { cpus: 1, memoryMb: 0, gpus: 0 },
  });
  const newer = join(batches(), "newer");
  await mkdir(newer);
  await writeFile(join(newer, "batch.json"), JSON.stringify({ ...opened.batch, version: 2 }));
  await mkdir(join(batches(), "torn"));
  await writeFile(join(batches(), "torn", "batch.json"), '{"version": 1, "crea');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const cases: [string, readonly string[], string][] = [
  [
    "a folder that is not prepared",
    ["run", ID, "--data-dir", "DATA"],
    `${ID}/prepared/public: this competition is not prepared; prepare it`,
  ],
  ["an id that does not exist", ["run", "spooky-author-identificaton"], `did you mean "${ID}"?`],
  [
    "an engine that is not there",
    ["run", "mail-spam", "--quick", "--engine", "slurn"],
    'no engine "slurn"; ',
  ],
  [
    "a batch folder of another version",
    ["run", "mail-spam", "--quick", "--batch", "newer"],
    "a batch of version 2, this program writes version 1; choose another --batch",
  ],
  [
    "other hours of a job on resume",
    ["run", "mail-spam", "--quick", "--batch", "mine", "--time-limit", "2h"],
    "a job had no hours of its own when this batch began, now it has 2 h",
  ],
  [
    "a model that nobody serves",
    ["run", "mail-spam", "--quick", "--model", "claud:opus"],
    'model "claud:opus": expected auto, playbook, ',
  ],
  [
    "a batch that is not there to grade",
    ["grade", "mime"],
    "; batches beside it: mine, newer, torn",
  ],
  ["a batch of another version to grade", ["grade", "newer"], "a batch of version 2"],
  ["a batch that is damaged", ["report", "torn"], "damaged; restore it from a backup"],
  [
    "a changed configuration on resume",
    ["run", "mail-spam", "--quick", "--batch", "mine", "--set", "tracks=1"],
    "configuration base was `--quick` when this batch began, now it is `--quick --set tracks=1`",
  ],
  [
    "a setting that does not exist",
    ["run", "mail-spam", "--configuration", "small:traks=1"],
    "configuration small: ",
  ],
  [
    "a value that no setting of all runs may have",
    ["run", "mail-spam", "--set", "effort=nonsense"],
    'setting "effort": Invalid option',
  ],
  ["a limit that is none", ["run", "mail-spam", "--batch-usd", "-1"], "--batch-usd -1: expected"],
  [
    "a misspelled key of batch.yaml",
    ["run", "BATCH"],
    'unknown key "competition"; did you mean "competitions"?',
  ],
];

/** All files of the batches with what is in them. */
async function everything(): Promise<string[]> {
  const entries = await readdir(batches(), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Promise.all(paths.map(async (path) => `${path}\n${await readFile(path, "utf8")}`));
}

for (const [what, args, said] of sampled(cases, { size: 4, seed: 2 })) {
  test(`${what} is told in one line, with exit code 2, and nothing is lost`, async () => {
    const before = await everything();
    const places: Record<string, string> = {
      DATA: join(root, "unprepared"),
      BATCH: join(root, "batch.yaml"),
    };
    const given = args.map((arg) => places[arg] ?? arg);
    const ended = await mleStar(["bench", ...given, "--runs-dir", join(root, "runs")]);
    expect(ended.stderr).toContain(said);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe("");
    expect(await everything()).toEqual(before);
  });
}
