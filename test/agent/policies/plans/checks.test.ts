import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { recipes } from "../../../../agent/models/playbook/library.ts";
import { type PlanFacts, violationsOf } from "../../../../agent/policies/plans/checks.ts";
import { isSameIdea } from "../../../../agent/policies/plans/same-idea.ts";

const facts: PlanFacts = {
  block: "model",
  fixed: [
    { id: "block-1", title: "read" },
    { id: "block-6", title: "write the submission" },
  ],
  packages: [
    "lightgbm==4.7.0",
    "scikit-learn==1.8.0",
    "xgboost==3.1",
    "catboost==1.3",
    "torch==2.9",
  ],
  limits: { seconds: 600, memoryMb: 8192 },
  scriptSeconds: 60,
  fitsRun: true,
  tried: [
    "Lower the learning rate of LightGBM to 0.02 and train more trees.",
    "Encode the shop by the mean of the target per shop, out of fold.",
  ],
  code: null,
};

/** Plans that break one rule each, with the check that must say so. */
const planted: [check: string, plan: string][] = [
  ["time", "Train the model with 50 different seeds and average their predictions."],
  ["time", "Average 12 copies of the network, each with its own split of the rows."],
  ["memory", "Build the full kernel matrix, about 40 GB, and solve it at once."],
  ["memory", "Keep all pairwise products in memory (16 gigabytes) before selecting."],
  ["packages", "Use TabPFN on the twenty strongest columns."],
  ["packages", "Tune the depth with Optuna for thirty trials."],
  ["packages", "Fine-tune DistilBERT on the text column."],
  ["network", "First pip install a newer release, then train as before."],
  ["network", "Download the census data from the web and join it by region."],
  ["blocks", "Rewrite block-1 so that dates are parsed while reading."],
  ["blocks", 'Change the block "write the submission" to clip the answers.'],
  ["metric and split", "Replace the evaluation metric by the log loss, which is smoother."],
  ["metric and split", "Use a different validation split by date in place of the given one."],
  ["metric and split", "Probe the leaderboard with constant answers to learn the class shares."],
  ["answers", "Fit the calibration with the test labels."],
  ["answers", "Estimate the offset from the answers of the hidden rows."],
  [
    "repeat",
    "Take smaller steps: LightGBM with a reduced learning rate and a larger number of trees.",
  ],
  ["repeat", "Add target encoding of the shop, computed out of fold."],
];

/** Plans that are near a rule and break none. */
const allowed = [
  "Train the model with 3 different seeds and average their predictions.",
  "Raise the learning rate of LightGBM and train fewer trees.",
  "Keep the products of pairs in 2 GB of float32.",
  "Replace LightGBM by CatBoost with its ordered boosting.",
  "Use a small torch network with two layers.",
  "Use plain gradient boosting, without TabPFN.",
  'Change the block "model" to a ridge regression on standardized columns.',
  "Encode the weekday by the mean of the target per weekday, within groups of shops, and add its count.",
  "Optimize the thresholds for the competition's metric on inner folds.",
  "Use five inner folds rather than three for early stopping.",
  "Add pseudo-labels of confident test rows in a second pass.",
  "Add the ratio of price to area and the logarithm of area.",
  "Average two seeds. If this does not help, next come: xgboost, tabpfn, prophet.",
  "Fit no calibration on the test labels, which are not there.",
];

describe("executable checks", () => {
  test.each(planted)("find what breaks %s: %s", (check, plan) => {
    expect(violationsOf(plan, facts).map((each) => each.check)).toEqual([check]);
  });

  test.each(allowed)("let pass: %s", (plan) => {
    expect(violationsOf(plan, facts)).toEqual([]);
  });

  test("let every recipe of the playbook pass, and tell each from the others", () => {
    const packages = ["lightgbm", "xgboost", "catboost", "torch", "tabpfn", "statsmodels"];
    const open = { ...facts, packages: packages.map((name) => `${name}==1`), tried: [] };
    for (const recipe of recipes) {
      expect([recipe.id, violationsOf(recipe.plan, open)]).toEqual([recipe.id, []]);
      const others = recipes.filter(({ id }) => id !== recipe.id).map(({ plan }) => plan);
      expect(violationsOf(recipe.plan, { ...open, tried: others })).toEqual([]);
      expect(violationsOf(recipe.plan, { ...open, tried: [recipe.plan] })).toHaveLength(1);
    }
  });

  test("whatever the environment of scripts has may be imported, also by a build for some hardware", async () => {
    const locked = new URL("../../../../sandbox/requirements-lock.txt", import.meta.url);
    const every = (await readFile(locked, "utf8")).match(/^[\w.-]+==[^\s;\\]+/gmu) ?? [];
    // On Linux the build without CUDA is installed in its place.
    const packages = every.filter((pin) => !pin.startsWith("xgboost=="));
    const made =
      "import lightgbm\nimport xgboost as xgb\nfrom catboost import Pool\nimport torch\n";
    const here = { ...facts, packages, code: { made, ran: [] } };
    expect(violationsOf("Add XGBoost to the blend.", here)).toEqual([]);
    expect(violationsOf("Add XGBoost to the blend.", { ...here, code: null })).toEqual([]);
  });

  test("a plan that came with a script repeats what was run when the scripts are the same", () => {
    const code = (made: string) => ({ made, ran: ["a = 1\n"] });
    const plan = "Lower the learning rate of LightGBM and train more trees.";
    expect(violationsOf(plan, { ...facts, code: code("a = 2\n") })).toEqual([]);
    expect(violationsOf("Something new.", { ...facts, code: code("a = 1\n") })).toMatchObject([
      { check: "repeat" },
    ]);
    const foreign = code("from tabpfn import TabPFNRegressor\n");
    expect(violationsOf(plan, { ...facts, code: foreign })).toMatchObject([{ check: "packages" }]);
  });
});

test.each([
  ["Use more trees.", "Increase n_estimators.", true],
  ["Use more trees.", "Use fewer trees.", false],
  ["Impute missing values by the median.", "Fill the empty cells with the median.", true],
  ["Add lagged sales.", "Add rolling means of earlier sales.", true],
  ["Add lagged sales.", "Drop unimportant features.", false],
  ["Stack both models with a ridge.", "Blend both models by a weighted average.", false],
  ["[target-log] Learn the logarithm.", "Learn the logarithm of the target [target-log].", true],
  ["[target-log] Learn it.", "[bag-seeds] [target-log] Learn it.", false],
])("the idea of %s and of %s is the same: %s", (a, b, same) => {
  expect(isSameIdea(a, b)).toBe(same);
  expect(isSameIdea(b, a)).toBe(same);
});
