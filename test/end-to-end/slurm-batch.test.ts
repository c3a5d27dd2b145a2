import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mleStar } from "./program.ts";

const isHere = (process.env.SLURM_CONF ?? "") !== "";
if (!isHere) console.log("Slurm is not tested: SLURM_CONF is not set (test/engine/slurm.sh)");

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-slurm-batch-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function bench(name: string, yaml: string, engine = "slurm") {
  const file = join(root, `${name}.yaml`);
  await writeFile(file, yaml);
  const args = ["mail-spam", "--quick", "--seeds", "1", "--engine", engine, "--batch", name];
  const where = ["--runs-dir", join(root, "runs"), "--quiet"];
  return mleStar(["bench", "run", ...args, ...where, "--engine-file", file]);
}

const small = "cpus: 1\nmemory: 1\n";

test.runIf(isHere)(
  "a partition that Slurm refuses is told in one line, and no job was begun",
  async () => {
    const ended = await bench("partition", `${small}partition: nowhere\n`);
    expect(ended.stderr).toBe(
      "error: Slurm's sbatch: invalid partition specified: nowhere; Batch job submission failed: Invalid partition name specified\n",
    );
    expect(ended.code).toBe(2);
    expect(await readdir(join(root, "runs", "batches", "partition"))).not.toContain("jobs");
  },
);

test.runIf(isHere)("what a worker lacks is told a line each, and no job was begun", async () => {
  const ended = await bench("worker", `${small}command: [/nowhere/node, /nowhere/mle-star]\n`);
  expect(ended.stderr.trim().split("\n")).toEqual([
    "missing on a worker of slurm: program /nowhere/node (name one by `command` in the file of --engine-file)",
    "missing on a worker of slurm: /nowhere/mle-star cannot be read",
    "error: slurm: a worker lacks what a job needs (2 lines above); nothing was started",
  ]);
  expect(ended.code).toBe(2);
  const changed = await bench("worker", "cpus: 2\nmemory: 1\n");
  expect(changed.stderr).toContain(
    "a job had cpus 1 when this batch began, now 2; use the same in the file of --engine-file, or another --batch",
  );
  expect(changed.code).toBe(2);
});

test("a setting that an engine's file does not have is told in one line", async () => {
  const ended = await bench("unknown", `${small}partitions: gpu\n`, "slurm");
  expect(ended.stderr).toMatch(/^error: .*unknown\.yaml: Unrecognized key: "partitions"\n$/u);
  expect(ended.code).toBe(2);
  const other = await bench("unknown", small, "kubernetes");
  expect(other.stderr).toMatch(
    /^error: .*unknown\.yaml: image: name an image that has mle-star\n$/u,
  );
  expect(other.code).toBe(2);
});
