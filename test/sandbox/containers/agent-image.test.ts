import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { toolVersion } from "../../../agent/cli/environment.ts";
import { writeWages } from "../../end-to-end/made-competition.ts";
import { presentEngines, root } from "../engines.ts";

const present = await presentEngines();

/**
 * The least of a run that still validates a script and submits. Under the time limit of MLE-bench the playbook would go
 * on with more than was asked for until the time is up: more executions than these are not allowed.
 */
const SMALL = ["tracks=1", "candidates=1", "outerSteps=0", "ensembleAttempts=0"];

test("the agent image runs a competition as MLE-bench would start it, its scripts as processes", async ({
  skip,
}) => {
  skip(!present.includes("docker"), "no Docker to build the agent image with");
  skip(!process.env.MLE_STAR_BASE_IMAGE, "no base image of test/engine/up.sh");
  const folder = await mkdtemp(join(tmpdir(), "mle-agent-image-"));
  try {
    const data = await writeWages(join(folder, "data"), 60);
    const result = join(folder, "result");
    const settings = SMALL.flatMap((each) => ["--set", each]);
    const script = join(root, "test", "engine", "agent-image.sh");
    const options = ["--effort", "quick", "--max-executions", "6", ...settings];
    const { stdout, stderr } = await execa("bash", [script, data, result, ...options]);
    expect(stdout).toBe(await toolVersion());
    expect(stderr).toMatch(/^run started: .*sandbox process: /mu);
    const submission = await readFile(join(result, "submission", "submission.csv"), "utf8");
    const sample = await readFile(join(data, "sample_submission.csv"), "utf8");
    const ids = (text: string) => text.split("\n").map((line) => line.split(",")[0]);
    expect(ids(submission)).toEqual(ids(sample));
    expect(await readdir(join(result, "code"))).toContain("solution.py");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 900_000);
