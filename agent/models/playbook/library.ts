import type { Brief } from "../../brief.ts";
import { featureRecipes } from "./recipes/features.ts";
import { modelRecipes } from "./recipes/models.ts";
import type { Recipe } from "./section.ts";

/** Everything the playbook knows how to write, in one fixed order. */
export const recipes: readonly Recipe[] = [...featureRecipes, ...modelRecipes];

/** The recipe of that id, or null. */
export function recipeOf(id: string): Recipe | null {
  return recipes.find((recipe) => recipe.id === id) ?? null;
}

/** Recipes of a kind that suit the competition, best prior first. */
export function fitting(brief: Brief, kind: Recipe["kind"]): Recipe[] {
  return recipes
    .filter((recipe) => recipe.kind === kind && recipe.fits(brief))
    .sort((a, b) => b.prior - a.prior || (a.id < b.id ? -1 : 1));
}
