import { join } from "node:path";
import { expect, test } from "vitest";
import { buildBrief } from "../../../../agent/brief.ts";
import { playbookModel } from "../../../../agent/models/playbook/playbook.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../../../tasks/load.ts";
import { profileCompetition } from "../../../../tasks/profile/profile.ts";
import { type Combination, combinations } from "../../../fakes/generated/combinations.ts";
import { generate } from "../../../fakes/generated/competition.ts";
import { madeSplit } from "../../../fakes/made-split.ts";
import { fakeReferee } from "../../../fakes/referee.ts";
import { runWorld, values } from "../../../fakes/run-world.ts";
import { fakeSandbox } from "../../../fakes/scripted-sandbox.ts";
import { sampled } from "../../../sample.ts";
import { python } from "../../../tasks/interpreter.ts";
import { type Row, scratch, toCsv } from "../../../tasks/made-competition.ts";
import { madeFolder } from "../../../tasks/made-folder.ts";

/** All that the playbook writes in a small run on a competition, and what was refused of it. */
async function playbookRun(files: Record<string, string | Uint8Array>) {
  await using folder = await madeFolder(files);
  const competition = await loadCompetition(folder.path, {
    tasksDir: SHIPPED_FOLDER,
    preparer: { cacheDir: scratch(), python: () => Promise.resolve(python) },
  });
  const profile = await profileCompetition(competition, python);
  const split = madeSplit();
  let tried = 0;
  const sandbox = fakeSandbox(
    () => ({ score: 0.5 + 0.001 * tried++ }),
    [],
    async () => undefined,
  );
  const options = { direction: competition.metric.direction };
  const referee = fakeReferee(join(folder.path, ".."), split, options);
  const limits = { seconds: 60, memoryMb: 1024, cpus: 1, gpus: 0 };
  const packages = ["lightgbm==4.7.0", "xgboost==3.0.0", "catboost==1.2.0"];
  const facts = { profile, split, packages, limits, seed: 0 };
  await using ran = await runWorld({
    real: { competition, profile, referee, sandbox },
    brief: buildBrief(competition, facts),
    modelOver: () => playbookModel({ seed: 7 }),
    config: { candidates: 4, attempts: 2, ensembleAttempts: 1 },
  });
  const refused = values(ran.world, "leaks-checked").filter(({ state }) => state === "refuse");
  return { tried, refused };
}

const cases = sampled(combinations(9), { size: 2, seed: 9 });

test.each(cases.map((each): [string, Combination] => [Object.values(each).join(" · "), each]))(
  "no script of the playbook is taken for answers: %s",
  async (_title, combination) => {
    const { tried, refused } = await playbookRun(generate(combination).files);
    expect(refused).toEqual([]);
    expect(tried).toBeGreaterThan(5);
  },
);

test("no list of the task's own hundred classes, their columns or 150 features called by numbers is taken for answers", async () => {
  const classes = Array.from({ length: 120 }, (_, code) => String(code));
  const features = Array.from({ length: 150 }, (_, place) => String(place + 1000));
  const row = (id: number): Row => ({
    id: String(id),
    ...Object.fromEntries(features.map((name, place) => [name, String((id * (place + 3)) % 97)])),
  });
  const train = Array.from({ length: 480 }, (_, id) => ({ ...row(id), y: String(id % 120) }));
  const rows = Array.from({ length: 40 }, (_, id) => row(1000 + id));
  const shares = Object.fromEntries(classes.map((name) => [name, "0.01"]));
  const { tried, refused } = await playbookRun({
    "train.csv": toCsv(train),
    "test.csv": toCsv(rows),
    "sample_submission.csv": toCsv(
      rows.map(({ id = "" }) => ({ ...shares, id })),
      ["id", ...classes],
    ),
  });
  expect(refused).toEqual([]);
  expect(tried).toBeGreaterThan(5);
});
