import { expect, test } from "vitest";
import { fitting } from "../../../../agent/models/playbook/library.ts";
import { sampled } from "../../../sample.ts";
import { converse, mergedOf } from "./conversation.ts";
import {
  accuracyOf,
  briefOf,
  draws,
  type Made,
  type Row,
  runScript,
} from "./modalities/modalities-data.ts";

const minutes = 420_000;
/** Libraries that have a say in how columns may be called. */
const BOOSTING = ["lightgbm", "xgboost", "catboost"];

/** Names that some library, file format or language takes for something else. */
const NUMBERS = ["0", "1", "-1e3", 'say "hi", [x] < {y}: z', "a\nb", "class", "x".repeat(1000)];
const WORDS = ["größe 🙂", "None", "index", "town", "town count", "town mean 0", "кот's {json}"];
const DATE = "day, of: [week]";
const TEXT = "text\ttab";

/** Rows of which a number and a category tell the class. */
function made(): Made {
  const next = draws(11);
  const rows = Array.from({ length: 330 }, (_, at): Row => {
    const numbers = NUMBERS.map((name): [string, number] => [
      name,
      Number((10 * next()).toFixed(3)),
    ]);
    const words = WORDS.map((name): [string, string] => [name, `w${Math.floor(12 * next())}`]);
    const strong = (numbers[3]?.[1] ?? 0) > 5 ? 1 : 0;
    const flipped = next() < 0.05 ? 1 - strong : strong;
    return {
      "row id": `r${at}`,
      ...Object.fromEntries([...numbers, ...words]),
      [DATE]: `2024-0${1 + Math.floor(8 * next())}-1${Math.floor(9 * next())}`,
      [TEXT]: Array.from({ length: 12 }, () => `word${Math.floor(40 * next())}`).join(" "),
      "y, the [answer]": flipped,
    };
  });
  const later = rows.slice(220);
  return {
    task: [
      "type: binary",
      "metric: { name: accuracy, direction: maximize }",
      "id_column: row id",
      'target_columns: ["y, the [answer]"]',
      'prediction_columns: ["y, the [answer]"]',
    ],
    train: rows.slice(0, 220),
    test: later.map(({ "y, the [answer]": _, ...row }) => row),
    sample: later.map((row) => ({ "row id": row["row id"] ?? "", "y, the [answer]": 0 })),
    answers: later,
    files: {},
  };
}

/** A script with every recipe of features below its first features. */
async function withAllFeatures(
  brief: Parameters<typeof fitting>[0],
  code: string,
): Promise<string> {
  let grown = code;
  for (const recipe of fitting(brief, "features")) {
    if (grown.includes(`# --- ${recipe.title}\n`)) continue;
    const at = grown.indexOf("# --- model: ");
    const plan = `[${recipe.id}]`;
    const block = await converse(brief, "coder", { block: "# --- features: more\npass", plan });
    grown = `${grown.slice(0, at)}${block}\n\n${grown.slice(at)}`;
  }
  return grown;
}

test(
  "every model and feature of the playbook runs on columns with hostile names, and learns",
  async () => {
    const competition = made();
    const { brief, competition: loaded } = await briefOf(competition);
    const families = fitting(brief, "model").map(({ id }) => id);
    expect(families).toEqual(expect.arrayContaining(BOOSTING));
    const others = families.filter((family) => !BOOSTING.includes(family));
    for (const family of [...BOOSTING, ...sampled(others, { size: 1, seed: 5 })]) {
      const code = await withAllFeatures(brief, await mergedOf(brief, [family]));
      const ran = await runScript(loaded, code);
      expect(ran.exit, `${family}: ${ran.log}`).toBe(0);
      const right = rightShare(ran.submission, competition);
      // Texts are drawn at random here, and naive Bayes reads nothing else.
      if (family !== "nb-svm") expect([family, right > 0.6]).toEqual([family, true]);
    }
  },
  minutes,
);

/** The header has a comma of its own, so only the last field counts. */
function rightShare(submission: string, competition: Made): number {
  const plain = submission.replace(/^.*\n/u, "id,y\n");
  const answers = competition.answers.map((row) => ({ y: row["y, the [answer]"] ?? null }));
  return accuracyOf({ ...competition, answers }, plain, "y");
}
