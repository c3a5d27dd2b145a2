import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toolVersion } from "../../../agent/cli/environment.ts";
import type { Event } from "../../../runs/events/events.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { makeBench } from "../../fakes/made-bench/made-bench.ts";
import { presentEngines, root } from "../engines.ts";

const present = await presentEngines();
const whyNot = !present.includes("docker")
  ? "no Docker to build the agent image with"
  : process.env.MLE_STAR_BASE_IMAGE
    ? null
    : "no base image of test/engine/up.sh";

const ID = "nomad2018-predict-transparent-conductors";
const script = join(root, "test", "engine", "agent-image.sh");
/**
 * The least of a run that still validates a script and submits. Under the time limit of MLE-bench the playbook would go
 * on with more than was asked for until the time is up: more executions than these are not allowed.
 */
const SMALL = ["tracks=1", "candidates=1", "outerSteps=0", "ensembleAttempts=0"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-agent-image-"));
  await makeBench(folder, [ID]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What MLE-bench takes out of the container, and what its server says of the submission. */
async function started(seconds: number, ...options: string[]) {
  const result = join(folder, `result-${seconds}`);
  const { stderr } = await execa("bash", [script, folder, ID, String(seconds), result, ...options]);
  const runs = join(result, "logs", "runs", ID);
  const [run = ""] = (await readdir(runs)).filter((name) => name !== "latest");
  const text = (file: string) => readFile(join(result, file), "utf8");
  return { stderr, text, result, events: await readEvents(join(runs, run, "journal.jsonl")) };
}

const startOf = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === "run-started" ? [event.value] : []))[0];

test("the agent image runs a competition as MLE-bench starts it, and leaves what its server takes for valid", async ({
  skip,
}) => {
  skip(whyNot !== null, whyNot ?? "");
  const settings = SMALL.flatMap((each) => ["--set", each]);
  const options = ["--effort", "quick", "--max-executions", "6", ...settings];
  const { stderr, text, result, events } = await started(1200, ...options);
  expect(await text("version")).toBe(`${await toolVersion()}\n`);
  expect(stderr).toMatch(/^run started: .*sandbox process: /mu);
  const valid = { result: "Submission is valid." };
  expect(JSON.parse(await text("validated.json"))).toEqual(valid);
  // The official metric, and nothing about the very competition from the web.
  expect(startOf(events)).toMatchObject({
    competition: { id: ID, metric: "rmsle" },
    config: { benchmark: true, timeLimit: 1200 - 24 - 10 },
  });
  expect(stderr).toContain(`the server of MLE-bench says: ${valid.result}`);
  expect(await readdir(join(result, "code"))).toContain("solution.py");
}, 1_800_000);

test("the time limit of the environment ends the agent image's run with a valid submission", async ({
  skip,
}) => {
  skip(whyNot !== null, whyNot ?? "");
  const { text, events } = await started(150);
  expect(JSON.parse(await text("validated.json"))).toEqual({ result: "Submission is valid." });
  expect(events.at(-1)).toMatchObject({ type: "run-ended" });
  expect(startOf(events)).toMatchObject({ config: { timeLimit: 150 - 3 - 10 } });
}, 1_800_000);
