import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RUN_ID, runsOf } from "../../../../runs/batch/matrix.ts";
import { runFiles } from "../../../../runs/record/folder.ts";
import { mleStar } from "../../../end-to-end/program.ts";
import { grading, withBatch } from "../../../runs/viewer/batch-fixture.ts";
import { readCsv } from "../../../tasks/made-competition.ts";

test("a batch that was not graded is refused with what to do", async () => {
  const { viewer, folder } = await withBatch();
  await using _ = viewer;
  const refused = await mleStar(["bench", "export", folder, "--to", "amlb"]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("grade the batch first, with `mle-star bench grade`");
});

test("a graded batch is written as AMLB, DSBench and MLE-Dojo keep their results", async () => {
  const { viewer, folder, houses } = await withBatch();
  await using _ = viewer;
  writeFileSync(join(folder, "grading.json"), grading(houses.id));
  const run = join(runsOf(houses), "houses", RUN_ID);
  writeFileSync(runFiles(run).submission, "id,y\n1,2\n");
  const out = join(folder, "export");
  for (const form of ["amlb", "dsbench", "mle-dojo"])
    expect(await mleStar(["bench", "export", folder, "--to", form])).toMatchObject({ code: 0 });

  const rows = readCsv(join(out, "amlb", "results.csv"));
  expect(rows.map(({ task, fold }) => [task, fold])).toEqual(
    ["0", "1"].flatMap((fold) => ["houses", "spam"].map((task) => [task, fold])),
  );
  const [scored, other] = rows;
  expect(scored).toMatchObject({ framework: "mle-star", metric: "neg_rmse", result: "-8.5" });
  expect(scored).toMatchObject({ rmse: "8.5", mode: "local", seed: "0" });
  expect(other).toMatchObject({ result: "", rmse: "" });

  const model = "mle-star-seed-0";
  const performance = join(out, "dsbench", "save_performance", model, "houses", "result.txt");
  expect(readFileSync(performance, "utf8")).toBe("8.5");
  const record = join(out, "dsbench", "output_model", model, "houses.json");
  expect(JSON.parse(readFileSync(record, "utf8"))).toMatchObject({ name: "houses", model });

  const place = join(out, "mle-dojo", model, "houses", "env_history", "history.json");
  expect(JSON.parse(readFileSync(place, "utf8"))).toMatchObject({
    competition: "houses",
    best_raw_score: 8.5,
    step_count: 1,
    actions: [{ step: 1, action: "execute_code", result: { status: "SUCCESS" } }],
  });
});
