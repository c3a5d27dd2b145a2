import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Config } from "../../../agent/config.ts";
import type { Request } from "../../../agent/models/model.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, runWorld, small } from "../../fakes/run-world.ts";

const config: Partial<Config> = { ...small, leakageModel: "off" };
const split = {
  kind: "self-reported" as const,
  strategy: "none" as const,
  folds: [],
  searchFolds: 0,
  sealedRows: 0,
};
const behavior = (code: string) => {
  const score = /quality = ([\d.]+)/u.exec(code)?.[1] ?? "none";
  return {
    outcome: "finished" as const,
    exitCode: 0,
    log: `Final Validation Performance: ${score}\n`,
  };
};

test("parses the score line, removes the subsampling, lets the test-writer add the submission", async () => {
  const both = (code: string) => (code.includes("written") ? { score: 0.9 } : behavior(code));
  const subsample = (request: Request) => {
    if (request.role === "subsample-finder") return JSON.stringify({ block: 'feature = "x"' });
    if (request.role === "subsample-remover") return fenced('feature = "all rows"');
    return request.role === "test-writer" ? fenced(script(0.9, "written")) : null;
  };
  await using ran = await runWorld({
    split,
    config,
    behavior: both,
    answers: subsample,
  });
  expect(ran.finished).toMatchObject({
    sealedScore: null,
    solution: expect.stringMatching(/^finalize-1/u),
  });
  expect(ran.world.model.asked.map((each) => each.role)).toEqual(
    expect.arrayContaining(["subsample-finder", "subsample-remover", "test-writer"]),
  );
  expect(await readFile(join(ran.world.folder, "submission.csv"), "utf8")).toBe("score:0.9");
});

test("a script that prints nan or nothing has no score (defect 7)", async () => {
  const silent = () => ({
    outcome: "finished" as const,
    exitCode: 0,
    log: "Final Validation Performance: nan\n",
  });
  await using ran = await runWorld({
    split,
    config: { ...config, debugRounds: 0 },
    behavior: silent,
  });
  expect(ran.finished.solution).toBeNull();
});
