import { describe, expect, it } from "vitest";
import {
  briefOf,
  csv,
  draws,
  type Made,
  modalities,
  numbersOf,
  type Row,
  runScript,
  scriptOf,
} from "./modalities-data.ts";

const minutes = 180_000;

/** Rows split into a training and a testing part, for a binary target judged by accuracy. */
function binary(rows: Row[], cut: number, files: Made["files"], extra: string[] = []): Made {
  const later = rows.slice(cut);
  return {
    task: [
      "type: binary",
      "metric: { name: accuracy, direction: maximize }",
      "id_column: id",
      "target_columns: [wanted]",
      "prediction_columns: [wanted]",
      ...extra,
    ],
    train: rows.slice(0, cut),
    test: later.map(({ wanted: _, ...row }) => row),
    sample: later.map((row) => ({ id: row["id"] ?? null, wanted: 0 })),
    answers: later.map((row) => ({ id: row["id"] ?? null, wanted: row["wanted"] ?? null })),
    files,
  };
}

function accuracy(made: Made, submission: string): number {
  const shown = numbersOf(submission, "wanted");
  const right = made.answers.filter((row, place) => row["wanted"] === shown[place]);
  return right.length / made.answers.length;
}

/** Complaints and thanks in made-up words; a few texts are missing, short or not of this world. */
function letters(count: number): Made {
  const draw = draws(23);
  const neutral = "the order came with a box on monday for my house and we put it away again".split(
    " ",
  );
  const marked = ["refund broken late awful angry", "thanks lovely great quick happy"].map((text) =>
    text.split(" "),
  );
  const pick = (words: readonly string[]): string => words[Math.floor(draw() * words.length)] ?? "";
  const rows = Array.from({ length: count }, (_, id): Row => {
    const wanted = draw() < 0.45 ? 1 : 0;
    const words = Array.from({ length: 25 }, () =>
      pick(draw() < 0.12 ? (marked[wanted] ?? []) : neutral),
    );
    return { id, letter: words.join(" "), stars: Math.round(3 * draw()), wanted };
  });
  for (const place of [3, 50, count - 2]) {
    const row = rows[place];
    if (row !== undefined) row["letter"] = place === 50 ? "¿? — 東京 😀" : null;
  }
  return binary(rows, Math.floor(count * 0.75), {});
}

describe("free text among the columns", () => {
  it.each([["tfidf-linear"], ["nb-svm"], ["text-topics", "hist-gradient-boosting"]])(
    "is read by %s",
    async (...ids) => {
      const made = letters(700);
      const { brief, competition } = await briefOf(made);
      const offered = modalities.filter((recipe) => recipe.fits(brief)).map((recipe) => recipe.id);
      expect(offered).toEqual(["text-topics", "tfidf-linear", "nb-svm"]);
      const done = await runScript(competition, scriptOf(brief, ids));
      expect(done.exit, done.log).toBe(0);
      expect(accuracy(made, done.submission)).toBeGreaterThan(0.85);
    },
    minutes,
  );

  it(
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

const moods = ["up", "down"];

/** Trips between places; whether one is hard depends on the places' heights, which another table holds. */
function trips(): Made {
  const draw = draws(31);
  const places = Array.from(
    { length: 60 },
    (_, place): Row => ({
      code: `P${place}`,
      height: Math.round(2000 * draw()),
      latitude: Math.round(600 * draw()) / 10,
      longitude: Math.round(600 * draw()) / 10,
      region: ["east", "west", null][place % 3] ?? null,
    }),
  );
  const visits: Row[] = [];
  const rows = Array.from({ length: 900 }, (_, id): Row => {
    const [from, to] = [Math.floor(draw() * 60), Math.floor(draw() * 60)];
    const climb = Number(places[to]?.["height"]) - Number(places[from]?.["height"]);
    const unknown = id === 5 || id === 890;
    return { id, from: unknown ? "P999" : `P${from}`, to: `P${to}`, wanted: climb > 200 ? 1 : 0 };
  });
  for (const row of rows) {
    const many = row["wanted"] === 1 ? 4 : 1;
    for (let time = 0; time < many; time += 1)
      visits.push({
        id: row["id"] ?? null,
        minutes: Math.round(90 * draw()),
        mood: moods[time % 2] ?? null,
      });
  }
  const files = { "places.csv": csv(places), "visits.csv": csv(visits) };
  return binary(rows, 650, files, ["files: { other: [places.csv, visits.csv] }"]);
}

describe("several tables", () => {
  it(
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
      expect(accuracy(made, done.submission)).toBeGreaterThan(0.93);
    },
    minutes,
  );

  it(
    "with many rows a key are summed up by key",
    async () => {
      const made = trips();
      const { brief, competition } = await briefOf(made);
      const done = await runScript(
        competition,
        scriptOf(brief, ["aggregate-tables", "hist-gradient-boosting"]),
      );
      expect(done.exit, done.log).toBe(0);
      expect(accuracy(made, done.submission)).toBeGreaterThan(0.97);
    },
    minutes,
  );
});

/** Departures at each line's own times of day; one off its usual times is wanted. */
function departures(): Made {
  const draw = draws(41);
  const rows = Array.from({ length: 1500 }, (_, id): Row => {
    const line = Math.floor(draw() * 12);
    const wanted = draw() < 0.3 ? 1 : 0;
    const minute =
      300 +
      line * 71 +
      180 * Math.floor(draw() * 3) +
      (wanted === 1 ? 15 + Math.floor(draw() * 60) : Math.floor(draw() * 3));
    const left = new Date(Date.UTC(2022, 2, 1 + Math.floor(draw() * 60), 0, minute)).toISOString();
    return { id, left: left.slice(0, 16).replace("T", " "), line: `line ${line}`, wanted };
  });
  return binary(rows, 1100, {});
}

describe("times of day", () => {
  it(
    "are compared with the usual times of their key",
    async () => {
      const made = departures();
      const { brief, competition } = await briefOf(made);
      const done = await runScript(
        competition,
        scriptOf(brief, ["usual-times", "hist-gradient-boosting"]),
      );
      expect(done.exit, done.log).toBe(0);
      expect(accuracy(made, done.submission)).toBeGreaterThan(0.9);
    },
    minutes,
  );
});
