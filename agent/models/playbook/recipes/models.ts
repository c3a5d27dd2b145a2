import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf, hasPackage, hasRows, hasTable, isRegression } from "../traits.ts";

function model(
  id: string,
  prior: number,
  fits: (brief: Brief) => boolean,
  why: string,
  file = `models/${id.replaceAll("-", "_")}.py`,
): Recipe {
  return {
    id,
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: `model: ${id}`,
    plan: `Keep what the block does and train a further model beside it [${id}]. ${why} Its out-of-fold and test predictions are added to the others, so that the blend decides how much it counts.`,
    fits,
    file,
    prior,
    standard: false,
    needs: [],
  };
}

/** Whether rows are what one of many gives another of many: two columns of many levels with several rows each. */
function isRating(brief: Brief): boolean {
  const rows = Math.max(1, brief.split.trainRows);
  const sides = [
    ...columnsOf(brief, "categorical", "id"),
    ...columnsOf(brief, "numeric").filter(({ name }) => name.toLowerCase().endsWith("id")),
  ].filter(({ unique }) => unique >= 30 && unique <= rows / 4);
  const isOrdered = brief.profile.testIsLater || brief.split.strategy === "time";
  return isRegression(brief) && !isOrdered && sides.length >= 2;
}

/** Model families for tables of numbers and categories. */
export const modelRecipes: readonly Recipe[] = [
  model(
    "lightgbm",
    0.9,
    (brief) => hasPackage(brief, "lightgbm") && hasRows(brief, 100, Number.MAX_SAFE_INTEGER),
    "Leaf-wise boosting with small steps, column sampling and early stopping is the strongest single model on most tables.",
  ),
  model(
    "catboost",
    0.88,
    (brief) =>
      hasPackage(brief, "catboost") &&
      hasTable(brief) &&
      hasRows(brief, 60, Number.MAX_SAFE_INTEGER),
    "Its ordered statistics of categories and symmetric trees make mistakes that differ from those of leaf-wise boosting.",
  ),
  model(
    "xgboost",
    0.8,
    (brief) =>
      hasPackage(brief, "xgboost", "xgboost-cpu") &&
      hasTable(brief) &&
      hasRows(brief, 60, Number.MAX_SAFE_INTEGER),
    "Depth-wise boosting with second-order steps is close in strength and different enough to help an average.",
  ),
  model(
    "ratings",
    0.93,
    isRating,
    "Effects of both sides, drawn to nothing where there are few rows, and hidden tastes in what they leave, say more of a grade than trees on names.",
  ),
  model(
    "hist-gradient-boosting",
    0.72,
    (brief) => hasTable(brief) && hasRows(brief, 60, Number.MAX_SAFE_INTEGER),
    "Histogram boosting with few leaves is quick and steady.",
  ),
  model(
    "extra-trees",
    0.7,
    hasTable,
    "Trees with random cuts average out noise that boosting follows, so they often help a blend more than a second boosting does.",
  ),
  model(
    "random-forest",
    0.6,
    hasTable,
    "Bagged deep trees are steady on noisy targets and hardly need tuning.",
  ),
  model(
    "linear",
    0.62,
    hasTable,
    "A penalized linear model on scaled numbers and one-hot levels sees smooth, additive effects that trees approximate only by steps.",
  ),
  model(
    "mlp",
    0.5,
    (brief) => hasTable(brief) && hasRows(brief, 500, 100_000),
    "A small net on scaled inputs draws smooth borders, which makes it a good partner for trees.",
  ),
  model(
    "net",
    0.55,
    (brief) => hasPackage(brief, "torch") && hasTable(brief) && hasRows(brief, 300, 100_000),
    "Small nets with waves of the numbers and embedded levels see smooth dependences that trees cut into steps, which makes them the best partner for trees.",
  ),
  model(
    "svm",
    0.42,
    (brief) => hasTable(brief) && hasRows(brief, 40, 8000),
    "A kernel machine finds smooth borders on few rows.",
  ),
  model(
    "knn",
    0.3,
    (brief) => hasTable(brief) && hasRows(brief, 20, 30_000),
    "Neighbors are weak alone and unlike everything else in a blend.",
  ),
  model(
    "gaussian-process",
    0.4,
    (brief) => hasTable(brief) && hasRows(brief, 20, isRegression(brief) ? 1500 : 500),
    "On few rows a smooth surface with a noise term is hard to beat.",
  ),
];
