import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { initCommand } from "../../../agent/cli/init.ts";
import { planSplit } from "../../../agent/cli/plan-split.ts";
import type { Doubt } from "../../../tasks/infer/infer.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { python } from "../../tasks/interpreter.ts";
import { scratch } from "../../tasks/made-competition.ts";
import { houses, madeFolder } from "../../tasks/made-folder.ts";

type Answer = (doubt: Doubt) => string;

/** Runs the command as the program does; `answer` stands for a person at a terminal. */
async function init(
  args: string[],
  answer: Answer | null = null,
  plan: typeof planSplit = () => Promise.resolve(null),
): Promise<string> {
  let output = "";
  const asked = answer === null ? null : (doubt: Doubt) => Promise.resolve(answer(doubt));
  const preparer = { cacheDir: scratch(), python: () => Promise.resolve(python) };
  const command = initCommand({ ask: asked, plan, out: (text) => (output += text), preparer });
  await command.parseAsync(args, { from: "user" });
  return output;
}

describe("mle-star init", () => {
  test("writes a task that loads, and a description, and tells what was guessed", async () => {
    await using folder = await madeFolder(houses());
    const output = await init([folder.path, "--yes"]);
    expect(output).toContain("target: price (regression)");
    expect(output).toContain(
      "guessed: metric rmse (could be mae, rmsle, r2, mape; set it with --metric)",
    );
    expect(output).toContain("wrote task.yaml and description.md");
    const competition = await loadCompetition(folder.path);
    expect(competition).toMatchObject({ id: "houses", metric: { name: "rmse" } });
    expect(competition.description).toContain("rmse (lower is better)");
  });

  test("asks a person only what the tables do not tell, and takes the answer", async () => {
    await using folder = await madeFolder(houses());
    const questions: string[] = [];
    await init([folder.path], (doubt) => {
      questions.push(doubt.question);
      return "mae";
    });
    expect(questions).toEqual(["How are submissions scored?"]);
    expect((await loadCompetition(folder.path)).metric.name).toBe("mae");
  });

  test("asks nothing where there is no doubt", async () => {
    await using folder = await madeFolder({
      ...houses(),
      "notes.md": "",
      "readme.md": "Scored by RMSLE.",
    });
    await init([folder.path], () => {
      throw new Error("nothing to ask");
    });
    expect((await loadCompetition(folder.path)).metric.name).toBe("rmsle");
  });

  test("shows the split that a run would make, in words and as JSON", async () => {
    await using folder = await madeFolder(houses());
    const output = await init([folder.path, "--yes"], null, planSplit);
    expect(output).toMatch(/^ {2}split: stratified \(every part keeps the shares/mu);
    expect(output).toMatch(/^ {2}rows: of \d+ in train, \d+ train and \d+ judge/mu);
    expect(output.match(/split: /gu)).toHaveLength(1);
    const told: unknown = JSON.parse(
      await init([folder.path, "--force", "--json"], null, planSplit),
    );
    expect(told).toMatchObject({ split: { strategy: "stratified", kind: "k-fold" } });
  });

  test.each([["--yes"], ["--json"]])("never asks with %s", async (flag) => {
    await using folder = await madeFolder(houses());
    const output = await init([folder.path, flag], () => {
      throw new Error("must not ask");
    });
    expect(output).toContain("rmse");
  });

  test("takes metric and target as given, by any usual name", async () => {
    await using folder = await madeFolder(houses());
    await init([folder.path, "--metric", "Mean Absolute Error", "--target", "price"]);
    expect((await loadCompetition(folder.path)).metric).toEqual({
      name: "mae",
      direction: "minimize",
      k: null,
      beta: null,
      quantile: null,
    });
  });

  test("overwrites a task only with --force, and a description never", async () => {
    await using folder = await madeFolder({
      ...houses(),
      "description.md": "Mine.",
      "task.yaml": "mine",
    });
    await expect(init([folder.path])).rejects.toThrow(
      "task.yaml already exists; edit it, or overwrite it with --force",
    );
    await init([folder.path, "--force"]);
    expect(await readFile(join(folder.path, "description.md"), "utf8")).toBe("Mine.");
    expect((await loadCompetition(folder.path)).title).toBe("houses");
  });

  test("with --json the output is one object", async () => {
    await using folder = await madeFolder(houses());
    const result: unknown = JSON.parse(await init([folder.path, "--json"]));
    expect(result).toMatchObject({
      status: "ok",
      written: ["task.yaml", "description.md"],
      task: { target_columns: ["price"] },
      guesses: [{ field: "metric", guess: "rmse" }],
    });
  });

  test("tables that contradict each other leave the folder as it was", async () => {
    const { "sample_submission.csv": sample = "" } = houses();
    await using folder = await madeFolder({
      ...houses(),
      "sample_submission.csv": sample.replace("\n41,", "\n141,"),
    });
    await expect(init([folder.path, "--yes"])).rejects.toThrow('id "141" is not in');
    expect((await readdir(folder.path)).sort()).toEqual([
      "sample_submission.csv",
      "test.csv",
      "train.csv",
    ]);
  });

  test.each([
    [["--metric", "rsme"], 'unknown metric "rsme"; did you mean "rmse"?'],
    [["--target", "prise"], 'no target column "prise"; did you mean "price"?'],
    [["--metric", "custom"], "--metric custom: name metric and metric_file in task.yaml instead"],
  ])("refuses %j in one line", async (flags, message) => {
    await using folder = await madeFolder(houses());
    await expect(init([folder.path, ...flags])).rejects.toThrow(message);
  });

  test("refuses a folder that is not there, and a file", async () => {
    await expect(init(["nowhere"])).rejects.toThrow("nowhere: no such folder");
    await expect(init(["package.json"])).rejects.toThrow("package.json is a file; give its folder");
  });
});
