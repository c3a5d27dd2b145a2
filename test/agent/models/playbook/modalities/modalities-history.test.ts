import { describe, expect, test } from "vitest";
import { league, results } from "./made-league.ts";
import {
  briefOf,
  type Made,
  modalities,
  numbersOf,
  runScript,
  scriptOf,
} from "./modalities-data.ts";

const minutes = 180_000;
/** Log loss of a submission, and of the class shares of the training rows. */
function losses(made: Made, submission: string): { own: number; dull: number } {
  const columns = results.map((name) => numbersOf(submission, name));
  const share = results.map(
    (name) => made.train.filter((row) => row["result"] === name).length / made.train.length,
  );
  let own = 0;
  let dull = 0;
  for (const [place, row] of made.answers.entries()) {
    const code = results.indexOf(String(row["result"]));
    own -= Math.log(columns[code]?.[place] ?? 0);
    dull -= Math.log(share[code] ?? 0);
  }
  return { own: own / made.answers.length, dull: dull / made.answers.length };
}

describe("rows about teams that meet again and again", () => {
  test(
    "are told apart by ratings from the past, better than by class shares",
    async () => {
      const made = league(120, 25);
      const { brief, competition } = await briefOf(made);
      const ids = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
      expect(ids).toEqual(expect.arrayContaining(["entity-history", "team-history"]));
      const done = await runScript(
        competition,
        scriptOf(brief, ["entity-history", "team-history"]),
      );
      expect(done.exit, done.log).toBe(0);
      const { own, dull } = losses(made, done.submission);
      expect(own).toBeLessThan(dull - 0.08);
    },
    minutes,
  );

  test(
    "see nothing of a later row: other results after the training rows' last cut change no earlier feature",
    async () => {
      const made = league(60, 10);
      const { brief, competition } = await briefOf(made);
      const probe =
        "print('early', X.iloc[:150].filter(like='history').round(9).fillna(-9).to_numpy().sum())";
      const code = scriptOf(brief, ["entity-history", "team-history"]);
      const shown = code.replace(
        /^# --- model: team-history$/mu,
        `${probe}\n\n\n# --- model: team-history`,
      );
      const before = await runScript(competition, shown);
      const changed = shown.replace(
        /^# --- target$/mu,
        "# --- target\nlate = np.arange(len(train)) >= len(train) - 60\ntrain.loc[late, ['home_score', 'away_score']] = 9 - train.loc[late, ['away_score', 'home_score']].to_numpy()\ntrain.loc[late, 'result'] = 'draw'\n",
      );
      const after = await runScript(competition, changed);
      const early = (log: string): string | undefined => /^early (.+)$/mu.exec(log)?.[1];
      expect(early(before.log), before.log).toBeDefined();
      expect(early(after.log), after.log).toBe(early(before.log));
    },
    minutes,
  );

  test(
    "with a handful of rows, one meeting each, are answered all the same",
    async () => {
      const whole = league(20, 4);
      const made = { ...whole, train: whole.train.slice(0, 14) };
      const { brief, competition } = await briefOf(made);
      const done = await runScript(
        competition,
        scriptOf(brief, ["dates", "entity-history", "team-history"]),
      );
      expect(done.exit, done.log).toBe(0);
      expect(numbersOf(done.submission, "home").every((p) => p >= 0 && p <= 1)).toBe(true);
    },
    minutes,
  );
});
