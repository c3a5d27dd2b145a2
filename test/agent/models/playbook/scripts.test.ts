import { describe, expect, test } from "vitest";
import { fitting } from "../../../../agent/models/playbook/library.ts";
import { sampled } from "../../../sample.ts";
import { converse, firstOf, mergedOf } from "./conversation.ts";
import { madeTables } from "./modalities/made-tables.ts";
import { briefOf, type Made, runScript } from "./modalities/modalities-data.ts";

const timeout = 240_000;

function rowsOf(text: string): string[] {
  return text.trim().split("\n");
}

function expectSubmission(submission: string, made: Made): void {
  const [head, ...lines] = rowsOf(submission);
  const names = Object.keys(made.sample[0] ?? {});
  expect(head).toBe(names.join(","));
  expect(lines).toHaveLength(made.sample.length);
  for (const line of lines) {
    const cells = line.split(",");
    expect(cells).toHaveLength(names.length);
    expect(cells.filter((cell) => cell === "" || /^(?:nan|inf|-inf)$/iu.test(cell))).toEqual([]);
  }
}

describe("first scripts", () => {
  test.each(sampled(Object.entries(madeTables), { size: 3, seed: 6 }))(
    "run and submit on %s",
    async (_, made) => {
      const { brief, competition } = await briefOf(made);
      const [card] = await converse(brief, "retriever", {
        count: 1,
        spare: 0,
        hits: [],
        exclude: [],
        tracks: [1],
      });
      const ran = await runScript(competition, await firstOf(brief, card?.family ?? ""));
      expect(ran.log).toContain("Final Validation Performance: ");
      expect(ran.exit).toBe(0);
      expectSubmission(ran.submission, made);
    },
    timeout,
  );
});

describe("every model family", () => {
  const tables = [
    "regression with gaps, dates and odd names",
    "four classes with a column each",
    "several labels a row",
    "forty rows and constant columns",
  ];
  test.each(sampled(tables, { size: 1, seed: 2 }))(
    "runs beside the others on %s, and the blend submits",
    async (name) => {
      const made = madeTables[name];
      if (made === undefined) throw new Error(name);
      const { brief, competition } = await briefOf(made);
      const families = fitting(brief, "model").map((recipe) => recipe.id);
      const ran = await runScript(competition, await mergedOf(brief, families));
      expect(ran.exit, ran.log).toBe(0);
      for (const family of families) expect(ran.log).toContain(`${family}: `);
      expectSubmission(ran.submission, made);
    },
    timeout,
  );
});

describe("every feature recipe", () => {
  test(
    "runs after the others and the script still submits",
    async () => {
      const made = madeTables["four classes with a column each"];
      if (made === undefined) throw new Error("no such table");
      const { brief, competition } = await briefOf(made);
      const code = await firstOf(brief, "lightgbm");
      const model = code.slice(code.indexOf("# --- model: "), code.indexOf("# --- blend: weights"));
      const plan = fitting(brief, "features")
        .map((recipe) => `[${recipe.id}]`)
        .join(" ");
      const features = await converse(brief, "coder", {
        block: "# --- features: columns\nnumber_of_models = 1\n",
        plan,
      });
      const grown = code.replace(model, () => `${features}\n\n${model}`);
      const ran = await runScript(competition, grown);
      expect(ran.exit, ran.log).toBe(0);
      expectSubmission(ran.submission, made);
    },
    timeout,
  );
});

describe("ensembles of two scripts", () => {
  test.each(["ensemble-weights", "ensemble-rank", "ensemble-stack"])(
    "run under the plan %s",
    async (id) => {
      const made = madeTables["four classes with a column each"];
      if (made === undefined) throw new Error("no such table");
      const { brief, competition } = await briefOf(made);
      const solutions = [
        { code: await firstOf(brief, "random-forest"), score: 0.5 },
        { code: await firstOf(brief, "linear"), score: 0.6 },
      ];
      const code = await converse(brief, "ensembler", {
        plan: `As [${id}]`,
        solutions,
        mode: "referee",
      });
      const ran = await runScript(competition, code);
      expect(ran.exit, ran.log).toBe(0);
      expectSubmission(ran.submission, made);
    },
    timeout,
  );

  test(
    "run side by side when one script is a stranger's",
    async () => {
      const made = madeTables["a skewed target under rmsle"];
      if (made === undefined) throw new Error("no such table");
      const { brief, competition } = await briefOf(made);
      const stranger = [
        "import pandas as pd",
        'sample = pd.read_csv("./input/sample_submission.csv")',
        'sample["count"] = 40.0',
        'sample.to_csv("./submission.csv", index=False)',
      ].join("\n");
      const solutions = [
        { code: await firstOf(brief, "random-forest"), score: 0.5 },
        { code: stranger, score: 0.6 },
      ];
      const code = await converse(brief, "ensembler", {
        plan: "average",
        solutions,
        mode: "referee",
      });
      const ran = await runScript(competition, code);
      expect(ran.exit, ran.log).toBe(0);
      expectSubmission(ran.submission, made);
    },
    timeout,
  );
});
