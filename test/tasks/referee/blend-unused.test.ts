import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { View } from "../../../tasks/referee/referee.ts";
import { binary, fromRows, readCsv, scratch, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

test.each(["hill-climb", "stack"] as const)(
  "a member that %s gives no weight need not be run for the holdout and the submission",
  async (method) => {
    const rows = binary(620).map((row) => ({ ...row, y: String(3 * Number(row.x) + 1) }));
    const metric = { name: "rmse", direction: "minimize" };
    const made = await referee(
      fromRows(rows, { type: "regression", metric, target_columns: ["y"] }),
    );
    await made.unseal(["right", "blend"]);
    const bank = async (id: string, view: View, predict: (x: number) => number) => {
      const file = join(scratch(), "submission.csv");
      const table = readCsv(join(await made.input(view), "test.csv"));
      const said = table.map(({ id: name = "", x }) => ({
        id: name,
        y: String(predict(Number(x))),
      }));
      writeFileSync(file, toCsv(said));
      await made.judge(id, view, file);
    };
    const views = made.split.folds.map((fold) => fold.view);
    for (const view of views) {
      await bank("right", view, (x) => x);
      await bank("against", view, (x) => -x);
    }
    for (const view of ["sealed", "final"] as const) await bank("right", view, (x) => x);
    const blend = await made.blend("blend", method, ["right", "against"], views);
    expect(blend.weights).toEqual([1, 0]);
    const judged = await made.judge("blend", "sealed", await made.applyBlend(blend, "sealed"));
    expect(judged).toMatchObject({ status: "scored" });
    expect(judged.score).toBeCloseTo(blend.score, 0);
    await made.applyBlend(blend, "final");
  },
);
