import { describe, expect, test } from "vitest";
import { askedCustomers, departures, letters, trips } from "./made-words.ts";
import { accuracyOf, briefOf, modalities, runScript, scriptOf } from "./modalities-data.ts";

const minutes = 180_000;

describe("free text among the columns", () => {
  test.each([["tfidf-linear"], ["nb-svm"], ["text-topics", "hist-gradient-boosting"]])(
    "is read by %s",
    async (...ids) => {
      const made = letters(700);
      const { brief, competition } = await briefOf(made);
      const offered = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
      expect(offered).toEqual(["text-topics", "tfidf-linear", "nb-svm"]);
      const done = await runScript(competition, scriptOf(brief, ids));
      expect(done.exit, done.log).toBe(0);
      expect(accuracyOf(made, done.submission, "wanted")).toBeGreaterThan(0.85);
    },
    minutes,
  );

  test(
    "of thirty rows is answered all the same by everything that reads text",
    async () => {
      const { brief, competition } = await briefOf(letters(40));
      const ids = ["text-topics", "tfidf-linear", "nb-svm"];
      const code = scriptOf(brief, ids).replace(/^TEXT = .*$/mu, 'TEXT = ["letter"]');
      const done = await runScript(competition, code);
      expect(done.exit, done.log).toBe(0);
    },
    minutes,
  );
});

describe("several tables", () => {
  test(
    "are joined once for each column that refers to them, and the copies compared",
    async () => {
      const made = trips();
      const { brief, competition } = await briefOf(made);
      const offered = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
      expect(offered).toEqual(["join-tables", "aggregate-tables"]);
      const code = scriptOf(brief, ["join-tables", "hist-gradient-boosting"]);
      const shown = code.replace(
        /^# --- model: /mu,
        "print('columns', ' | '.join(X.columns))\n\n\n# --- model: ",
      );
      const done = await runScript(competition, shown);
      expect(done.exit, done.log).toBe(0);
      expect(done.log).toMatch(/(from|to) minus (from|to) height/u);
      expect(done.log).toContain("kilometres");
      expect(accuracyOf(made, done.submission, "wanted")).toBeGreaterThan(0.93);
    },
    minutes,
  );

  test(
    "with many rows a key are summed up by key",
    async () => {
      const made = trips();
      const { brief, competition } = await briefOf(made);
      const done = await runScript(
        competition,
        scriptOf(brief, ["aggregate-tables", "hist-gradient-boosting"]),
      );
      expect(done.exit, done.log).toBe(0);
      expect(accuracyOf(made, done.submission, "wanted")).toBeGreaterThan(0.97);
    },
    minutes,
  );

  test(
    "of dated rows are seen before the time of each row only",
    async () => {
      const made = askedCustomers();
      const { brief, competition } = await briefOf(made);
      const offered = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
      expect(offered).toContain("events-before");
      const ids = ["dates", "events-before", "aggregate-tables", "hist-gradient-boosting"];
      const done = await runScript(competition, scriptOf(brief, ids));
      expect(done.exit, done.log).toBe(0);
      // What a customer bought in all, later purchases included, says next to nothing.
      expect(accuracyOf(made, done.submission, "wanted")).toBeGreaterThan(0.93);
    },
    minutes,
  );
});

describe("times of day", () => {
  test(
    "are compared with the usual times of their key",
    async () => {
      const made = departures();
      const { brief, competition } = await briefOf(made);
      const done = await runScript(
        competition,
        scriptOf(brief, ["usual-times", "hist-gradient-boosting"]),
      );
      expect(done.exit, done.log).toBe(0);
      expect(accuracyOf(made, done.submission, "wanted")).toBeGreaterThan(0.9);
    },
    minutes,
  );
});
