import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createRun } from "../../../../../runs/record/folder.ts";
import { openJournal } from "../../../../../runs/record/journal.ts";
import {
  execution,
  freshFolder,
  handClock,
  reply,
  start,
  verdict,
} from "../../../../runs/journal-fixture.ts";
import { distillSays } from "../distill-says.ts";

const skdData = (cwd: string, ...args: string[]) => distillSays(cwd, "skd", "data", ...args);

/** A folder of runs, one for each competition, in which a script failed and was mended. */
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
    const at = "track-1/init-1";
    await journal.append("run-started", "run-started", start({ competition, dataHash: id }));
    await journal.append("evaluated", `${at}/evaluated`, verdict(at, null, null));
    const text = "```python\nfit(x, y)\n```";
    const fixed = reply({ role: "debugger", text, model: "playbook" });
    await journal.append("answered", `${at}/debugger/1`, fixed);
    await journal.append("executed", `${at}/fix-1/fold-0`, execution(`${at}/fix-1`));
    await journal.append("evaluated", `${at}/fix-1/evaluated`, verdict(`${at}/fix-1`, at, 8));
  }
  return cwd;
}

test("the data set holds the debugger's calls with what came of them, the same to the byte for the same runs", async () => {
  const cwd = await shelf("houses", "cats");
  const said = await skdData(cwd, "--dev-share", "0", "--show", "1", "--out", "one");
  expect(said).toContain("one: 2 rows to train on, 0 for dev\n");
  expect(said).toContain(
    "by playbook, MIT (mle-star); ran\n```python\nfit(x, y)\n```\n# What came",
  );
  await skdData(cwd, "--dev-share", "0", "--out", "two");
  for (const name of ["train.jsonl", "dataset.json"]) {
    const [one, two] = await Promise.all(
      ["one", "two"].map((out) => readFile(join(cwd, out, name), "utf8")),
    );
    expect(one).toBe(two);
  }
  const json = JSON.parse(await skdData(cwd, "--json")) as object;
  expect(json).toMatchObject({ kind: "skd", options: { roles: ["debugger"] } });
});

test("a role that cannot be learned so is one clear line", async () => {
  const cwd = await freshFolder();
  await expect(skdData(cwd, "--roles", "debugger,planner")).rejects.toThrow(
    "--roles: expected debugger, coder, leakage-checker, got planner",
  );
});
