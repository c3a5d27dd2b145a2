import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { hasRows, isRegression } from "../traits.ts";

type Tuning = Pick<Recipe, "id" | "kind" | "replaces" | "mode" | "prior" | "plan"> &
  Partial<Pick<Recipe, "fits" | "file" | "title">>;

function tuning(change: Tuning): Recipe {
  return {
    title: change.title ?? change.replaces,
    file:
      change.file ??
      `${change.kind === "model" ? "tuning" : "common"}/${change.id.replaceAll("-", "_")}.py`,
    fits: change.fits ?? (() => true),
    standard: false,
    needs: [],
    ...change,
  };
}

function edit(
  id: string,
  model: string,
  prior: number,
  plan: string,
  fits: (brief: Brief) => boolean = () => true,
): Recipe {
  const replaces = model === "" ? "model" : `model: ${model}`;
  return tuning({ id, kind: "model", replaces, mode: "edit", prior, plan, fits });
}

const isProbability = (brief: Brief) =>
  ["log_loss", "brier"].includes(brief.competition.metric.name) && !isRegression(brief);

/** Other settings of a model, other targets, other ways to blend. */
export const tuningRecipes: readonly Recipe[] = [
  edit(
    "lightgbm-regular",
    "lightgbm",
    0.66,
    "Make the boosted trees simpler [lightgbm-regular]: seven leaves with more rows in each, as far as there are rows, fewer columns a tree and a stronger penalty. On noisy tables small trees generalize better. Early stopping finds the number of rounds.",
  ),
  edit(
    "bag-seeds",
    "",
    0.6,
    "Train the model three times with other seeds in each fold and average the three [bag-seeds]. The average has less of the noise that sampling of rows and columns brings in. Nothing else changes.",
    (brief) => hasRows(brief, 0, 40_000),
  ),
  edit(
    "lightgbm-big",
    "lightgbm",
    0.5,
    "Let the boosted trees grow larger, with fewer columns each and a stronger penalty [lightgbm-big]. Deep interactions then come within reach. Early stopping keeps the number of rounds in check.",
    (brief) => hasRows(brief, 2000, Number.MAX_SAFE_INTEGER),
  ),
  edit(
    "lightgbm-random",
    "lightgbm",
    0.48,
    "Choose the cuts of the boosted trees at random [lightgbm-random] and let each tree see more columns. That damps overfitting much like an extra-trees forest. Early stopping finds the number of rounds.",
  ),
  edit(
    "lightgbm-slow",
    "lightgbm",
    0.45,
    "Let boosting take steps less than half as large, with more rounds [lightgbm-slow]. Small steps average over more trees. Early stopping still decides when to end.",
    (brief) => hasRows(brief, 0, 20_000),
  ),
  edit(
    "lightgbm-linear",
    "lightgbm",
    0.3,
    "Fit a small linear model in each leaf of the boosted trees [lightgbm-linear]. Smooth dependence on a number then needs fewer cuts. The leaves are kept few.",
    isRegression,
  ),
  edit(
    "catboost-pairs",
    "catboost",
    0.5,
    "Let CatBoost count pairs of categories too [catboost-pairs], and treat nearly all categories by their ordered statistics. Effects of two categories together come within reach.",
  ),
  edit(
    "catboost-deep",
    "catboost",
    0.45,
    "Let CatBoost's trees be two levels deeper with smaller steps and a stronger penalty [catboost-deep]. More interactions can be learned. Early stopping decides when to end.",
  ),
  edit(
    "xgboost-regular",
    "xgboost",
    0.6,
    "Make XGBoost's trees three levels deep with a stronger penalty and fewer columns each [xgboost-regular]. Simple trees generalize better on noisy tables.",
  ),
  edit(
    "xgboost-deep",
    "xgboost",
    0.45,
    "Let XGBoost's trees be eight levels deep, with more rows a leaf and a stronger penalty [xgboost-deep]. Deep interactions come within reach.",
  ),
  tuning({
    id: "log-target",
    kind: "target",
    replaces: "target",
    mode: "extend",
    prior: 0.5,
    title: "target: log",
    file: "common/target_log.py",
    plan: "Learn the logarithm of the target and go back at the end [log-target]. The target is skewed, so a few large values would otherwise rule the fit.",
    fits: (brief) =>
      isRegression(brief) &&
      (brief.profile.target?.min ?? -1) >= 0 &&
      (brief.profile.target?.skew ?? 0) > 1,
  }),
  tuning({
    id: "more-folds",
    kind: "folds",
    replaces: "folds",
    mode: "extend",
    prior: 0.5,
    title: "folds: more",
    plan: "Use ten folds instead of five [more-folds]. Each model then sees more of the training rows, and the test predictions are the mean of more models. It costs twice the time.",
    fits: (brief) => hasRows(brief, 0, 15_000) && brief.split.strategy !== "time",
  }),
  tuning({
    id: "calibration",
    kind: "blend",
    replaces: "blend: weights",
    mode: "extend",
    prior: 0.5,
    title: "blend: calibration",
    plan: "Multiply the log-odds of the blend by one factor that is best out of fold [calibration]. It takes back over- or underconfidence. One number can hardly overfit.",
    fits: isProbability,
  }),
  tuning({
    id: "blend-stack",
    kind: "blend",
    replaces: "blend: weights",
    mode: "replace",
    prior: 0.5,
    title: "blend: weights",
    file: "ensembles/stack.py",
    plan: "Fit a strongly penalized linear model on the out-of-fold predictions of the models and average it with their plain mean [blend-stack]. It can use that one model is right where another is not. The penalty keeps it near equal weights.",
  }),
  tuning({
    id: "blend-geometric",
    kind: "blend",
    replaces: "blend: weights",
    mode: "replace",
    prior: 0.4,
    title: "blend: weights",
    file: "ensembles/ensemble_geometric.py",
    plan: "Average the log-odds of the models rather than their probabilities, or take the median of numbers [blend-geometric]. Confident, agreeing models then count more. No weight is fitted.",
  }),
  tuning({
    id: "blend-mean",
    kind: "blend",
    replaces: "blend: weights",
    mode: "replace",
    prior: 0.35,
    title: "blend: weights",
    file: "ensembles/blend_mean.py",
    plan: "Give all models equal weights [blend-mean]. Nothing is fitted on the out-of-fold predictions, so nothing can overfit there.",
  }),
];
