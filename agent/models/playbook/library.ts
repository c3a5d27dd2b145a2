import type { Brief } from "../../brief.ts";
import { calendarRecipes } from "./recipes/calendar.ts";
import { featureRecipes } from "./recipes/features.ts";
import { historyRecipes } from "./recipes/history.ts";
import { imageRecipes } from "./recipes/image.ts";
import { modelRecipes } from "./recipes/models.ts";
import { tablesRecipes } from "./recipes/tables.ts";
import { textRecipes } from "./recipes/text.ts";
import { tuningRecipes } from "./recipes/tuning.ts";
import type { Recipe } from "./section.ts";

/** Everything the playbook knows how to write, in one fixed order. */
export const recipes: readonly Recipe[] = [
  ...tablesRecipes,
  ...historyRecipes,
  ...calendarRecipes,
  ...textRecipes,
  ...imageRecipes,
  ...featureRecipes,
  ...modelRecipes,
  ...tuningRecipes,
];

/** The recipe of that id, or null. */
export function recipeOf(id: string): Recipe | null {
  return recipes.find((recipe) => recipe.id === id) ?? null;
}

/** Recipes of a kind that suit the competition, best prior first; edits of a model are not models. */
export function fitting(brief: Brief, kind: Recipe["kind"]): Recipe[] {
  return recipes
    .filter((recipe) => recipe.kind === kind && recipe.mode !== "edit" && recipe.fits(brief))
    .sort((a, b) => b.prior - a.prior || (a.id < b.id ? -1 : 1));
}
