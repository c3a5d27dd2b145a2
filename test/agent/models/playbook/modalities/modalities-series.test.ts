import { describe, expect, test } from "vitest";
import { recipeOf } from "../../../../../agent/models/playbook/library.ts";
import { dailySeries, fallenSales, oddPanel, pricedWares, shopsAndWares } from "./made-series.ts";
import {
  briefOf,
  meanError,
  modalities,
  numbersOf,
  runScript,
  scriptOf,
} from "./modalities-data.ts";

const minutes = 180_000;
describe("a daily series", () => {
  test("is offered calendar terms, a calendar ridge and legal lags, and nothing of other kinds", async () => {
    const { brief } = await briefOf(dailySeries());
    const ids = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
    expect(ids).toEqual(["calendar-terms", "calendar-ridge", "lag-boosting"]);
  });

  test(
    "is forecast close to its noise by the calendar ridge, twice the same",
    async () => {
      const made = dailySeries();
      const { brief, competition } = await briefOf(made);
      const code = scriptOf(brief, ["dates", "calendar-terms", "calendar-ridge"]);
      const first = await runScript(competition, code);
      expect(first.exit, first.log).toBe(0);
      // Noise alone costs 5; the mean of the weekdays costs more than 40. The level drifts on.
      expect(meanError(made, first.submission, "sold")).toBeLessThan(14);
      const again = await runScript(competition, code);
      expect(again.submission).toBe(first.submission);
    },
    minutes,
  );

  test(
    "is forecast well by boosting on legal lags",
    async () => {
      const made = dailySeries();
      const { brief, competition } = await briefOf(made);
      const done = await runScript(
        competition,
        scriptOf(brief, ["dates", "calendar-terms", "lag-boosting"]),
      );
      expect(done.exit, done.log).toBe(0);
      expect(meanError(made, done.submission, "sold")).toBeLessThan(35);
    },
    minutes,
  );
});

describe("a panel with gaps, unreadable dates and a new series", () => {
  test.each(["calendar-ridge", "lag-boosting"])(
    "is forecast by %s better than by the mean",
    async (id) => {
      const made = oddPanel();
      const { brief, competition } = await briefOf(made);
      const code = scriptOf(brief, ["dates", "calendar-terms", "encodings", id]);
      const done = await runScript(
        competition,
        code.replace(/^STRATEGY = .*$/mu, 'STRATEGY = "time"'),
      );
      expect(done.exit, done.log).toBe(0);
      const shown = numbersOf(done.submission, "sold");
      expect(shown.every(Number.isFinite)).toBe(true);
      const level =
        made.train.reduce((sum, row) => sum + Number(row["sold"]), 0) / made.train.length;
      const dull = made.answers.map((row) => Math.abs(Number(row["sold"]) - level));
      const worst = dull.reduce((sum, value) => sum + value, 0) / dull.length;
      expect(meanError(made, done.submission, "sold")).toBeLessThan(worst);
    },
    minutes,
  );

  test(
    "of a dozen rows is answered all the same",
    async () => {
      const whole = oddPanel();
      const made = { ...whole, train: whole.train.slice(0, 12) };
      const { brief, competition } = await briefOf(made);
      const ids = ["dates", "calendar-terms", "calendar-ridge", "lag-boosting", "panel-effects"];
      const done = await runScript(competition, scriptOf(brief, [...ids, "panel-lags"]));
      expect(done.exit, done.log).toBe(0);
      expect(numbersOf(done.submission, "sold").every(Number.isFinite)).toBe(true);
    },
    minutes,
  );
});

test(
  "a fall that is over is not drawn on by the calendar ridge where history is shorter than a year",
  async () => {
    const made = fallenSales();
    const { brief, competition } = await briefOf(made);
    const done = await runScript(competition, scriptOf(brief, ["dates", "calendar-ridge"]));
    expect(done.exit, done.log).toBe(0);
    // Waves of a year, drawn through 24 days, carry the fall on: that costs 5.
    expect(meanError(made, done.submission, "sold")).toBeLessThan(4);
  },
  minutes,
);

describe("a series for each pair of shop and ware", () => {
  test.each(["calendar-ridge", "lag-boosting"])(
    "is forecast by %s with the pair's own level, week and trend",
    async (id) => {
      const made = shopsAndWares(400, 40);
      const { brief, competition } = await briefOf(made);
      const code = scriptOf(brief, ["dates", "calendar-terms", "encodings", id]);
      const done = await runScript(competition, code);
      expect(done.exit, done.log).toBe(0);
      // Noise alone costs 2.6; what shop and ware have apart from each other leaves more than 8.
      expect(meanError(made, done.submission, "sold")).toBeLessThan(4.5);
    },
    minutes,
  );
});

describe("wares whose prices of the weeks asked for are known", () => {
  test.each(["panel-effects", "panel-lags"])(
    "are forecast by %s with the effect that each price has",
    async (id) => {
      const made = pricedWares();
      const { brief, competition } = await briefOf(made);
      expect(modalities.filter((recipe) => recipe.fits(brief))).toContain(recipeOf(id));
      const done = await runScript(competition, scriptOf(brief, [id]));
      expect(done.exit, done.log).toBe(0);
      // What each series usually sells costs 17.7.
      expect(meanError(made, done.submission, "sold")).toBeLessThan(5);
    },
    minutes,
  );
});
