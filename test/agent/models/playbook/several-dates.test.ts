import { expect, test } from "vitest";
import { firstOf } from "./conversation.ts";
import {
  briefOf,
  draws,
  holdOut,
  meanError,
  type Row,
  runScript,
} from "./modalities/modalities-data.ts";

const timeout = 240_000;

const next = draws(29);
const date = (day: number): string =>
  new Date(Date.UTC(2019, 0, 1 + day)).toISOString().slice(0, 10);

/** An answer that hangs on how long it is from one date to another, and on neither date. */
const rows = Array.from({ length: 400 }, (_, row): Row => {
  const [opened, days] = [Math.floor(1500 * next()), 1 + Math.floor(60 * next())];
  const closed = row % 20 === 0 ? "" : date(opened + days);
  return {
    id: `r${row}`,
    opened: date(opened),
    closed,
    noise: next(),
    y: String(closed === "" ? 30 : days),
  };
});
const goal = { type: "regression", metric: "mae", direction: "minimize", target: "y" } as const;
const made = holdOut(rows, 320, { ...goal, sample: { y: "0" }, hidden: [], extra: [] }, {});

test(
  "the playbook's script learns from the days between two dates",
  async () => {
    const { brief, competition } = await briefOf(made);
    const ran = await runScript(competition, await firstOf(brief, "lightgbm"));
    expect(ran.exit, ran.log).toBe(0);
    // Knowing nothing errs by 15.
    expect(meanError(made, ran.submission, "y")).toBeLessThan(3);
  },
  timeout,
);
