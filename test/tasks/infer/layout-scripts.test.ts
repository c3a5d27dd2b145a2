import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildBrief } from "../../../agent/brief.ts";
import { firstScript } from "../../../agent/models/playbook/first-script.ts";
import { openFragments } from "../../../agent/models/playbook/fragments.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { python } from "../interpreter.ts";
import { scratch } from "../made-competition.ts";
import { referee } from "../referee/opened.ts";
import { sequences, tokens } from "./made-tables.ts";

/** Runs the playbook's first script of a folder on the first fold, and judges what it leaves. */
async function judged(files: Record<string, string>) {
  const folder = join(scratch(), "made");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const competition = await loadCompetition(folder);
  const made = await referee(competition);
  const brief = buildBrief(competition, {
    profile: await profileCompetition(competition, python),
    split: made.split,
    packages: [],
    limits: { seconds: 60, memoryMb: 2000, cpus: 1, gpus: 0 },
    seed: 0,
  });
  const work = scratch();
  symlinkSync(await made.input("fold-0"), join(work, "input"));
  const script = firstScript(brief, "linear", openFragments(null), 0);
  writeFileSync(join(work, "solution.py"), script);
  execFileSync(python, ["solution.py"], { cwd: work, stdio: "pipe" });
  const submission = join(work, "submission.csv");
  expect(readFileSync(submission, "utf8").length).toBeGreaterThan(0);
  return { brief, judgment: await made.judge("s", "fold-0", submission) };
}

test("the playbook joins answers from a table of their own, and models are told of it", async () => {
  const { brief, judgment } = await judged(sequences());
  expect(judgment).toMatchObject({ status: "scored", reason: null });
  expect(brief.text).toMatch(/The answers stand in .*train_labels\.csv.*one row for each id/u);
});

test("the playbook makes ids of columns as the sample submission has them", async () => {
  const { brief, judgment } = await judged(tokens());
  expect(judgment).toMatchObject({ status: "scored", reason: null });
  expect(brief.text).toContain('is made of "sentence_id" and "token_id" with "_" between');
});
