import { expect, test } from "vitest";
import { firstOf } from "./conversation.ts";
import {
  accuracyOf,
  briefOf,
  draws,
  holdOut,
  type Row,
  runScript,
} from "./modalities/modalities-data.ts";

const COLUMNS = 420;
/** Told by its distance from the middle, which no straight line follows. */
const TELLING = 397;

/** Rows of which one number among hundreds tells the class. */
function made() {
  const next = draws(19);
  const rows = Array.from({ length: 360 }, (_, at): Row => {
    const numbers = Array.from({ length: COLUMNS }, () => Number((10 * next()).toFixed(2)));
    const far = Math.abs((numbers[TELLING] ?? 0) - 5) > 2.5;
    const named = numbers.map((value, place): [string, number] => [`c${place}`, value]);
    return { id: at, ...Object.fromEntries(named), answer: far ? "far" : "near" };
  });
  return holdOut(
    rows,
    240,
    {
      type: "binary",
      metric: "accuracy",
      direction: "maximize",
      target: "answer",
      sample: { answer: "near" },
      hidden: [],
      extra: [],
    },
    {},
  );
}

test("of more columns than trees can be grown on in the time those that tell the answer are kept", async () => {
  const competition = made();
  const { brief, competition: loaded } = await briefOf(competition);
  // Eight seconds of a script's own: some three hundred columns.
  const hurried = { ...brief, limits: { ...brief.limits, seconds: 20 } };
  const code = await firstOf(hurried, "lightgbm");
  const counted = code.replace(
    "    return parts if len(kept)",
    '    print(len(kept), "columns")\n    return parts if len(kept)',
  );
  expect(counted).not.toBe(code);
  const ran = await runScript(loaded, counted);
  expect(ran.exit, ran.log).toBe(0);
  const kept = [...ran.log.matchAll(/^(\d+) columns$/gmu)].map(([, count]) => Number(count));
  expect(kept.length).toBeGreaterThan(0);
  expect(Math.max(...kept)).toBeLessThan(COLUMNS);
  expect(accuracyOf(competition, ran.submission, "answer")).toBeGreaterThan(0.85);
}, 240_000);
