import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { distillCommand } from "../../../../../agent/cli/distill/distill.ts";
import { promptText } from "../../../../../agent/roles/role.ts";
import { summarizer } from "../../../../../agent/roles/summarizer.ts";
import { createRun } from "../../../../../runs/record/folder.ts";
import { openJournal } from "../../../../../runs/record/journal.ts";
import { freshFolder, handClock, reply, start } from "../../../../runs/journal-fixture.ts";
import { distillSays } from "../distill-says.ts";

const reverse = (cwd: string, ...args: string[]) => distillSays(cwd, "reverse", ...args);

function tableOf(importances: readonly number[]): string {
  const variants = importances.map((importance, index) => ({
    ...{ block: `block-${index + 3}`, what: "no such step", seconds: 1 },
    ...{ status: "scored" as const, score: 10 + importance, importance, standardError: 0.01 },
  }));
  return promptText(summarizer.prompt({ baseline: 10, variants }));
}

/** A folder of runs, one for each competition, in which an ablation was summed up. */
async function shelf(tables: Readonly<Record<string, readonly number[]>>): Promise<string> {
  const cwd = await freshFolder();
  for (const [id, importances] of Object.entries(tables)) {
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
    const prompt = tableOf(importances);
    const summed = reply({ role: "summarizer", text: "It matters.", prompt, model: "playbook" });
    await journal.append("run-started", "run-started", start({ competition, dataHash: id }));
    await journal.append("answered", "track-1/refine-1/summarizer/1", summed);
  }
  return cwd;
}

const ablation = ["data", "--role", "ablation", "--splits", "splits.yaml"];

test("tables become rows of both ways, by split, with who taught them; twice the same bytes", async () => {
  const cwd = await shelf({ houses: [2, 1, 0.5], cats: [3, 1], dogs: [3, 2], birds: [4] });
  await writeFile(join(cwd, "splits.yaml"), "dev: [cats]\ntest: [dogs]\n");
  const said = await reverse(cwd, ...ablation, "--show", "1");
  const folder = join(cwd, "distill", "reverse");
  expect(said).toContain(`${folder}: 1 rows to train on, 1 for dev\n`);
  expect(said).toContain("1 runs left out: competitions of test\n");
  expect(said).toContain("by playbook; taught by rules (rule-based, no language model), MIT");
  expect(said).toContain("\nforward: block-3 (no such step) carries the score most");
  expect(said).toContain("\nbackward: block-3: ");
  const files = ["train.jsonl", "dev.jsonl", "tasks.jsonl", "probes.jsonl", "dataset.json"];
  const bytes = () => Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  const first = await bytes();
  await reverse(cwd, ...ablation);
  expect(await bytes()).toEqual(first);
  await expect(
    reverse(cwd, "data", "--role", "ablation", "--out", "other", "--dev-share", "0"),
  ).resolves.toContain("3 rows to train on, 0 for dev");
});

test("what cannot be is refused with one line", async () => {
  const cwd = await shelf({});
  await expect(reverse(cwd, "data", "--role", "planner")).rejects.toThrow(
    "--role planner: expected debugger, leakage, ablation",
  );
  await expect(reverse(cwd, "data", "--role", "debugger", "--consistency", "llm")).rejects.toThrow(
    "--consistency llm: rules cannot judge; name a model with --teacher",
  );
  await expect(reverse(cwd, "eval", "nowhere")).rejects.toThrow("there is no data set in");
});

test("a job sheet says what a training of a paper's size is expected to need", async () => {
  const cwd = await freshFolder();
  let said = "";
  const write = (text: string) => {
    said += text;
  };
  const command = distillCommand({ write, isTerminal: false, cwd, path: "", env: {} });
  const args = ["job-sheet", "plan", "--base", "qwen3-8b", "--rows", "6586", "--method", "full"];
  await command.parseAsync(args, { from: "user" });
  expect(said).toMatch(/^#!\/bin\/bash\n#SBATCH --job-name=distill-plan\n/u);
  expect(said).toMatch(/# expected: .*, 7\d GB on each GPU\n/u);
  expect(said).toContain("mle-star distill plan train --base path/to/qwen3-8b \\\n");
  await expect(
    command.parseAsync(["job-sheet", "plan", "--base", "unknown"], { from: "user" }),
  ).rejects.toThrow("there is no");
});
