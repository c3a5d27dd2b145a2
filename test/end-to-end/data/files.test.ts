import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Certificate } from "../../../runs/certificate/certificate.ts";
import { type Row, readCsv, scratch, toCsv } from "../../tasks/made-competition.ts";
import { everyFile, folderOf, runPython, shop } from "../../tasks/prepare/shop.ts";
import { type Ended, lastObject, mleStar, runCommand } from "../program.ts";

const minutes = 600_000;
const small = ["tracks=1", "candidates=1", "outerSteps=0"];

function run(folder: string, runs: string, told: string[] = []): Promise<Ended> {
  const flags = ["--json", "--model", "playbook", "--max-executions", "10", ...told];
  return mleStar(runCommand(folder, { runs, id: "one", settings: small, flags }));
}

/** How well predictions sort the answers: 0.5 is chance. */
function areaOf(predictions: readonly number[], truth: readonly number[]): number {
  let right = 0;
  let pairs = 0;
  for (const [i, up] of truth.entries()) {
    for (const [j, down] of truth.entries()) {
      if (up <= down) continue;
      pairs += 1;
      const [a, b] = [predictions[i] ?? 0, predictions[j] ?? 0];
      right += a > b ? 1 : a === b ? 0.5 : 0;
    }
  }
  return right / pairs;
}

test(
  "an archive of UTF-16 tables with semicolons, blank headers and a short sample of float ids comes to a submission",
  async () => {
    const made = shop(21, 400);
    const floats = made.sample.map((row): Row => ({ id: `${row["id"]}.0`, back: "0.5" }));
    const office = (text: string) =>
      Buffer.from(
        `\ufeff${text.replaceAll(",", " ; ").replaceAll(/(\d)\.(\d)/gu, "$1,$2")}`,
        "utf16le",
      );
    const folder = folderOf(everyFile(made, office));
    // The sample is what a grader reads, so it is plain.
    runPython(folder, "import os; os.remove('sample_submission.csv')");
    const plain = folderOf({ "sample_submission.csv": toCsv(floats.slice(0, 5)) });
    renameSync(join(plain, "sample_submission.csv"), join(folder, "sample_submission.csv"));
    runPython(
      folder,
      `import zipfile, os
with zipfile.ZipFile("shop.zip", "w") as z:
    for n in ("train.csv", "test.csv"): z.write(n, "shop/" + n); os.remove(n)`,
    );
    const runs = join(scratch(), "runs");
    const ended = await run(folder, runs);
    expect(ended.code, ended.stderr).toBe(0);
    const place = join(runs, "shop", "one");
    const submission = readCsv(join(place, "submission.csv"));
    expect(submission.map(({ id }) => id)).toEqual(floats.map(({ id }) => id));
    const answers = made.answers.map(({ back }) => Number(back));
    expect(
      areaOf(
        submission.map(({ back }) => Number(back)),
        answers,
      ),
    ).toBeGreaterThan(0.75);
    expect(ended.stderr).toContain("data: shop.zip is unpacked: train.csv, test.csv");
    expect(ended.stderr.match(/data: shop\.zip is unpacked/gu)).toHaveLength(1);
    const { body } = Certificate.parse(
      JSON.parse(readFileSync(join(place, "certificate.json"), "utf8")),
    );
    expect(body).toMatchObject({
      competition: {
        folder,
        preparation: {
          folder,
          originalHash: expect.stringMatching(/^[0-9a-f]{64}$/u),
          notes: expect.arrayContaining([expect.stringContaining("shop.zip is unpacked")]),
        },
      },
    });
    const verified = await mleStar(["verify", place, "--json"]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  },
  minutes,
);

test(
  "train alone: options name target and metric, and the submission is graded against the rows kept back",
  async () => {
    const { train } = shop(22, 500);
    const folder = folderOf({ "customers_train.csv": toCsv(train) });
    const refused = await mleStar(["run", folder, "--quick", "--runs-dir", scratch()]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("name it with --target <column>");
    const told = ["--target", "back", "--metric", "auc"];
    const runs = join(scratch(), "runs");
    const ended = await run(folder, runs, told);
    expect(ended.code, ended.stderr).toBe(0);
    const answers = /the answers are in (\S*answers\.csv)/u.exec(ended.stderr)?.[1] ?? "";
    const submission = join(runs, "shop", "one", "submission.csv");
    const graded = await mleStar([
      "grade",
      folder,
      submission,
      "--answers",
      answers,
      "--json",
      ...told,
    ]);
    expect(graded.code, graded.stderr).toBe(0);
    expect(Number(lastObject(graded)["score"])).toBeGreaterThan(0.75);
    const verified = await mleStar(["verify", join(runs, "shop", "one"), "--json"]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  },
  minutes,
);
