import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { loadCompetition } from "../../tasks/load.ts";
import { cases, drop, type Files, put } from "./bad-input-cases.ts";
import { HOUSES_TASK, houses, madeFolder } from "./made-folder.ts";

/** What loading a folder complains about, with the folder's own path cut out. */
async function complaint(change: (files: Files) => Files): Promise<string> {
  await using folder = await madeFolder(change({ ...houses(), "task.yaml": HOUSES_TASK }));
  const error: unknown = await loadCompetition(folder.path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CompetitionInvalid);
  const message = error instanceof Error ? error.message : "";
  expect(message).not.toContain("\n");
  return message.replaceAll(`${folder.path}/`, "").replaceAll(folder.path, "FOLDER");
}

describe("bad input", () => {
  test.each(cases)("%s gets one clear line", async (_title, change, expected) => {
    expect(await complaint(change)).toBe(expected);
  });

  test("a class without a prediction column is named", async () => {
    const yaml = HOUSES_TASK.replace("regression", "multiclass")
      .replace("rmse, direction: minimize", "log_loss, direction: minimize")
      .replace("[price]", "[size]")
      .replace("[price]", "[low, high]");
    const files = {
      "task.yaml": yaml,
      "train.csv": "id,size\n1,low\n2,high\n3,middle\n",
      "test.csv": "id,x\n4,1\n",
      "sample_submission.csv": "id,low,high\n4,0.5,0.5\n",
    };
    expect(await complaint(() => files)).toBe(
      'train.csv: size has the class "middle", which is not among the prediction columns low, high',
    );
  });

  test("a binary target with a third value is named", async () => {
    const yaml = HOUSES_TASK.replace("regression", "binary").replace(
      "rmse, direction: minimize",
      "accuracy, direction: maximize",
    );
    expect(await complaint(put("task.yaml", yaml))).toBe(
      "train.csv: type binary, but price has more than two values (919.5, 838.5, 757.5 …)",
    );
  });

  test("a media file that is not there is named with its line", async () => {
    const yaml = `${HOUSES_TASK}media_columns: [town]\n`;
    expect(await complaint(put("task.yaml", yaml))).toMatch(
      /^train\.csv:2: names Kiel, which is not in /u,
    );
  });

  test("a folder that is no competition says what is missing", async () => {
    expect(await complaint(() => ({ "notes.txt": "x" }))).toBe(
      "FOLDER is not a competition: it has neither a task.yaml nor a train.csv",
    );
  });

  test("tables without a sample submission say what is missing", async () => {
    expect(
      await complaint((files) => drop("sample_submission.csv")(drop("task.yaml")(files))),
    ).toBe(
      "FOLDER: no sample submission here; write sample_submission.csv, for example id,price as header and one line with a placeholder prediction for each row of test.csv (or a task.yaml that names the files)",
    );
  });

  test("a mistyped id gets the near one, a file its folder", async () => {
    await expect(loadCompetition("daily-birth")).rejects.toThrow(
      'no competition "daily-birth": neither a folder nor a shipped one; did you mean "daily-births"?',
    );
    await using folder = await madeFolder(houses());
    await expect(loadCompetition(join(folder.path, "train.csv"))).rejects.toThrow(
      "is a file; give the folder that it lies in",
    );
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read says so", async () => {
    await using folder = await madeFolder({ ...houses(), "task.yaml": HOUSES_TASK });
    await chmod(join(folder.path, "train.csv"), 0);
    await expect(loadCompetition(folder.path)).rejects.toThrow("no permission to read it");
  });
});
