import type { Brief } from "../../brief.ts";
import { audioRecipes } from "./recipes/audio.ts";
import { calendarRecipes } from "./recipes/calendar.ts";
import { LOOK_UP } from "./recipes/cells.ts";
import { featureRecipes } from "./recipes/features.ts";
import { historyRecipes } from "./recipes/history.ts";
import { imageRecipes } from "./recipes/image.ts";
import { modelRecipes } from "./recipes/models.ts";
import { panelRecipes } from "./recipes/panel.ts";
import { tablesRecipes } from "./recipes/tables.ts";
import { textRecipes } from "./recipes/text.ts";
import { tuningRecipes } from "./recipes/tuning.ts";
import type { Recipe } from "./section.ts";
import { cellsOf, searchRows } from "./settings.ts";
import { columnsOf, isRegression } from "./traits.ts";

/** Everything the playbook knows how to write, in one fixed order. */
export const recipes: readonly Recipe[] = [
  ...tablesRecipes,
  ...historyRecipes,
  ...panelRecipes,
  ...calendarRecipes,
  ...textRecipes,
  ...imageRecipes,
  ...audioRecipes,
  ...featureRecipes,
  ...modelRecipes,
  ...tuningRecipes,
  LOOK_UP,
];

/** The recipe of that id, or null. */
export function recipeOf(id: string): Recipe | null {
  return recipes.find((recipe) => recipe.id === id) ?? null;
}

/**
 * How promising a recipe is for the rows at hand. Boosting needs rows: on few of them, or with nearly as many
 * columns as rows, a linear model is as good or better, and a smooth surface comes close.
 */
export function priorOf(recipe: Recipe, brief: Brief): number {
  const isNumber = isRegression(brief);
  if (recipe.id === "linear") return linearPrior(recipe, brief);
  if (recipe.id === "gaussian-process" && isNumber && searchRows(brief) <= 500) return 0.75;
  if (["tfidf-linear", "nb-svm"].includes(recipe.id) && !isAboutTexts(brief))
    return recipe.prior - 0.3;
  // A number may hang on one measurement of hundreds, which all count alike in a kernel.
  if (recipe.id === "mfcc-svm" && isNumber) return 0.8;
  return recipe.prior;
}

/** Mean words of a cell from which on it is a text; below, it is a name, an address or a number with its unit. */
const WORDS_OF_TEXT = 5;

/** Whether the texts of a table are what there is to learn from, rather than names beside other columns. */
function isAboutTexts(brief: Brief): boolean {
  const texts = columnsOf(brief, "text");
  const others = columnsOf(brief, "numeric", "categorical", "boolean", "datetime");
  return (
    others.length < texts.length + 2 ||
    texts.some(({ words }) => words === null || words >= WORDS_OF_TEXT)
  );
}

/**
 * On 2,000 rows of 3,000 columns a linear model took four times as long as boosting, and scored less.
 */
const QUICK_CELLS = 1_000_000;

function linearPrior(recipe: Recipe, brief: Brief): number {
  const rows = searchRows(brief);
  const columns = brief.profile.columns.length;
  const isNumber = isRegression(brief);
  // It sees no words: beside a text, however few the rows, a model of words comes first.
  if (columnsOf(brief, "text").length > 0) return recipe.prior;
  if (rows <= 400 || (columns > rows / 3 && rows * columns <= QUICK_CELLS)) return 0.93;
  if (rows <= (isNumber ? 5000 : 1500)) return isNumber ? 0.89 : 0.8;
  return recipe.prior;
}

/** Whether a recipe can do something for a competition; where answers are texts only one that predicts texts can. */
export function suits(recipe: Recipe, brief: Brief): boolean {
  const predictsTexts = recipe.id === LOOK_UP.id;
  return recipe.fits(brief) && predictsTexts === (cellsOf(brief) === "texts");
}

/** Recipes of a kind that suit the competition, best prior first; edits of a model are not models. */
export function fitting(brief: Brief, kind: Recipe["kind"]): Recipe[] {
  return recipes
    .filter((recipe) => recipe.kind === kind && recipe.mode !== "edit" && suits(recipe, brief))
    .sort((a, b) => priorOf(b, brief) - priorOf(a, brief) || (a.id < b.id ? -1 : 1));
}
