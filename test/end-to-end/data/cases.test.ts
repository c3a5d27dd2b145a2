import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder } from "../../fakes/generated/case-folder.ts";
import { CASES, type CaseName } from "../../fakes/generated/cases.ts";
import { sampled } from "../../sample.ts";
import { lastObject, mleStar, runCommand } from "../program.ts";

/**
 * What a default LightGBM on properly read data reaches on the hidden answers, two standard errors worse
 * (`npm run measure -- floors`).
 */
const FLOORS: Record<CaseName, number> = {
  "a number target with NA in some rows": 5.9196,
  "ids with zeros before": 0.8115,
  "many rows a day, the day first": 7.318,
  "an empty target column in test": 0.8115,
  "a sample of five rows": 0.8115,
  "blanks in the header of train": 0.8115,
  "links to files elsewhere": 0.8115,
  "PR AUC of rare cases": 0.3848,
  "200 numbers as classes": 0.1601,
  "a hundred clusters, MAP@5": 0.848,
  "class codes with zeros before": 0.5675,
  "TRUE and FALSE": 0.7425,
};

// Limits that leave a slow machine a submission, and end a fast one; what was not tried is no matter here.
const flags = ["--json", "--time-limit", "3m", "--max-executions", "12"];
const settings = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];
const names = sampled(Object.keys(CASES) as CaseName[], { size: 1, seed: 24 });

test.each(names.map((name) => [name]))(
  "a run on a folder with %s ends above the floor of its hidden answers",
  async (name) => {
    const made = CASES[name]();
    await using folder = await caseFolder(made);
    const runs = join(folder.root, "runs");
    const ended = await mleStar(runCommand(folder.path, { runs, id: "case", settings, flags }));
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const submission = join(runs, "bicycles", "case", "submission.csv");
    const told = ["--answers", folder.answers, "--json"];
    const graded = lastObject(await mleStar(["grade", folder.path, submission, ...told]));
    expect(graded).toMatchObject({ valid: true, metric: made.metric });
    const sign = made.metric === "rmse" ? -1 : 1;
    expect(sign * Number(graded.score)).toBeGreaterThanOrEqual(sign * FLOORS[name]);
    const [written, right] = [await readFile(submission, "utf8"), made.answers];
    expect(column(written, 0).sort()).toEqual(column(right, 0).sort());
    if (made.metric !== "accuracy") return;
    const known = new Set(column(String(made.files["train.csv"]), -1));
    expect(column(written, 1).filter((label) => !known.has(label))).toEqual([]);
  },
  600_000,
);

/** The cells of a column of a plain table, letter by letter. */
function column(table: string, place: number): string[] {
  const [, ...lines] = table.trim().split("\n");
  return lines.map((line) => line.split(",").at(place) ?? "");
}
