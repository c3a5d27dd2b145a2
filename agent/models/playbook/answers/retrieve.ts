import type { RoleInputs } from "../../../roles/inputs.ts";
import type { SearchHit } from "../../../search/search.ts";
import type { ModelCard } from "../../../solution.ts";
import { fitting, recipeOf } from "../library.ts";
import type { Recipe } from "../section.ts";
import type { Context } from "./context.ts";

function cardOf(recipe: Recipe, hit: SearchHit | null, context: Context): ModelCard {
  return {
    modelName: hit?.title ?? recipe.id,
    exampleCode: hit === null || hit.code.trim() === "" ? context.fragments(recipe.file) : hit.code,
    family: recipe.id,
    why: hit?.text ?? recipe.plan.replace(/^[^.]*\. /u, ""),
    sources: hit === null ? [] : [hit.url],
  };
}

/**
 * Model cards: families the playbook can write for this competition, best prior first, with what the search
 * found of each. Later tracks start further down the list, so that tracks differ.
 */
export function retrieve(input: RoleInputs["retriever"], context: Context): string {
  const playable = fitting(context.brief, "model").filter(
    (recipe) => !input.exclude.includes(recipe.id),
  );
  const strong = playable.slice(0, Math.max(input.count, 4));
  const turn = strong.length === 0 ? 0 : Math.max(0, input.track - 1) % strong.length;
  const ordered = [
    ...strong.slice(turn),
    ...strong.slice(0, turn),
    ...playable.slice(strong.length),
  ];
  const cards = ordered.slice(0, input.count).map((recipe) => {
    const hit = input.hits.find((found) => found.family === recipe.id) ?? null;
    return cardOf(recipe, hit, context);
  });
  if (cards.length > 0) return JSON.stringify(cards, null, 2);
  const last = recipeOf("random-forest");
  return JSON.stringify(last === null ? [] : [cardOf(last, null, context)], null, 2);
}
