import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { gradeCommand } from "../../../agent/cli/grade.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { python } from "../../tasks/interpreter.ts";
import { scratch } from "../../tasks/made-competition.ts";
import { HOUSES_TASK, houses, madeFolder } from "../../tasks/made-folder.ts";

afterEach(() => {
  process.exitCode = undefined;
});

/** Runs the command as the program does and reads its JSON. */
async function grade(...args: string[]): Promise<unknown> {
  let output = "";
  const command = gradeCommand({
    tasksDir: SHIPPED_FOLDER,
    preparer: { cacheDir: scratch(), python: () => Promise.resolve(python) },
    out: (text) => (output += text),
  });
  await command.parseAsync([...args, "--json"], { from: "user" });
  return JSON.parse(output);
}

// Each call starts an interpreter with the scientific packages, which takes seconds on a busy machine.
describe("mle-star grade", { timeout: 120_000 }, () => {
  test.each([
    ["birdstrike-damage", 0.5],
    ["cluster-job-class", Math.log(4)],
    ["league-results", Math.log(3)],
  ])("the sample submission of %s scores what a constant is worth", async (id, expected) => {
    const { folder } = await loadCompetition(id);
    const result = await grade(id, join(folder, "sample_submission.csv"));
    expect(result).toMatchObject({ competition: id, valid: true, reason: null });
    expect((result as { score: number }).score).toBeCloseTo(expected, 5);
    expect(process.exitCode).toBe(0);
  });

  test("the answers themselves score perfectly", async () => {
    const answers = join(SHIPPED_FOLDER, "answers", "daily-births.csv");
    expect(await grade("daily-births", answers)).toMatchObject({ score: 0, valid: true });
  });

  test("a submission that is not valid has a reason and exit code 3", async () => {
    const { folder } = await loadCompetition("daily-births");
    const sample = await readFile(join(folder, "sample_submission.csv"), "utf8");
    await using made = await madeFolder({
      "short.csv": sample.split("\n").slice(0, 100).join("\n"),
    });
    const result = await grade("daily-births", join(made.path, "short.csv"));
    expect(result).toMatchObject({ valid: false, score: null });
    expect((result as { reason: string }).reason.length).toBeGreaterThan(10);
    expect(process.exitCode).toBe(3);
  });

  test("answers of one's own are given by a file, and must be", async () => {
    const { "sample_submission.csv": sample = "" } = houses();
    await using folder = await madeFolder({
      ...houses(),
      "task.yaml": HOUSES_TASK,
      "truth/prices.csv": sample,
    });
    const submission = join(folder.path, "sample_submission.csv");
    await expect(grade(folder.path, submission)).rejects.toThrow(
      "houses comes without answers; give them with --answers <file>",
    );
    const answers = join(folder.path, "truth", "prices.csv");
    expect(await grade(folder.path, submission, "--answers", answers)).toMatchObject({ score: 0 });
  });

  test("a submission that is not there is said so", async () => {
    await expect(grade("daily-births", "nothing.csv")).rejects.toThrow("nothing.csv: no such file");
  });
});
