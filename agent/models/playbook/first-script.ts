import { LOGARITHMIC_METRICS } from "../../../tasks/metric-kinds.ts";
import type { Brief } from "../../brief.ts";
import type { Fragments } from "./fragments.ts";
import { fitting, recipeOf } from "./library.ts";
import { LOOK_UP } from "./recipes/cells.ts";
import { composeScript } from "./script.ts";
import type { Recipe, Section, SectionKind } from "./section.ts";
import { cellsOf, hasAmounts, learningKind, settingsSection } from "./settings.ts";

function fixed(fragments: Fragments, kind: SectionKind, title: string, file: string): Section {
  return { kind, title, code: fragments(file) };
}

/** The section a recipe writes. */
export function recipeSection(recipe: Recipe, fragments: Fragments): Section {
  return { kind: recipe.kind, title: recipe.title, code: fragments(recipe.file) };
}

function logTarget(brief: Brief): boolean {
  const { metric } = brief.competition;
  const target = brief.profile.target;
  if (learningKind(brief) !== "regression") return false;
  if (LOGARITHMIC_METRICS.includes(metric.name)) return true;
  const skewed = target !== null && target.skew > 1.5 && target.min >= 0;
  return skewed && ["mae", "mape", "wmape", "smape", "rmspe"].includes(metric.name);
}

/** The model recipe that plays a card's family; the best that fits when the family is unknown here. */
export function familyRecipe(family: string, brief: Brief): Recipe {
  const asked = recipeOf(family);
  if (asked?.kind === "model" && asked.fits(brief)) return asked;
  const best = fitting(brief, "model")[0] ?? asked;
  if (best?.kind === "model") return best;
  const last = recipeOf("random-forest");
  if (last === null) throw new Error("the playbook has no model recipe");
  return last;
}

/**
 * Models that stand beside a family in its first script, since their blend is what a good first submission is made of:
 * boosting that errs elsewhere.
 */
const COMPANIONS: Partial<Record<string, readonly string[]>> = {
  lightgbm: ["catboost"],
  ratings: ["lightgbm"],
  "panel-effects": ["panel-lags"],
};

function withCompanions(model: Recipe, brief: Brief): Recipe[] {
  const beside = (COMPANIONS[model.id] ?? []).flatMap((id) => recipeOf(id) ?? []);
  return [model, ...beside.filter((recipe) => recipe.fits(brief))];
}

/** Feature recipes of a first script: the standard ones that fit, and what the model asks for. */
function firstFeatures(brief: Brief, model: Recipe): Recipe[] {
  const standard = fitting(brief, "features").filter((recipe) => recipe.standard);
  const wanted = model.needs.flatMap((id) => recipeOf(id) ?? []);
  const all = [...wanted, ...standard];
  return all.filter((recipe, index) => all.indexOf(recipe) === index);
}

/** Whether a column is to be read as dates: those of the task, or of a profile of earlier versions. */
function hasDates({ competition, profile }: Brief): boolean {
  const isDated = Object.keys(competition.dates ?? {}).length > 0;
  return isDated || profile.columns.some(({ kind }) => kind === "datetime");
}

/** What makes one row an id of tables where that is not so, and puts the answers beside them. */
function unitSections({ competition }: Brief, fragments: Fragments): Section[] {
  const { labels_file = null, submission_id = null, label_separator = null } = competition;
  const labels =
    labels_file === null
      ? []
      : [fixed(fragments, "read", "join the answers", "common/read_labels.py")];
  if (label_separator !== null)
    labels.push(fixed(fragments, "read", "take the labels apart", "cells/read_sets.py"));
  if (submission_id === null || submission_id.target) return labels;
  return [...labels, fixed(fragments, "read", "make the ids", "common/read_ids.py")];
}

/** The fragment that writes the submission. */
function writerOf(brief: Brief): string {
  const { submission_id, prediction_columns } = brief.competition;
  if (cellsOf(brief) === "sets" && prediction_columns.length === 1) return "cells/write_sets.py";
  return submission_id?.target === true ? "common/write_long.py" : "common/write.py";
}

/** Answers that are texts are copied and looked up; no model of classes or numbers is fitted. */
function textScript(brief: Brief, fragments: Fragments, seed: number): string {
  return composeScript([
    settingsSection(brief, seed),
    fixed(fragments, "read", "read the tables", "common/read.py"),
    ...unitSections(brief, fragments),
    fixed(fragments, "model", LOOK_UP.title, LOOK_UP.file),
    fixed(fragments, "write", "write the submission", "cells/write_texts.py"),
  ]);
}

/** A whole first script for one model family. */
export function firstScript(
  brief: Brief,
  family: string,
  fragments: Fragments,
  seed: number,
): string {
  if (cellsOf(brief) === "texts") return textScript(brief, fragments, seed);
  const model = familyRecipe(family, brief);
  const features = firstFeatures(brief, model).map((recipe) => recipeSection(recipe, fragments));
  const target = fixed(fragments, "target", "target", "common/target.py");
  const log = logTarget(brief)
    ? [fixed(fragments, "target", "target: log", "common/target_log.py")]
    : [];
  const dates = hasDates(brief)
    ? [fixed(fragments, "tools", "tools: dates", "common/dates_in.py")]
    : [];
  const amounts = hasAmounts(brief)
    ? [fixed(fragments, "read", "read the amounts", "common/read_amounts.py")]
    : [];
  return composeScript([
    settingsSection(brief, seed),
    fixed(fragments, "tools", "tools", "common/tools.py"),
    ...dates,
    fixed(fragments, "read", "read the tables", "common/read.py"),
    ...amounts,
    ...unitSections(brief, fragments),
    target,
    ...log,
    fixed(fragments, "folds", "folds", "common/folds.py"),
    fixed(fragments, "features", "features: columns", "common/columns.py"),
    ...features,
    ...withCompanions(model, brief).map((recipe) => recipeSection(recipe, fragments)),
    fixed(fragments, "blend", "blend: weights", "ensembles/blend.py"),
    fixed(fragments, "blend", "blend: decision", "common/decision.py"),
    fixed(fragments, "write", "write the submission", writerOf(brief)),
  ]);
}
