import { expect, test } from "vitest";
import { mergedOf } from "./conversation.ts";
import { pricedWares } from "./modalities/made-series.ts";
import { madeTables } from "./modalities/made-tables.ts";
import { briefOf, runScript } from "./modalities/modalities-data.ts";

/** A script that was begun so long ago that its usual seconds are over, and most of its limit is still to come. */
function begunBefore(code: string): string {
  return code
    .replace(/^STARTED = .*$/mu, "STARTED = time.time() - 210")
    .replace(/^SECONDS = .*$/mu, "SECONDS = 200");
}

test("a script whose usual seconds are over learns every one of its models all the same", async () => {
  const made = madeTables["four classes with a column each"];
  if (made === undefined) throw new Error("no such table");
  const { brief, competition } = await briefOf(made);
  const families = ["lightgbm", "extra-trees", "linear"];
  const ran = await runScript(competition, begunBefore(await mergedOf(brief, families)));
  expect(ran.exit, ran.log).toBe(0);
  expect(ran.log).not.toContain("left out");
  for (const family of families) {
    expect(ran.log).toMatch(new RegExp(`^${family}: \\S+ \\d\\S* out of fold`, "mu"));
  }
}, 240_000);

test("small nets are left out where boosting took the time, and the script submits", async () => {
  const made = madeTables["regression with gaps, dates and odd names"];
  if (made === undefined) throw new Error("no such table");
  const { brief, competition } = await briefOf(made);
  // As many as nets are written for.
  const many = { ...brief, split: { ...brief.split, trainRows: 400 } };
  const code = await mergedOf(many, ["lightgbm", "net"]);
  const ran = await runScript(competition, begunBefore(code));
  expect(ran.exit, ran.log).toBe(0);
  expect(ran.log).toContain("net: left out");
  expect(ran.log).toMatch(/^lightgbm: \S+ \d\S* out of fold/mu);
  expect(ran.log).toMatch(/^Final Validation Performance: \d/mu);
}, 240_000);

test("models of a series that are cut short validate the same latest rows, so that they can be weighed", async () => {
  const { brief, competition } = await briefOf(pricedWares());
  const code = begunBefore(await mergedOf(brief, ["panel-effects", "lightgbm"]));
  // A fold each.
  const ran = await runScript(competition, code.replace("0.08 * SECONDS", "0.0001 * SECONDS"));
  expect(ran.exit, ran.log).toBe(0);
  expect(ran.log).toContain("the time is short");
  expect(ran.log).toMatch(/^Final Validation Performance: \d/mu);
}, 240_000);
