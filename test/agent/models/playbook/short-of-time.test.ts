import { expect, test } from "vitest";
import { mergedOf } from "./conversation.ts";
import { madeTables } from "./modalities/made-tables.ts";
import { briefOf, type Made, runScript } from "./modalities/modalities-data.ts";

const timeout = 240_000;

/** Rows enough that a first piece of each model is measured. */
function enlarged(made: Made | undefined, times: number): Made {
  if (made === undefined) throw new Error("no such table");
  const train = Array.from({ length: times }, (_, copy) =>
    made.train.map((row) => ({ ...row, id: `${row["id"]}-${copy}` })),
  ).flat();
  return { ...made, train };
}

/** A script that was begun so long ago that its usual seconds are over, on a machine as busy as can be. */
function begunBefore(code: string): string {
  return code.replace(/^STARTED = .*$/mu, "STARTED = time.time() - 60");
}

test(
  "a script with hardly any time learns every one of its models, each less",
  async () => {
    const made = enlarged(madeTables["four classes with a column each"], 6);
    const { brief, competition } = await briefOf(made);
    const families = ["lightgbm", "extra-trees", "xgboost", "linear"];
    const ran = await runScript(competition, begunBefore(await mergedOf(brief, families)));
    expect(ran.exit, ran.log).toBe(0);
    expect(ran.log).not.toContain("left out");
    for (const family of families) {
      expect(ran.log).toMatch(new RegExp(`^${family}: \\S+ \\d\\S* out of fold`, "mu"));
    }
  },
  timeout,
);
