import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createRun } from "../../../../runs/record/folder.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import {
  execution,
  freshFolder,
  handClock,
  reply,
  start,
  verdict,
} from "../../../runs/journal-fixture.ts";
import { distillSays } from "./distill-says.ts";

const planData = (cwd: string, ...args: string[]) => distillSays(cwd, "plan", "data", ...args);

/** A folder of runs, one for each competition, in which a plan was made and gained. */
async function shelf(...competitions: string[]): Promise<string> {
  const cwd = await freshFolder();
  for (const id of competitions) {
    const folder = await createRun(join(cwd, "runs"), id, "r1");
    const journal = await openJournal(join(folder, "journal.jsonl"), { clock: handClock() });
    onTestFinished(() => journal.close());
    const competition = {
      id,
      title: id,
      metric: "rmse",
      direction: "minimize" as const,
      thresholds: null,
    };
    const at = "track-1/refine-1/attempt-1";
    const plan = reply({ role: "planner", text: "Clip the target.", model: "playbook" });
    await journal.append("run-started", "run-started", start({ competition, dataHash: id }));
    await journal.append("answered", `${at}/planner/1`, plan);
    await journal.append("executed", `${at}/fold-0`, execution(at));
    const scored = verdict(at, "track-1/init-1", 8, { parentScore: 10 });
    await journal.append("evaluated", `${at}/evaluated`, scored);
  }
  return cwd;
}

const loose = ["--min-plan-score", "none", "--min-gain", "none", "--dev-share", "0"];

test("the data set holds rows with where they are from, counts what was dropped, and leaves out what is tested on", async () => {
  const cwd = await shelf("houses", "cats", "dogs");
  await writeFile(join(cwd, "splits.yaml"), "dev: [cats]\ntest: [dogs]\n");
  const said = await planData(cwd, ...loose, "--splits", "splits.yaml", "--show", "1");
  const folder = join(cwd, "distill", "plan");
  expect(said).toContain(`${folder}: 1 rows to train on, 1 for dev\n`);
  expect(said).toContain("1 runs left out: competitions of test\n");
  expect(said).toContain("by playbook, MIT (mle-star)\ngain 2, standard error unknown");
  const manifest = JSON.parse(await readFile(join(folder, "dataset.json"), "utf8")) as object;
  expect(manifest).toMatchObject({
    kind: "plan",
    rows: { train: 1, dev: 1 },
    competitions: { train: ["houses"], dev: ["cats"] },
    licenses: ["MIT (mle-star)"],
  });
  const strict = await planData(cwd);
  expect(strict).toContain("3 dropped: no verifier judged the plan\n");
});

test("a data set that is made twice is the same to the byte", async () => {
  const cwd = await shelf("houses", "cats");
  await planData(cwd, ...loose, "--out", "one");
  await planData(cwd, ...loose, "--out", "two");
  for (const name of ["train.jsonl", "dev.jsonl", "dataset.json"]) {
    const [one, two] = await Promise.all(
      ["one", "two"].map((out) => readFile(join(cwd, out, name), "utf8")),
    );
    expect(one).toBe(two);
  }
  expect((await readFile(join(cwd, "one", "train.jsonl"), "utf8")).split("\n")).toHaveLength(3);
});

test("a folder that is not there is one clear line", async () => {
  const cwd = await freshFolder();
  await expect(planData(cwd, "--from", "nothing")).rejects.toThrow(
    "there is no folder nothing; name the folder of runs with --from",
  );
});
