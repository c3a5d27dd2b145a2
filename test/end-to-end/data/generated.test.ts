import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initCommand } from "../../../agent/cli/init.ts";
import type { Sandbox } from "../../../sandbox/contract.ts";
import { prepareWorkspace } from "../../../sandbox/workspace.ts";
import { perfectScore } from "../../../tasks/competition.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { type OpenReferee, openReferee } from "../../../tasks/referee/open.ts";
import { exactPath, type Judgment, type View } from "../../../tasks/referee/referee.ts";
import {
  type Combination,
  combinations,
  LEVELS,
  pairsOf,
} from "../../fakes/generated/combinations.ts";
import { generate } from "../../fakes/generated/competition.ts";
import { plainScript } from "../../fakes/generated/script.ts";
import { sampled } from "../../sample.ts";
import { open, seed } from "../../sandbox/engines.ts";
import { python } from "../../tasks/interpreter.ts";
import { scratch } from "../../tasks/made-competition.ts";
import { madeFolder } from "../../tasks/made-folder.ts";

// Of the first seeds one whose combinations hold every pair.
const made = combinations(4);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await open("process");
});
afterAll(() => sandbox.close());

/** For files that are not plain. */
const preparer = { cacheDir: scratch(), python: () => Promise.resolve(python) };

/** What `init --json` prints. */
async function init(folder: string): Promise<string> {
  let output = "";
  // The referee makes the split below.
  const plan = () => Promise.resolve(null);
  const command = initCommand({ ask: null, out: (text) => (output += text), preparer, plan });
  await command.parseAsync([folder, "--json"], { from: "user" });
  return output;
}

const limits = { seconds: 60, memoryMb: 1024, cpus: 1, pids: 64, outputMb: 4, diskMb: 64, gpus: 0 };

/** Runs a script on a view of the referee; its judgment and the text that would be submitted. */
async function runOn(referee: OpenReferee, view: View, code: string, folder: string) {
  const workspace = join(folder, "..", view);
  await prepareWorkspace(workspace, code);
  const input = await referee.input(view);
  const job = { at: view, workspace, script: "solution.py", input, gpus: [], seed, limits };
  const { outcome, log } = await sandbox.run(
    { ...job, rules: "enforced" },
    new AbortController().signal,
  );
  expect(outcome, log).toBe("finished");
  const path = join(workspace, "submission.csv");
  const judged: Judgment = await referee.judge("candidate", view, path);
  const written = judged.normalized?.sha256 ? exactPath(path) : path;
  return { judged, text: await readFile(written, "utf8") };
}

describe("every kind of competition that people have is set up, scored and submitted as it is written", () => {
  test("the combinations hold every pair of levels", () => {
    const covered = new Set(made.flatMap(pairsOf));
    const names = Object.keys(LEVELS) as (keyof Combination)[];
    const count = names.flatMap((one, place) =>
      names.slice(place + 1).map((other) => LEVELS[one].length * LEVELS[other].length),
    );
    expect(made).toHaveLength(LEVELS.ids.length * LEVELS.answers.length);
    expect(covered.size).toBe(count.reduce((a, b) => a + b));
  });

  const cases = sampled(made, { size: 20, seed: 24 });
  test.each(cases.map((each): [string, Combination] => [Object.values(each).join(" · "), each]))(
    "%s",
    async (_title, combination) => {
      const generated = generate(combination);
      const { expected } = generated;
      await using folder = await madeFolder(generated.files);
      const { task } = JSON.parse(await init(folder.path));
      expect([task.type, task.metric.name]).toEqual([expected.type, expected.metric]);
      const competition = await loadCompetition(folder.path, {
        tasksDir: SHIPPED_FOLDER,
        preparer,
      });
      const referee = await openReferee({
        competition,
        python,
        folder: join(folder.path, "..", "referee"),
        seed: 1,
        subsample: null,
      });
      try {
        expect(referee.split.strategy).toBe(expected.strategy);
        const code = plainScript(generated);
        const scored = await runOn(referee, "fold-0", code, folder.path);
        expect(scored.judged).toMatchObject({ status: "scored", reason: null });
        expect(scored.judged.score).toBeCloseTo(perfectScore(expected.metric) ?? 0, 6);
        const final = await runOn(referee, "final", code, folder.path);
        expect(final.judged).toMatchObject({ status: "accepted", reason: null });
        expect(final.text).toBe(expected.submission);
      } finally {
        await referee.close();
      }
    },
  );
});
