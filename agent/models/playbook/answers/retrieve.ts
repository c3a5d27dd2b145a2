import type { RoleInputs } from "../../../roles/inputs.ts";
import type { SearchHit } from "../../../search/search.ts";
import type { ModelCard } from "../../../solution.ts";
import { fitting, priorOf, recipeOf } from "../library.ts";
import type { Recipe } from "../section.ts";
import { type Context, remembered, rememberedWorth } from "./context.ts";

function cardOf(recipe: Recipe, hit: SearchHit | null, context: Context): ModelCard {
  const used = remembered(context, [recipe.id]);
  return {
    modelName: hit?.title ?? recipe.id,
    exampleCode: hit === null || hit.code.trim() === "" ? context.fragments(recipe.file) : hit.code,
    family: recipe.id,
    why: `${hit?.text ?? recipe.plan.replace(/^[^.]*\. /u, "")}${used.length === 0 ? "" : ` [${used.join(", ")}]`}`,
    sources: hit === null ? [] : [hit.url],
  };
}

/** Families that err alike; a set of cards gains from having several. */
const families: readonly (readonly string[])[] = [
  [
    "lightgbm",
    "catboost",
    "xgboost",
    "hist-gradient-boosting",
    "lag-boosting",
    "panel-lags",
    "image-boosting",
    "audio-boosting",
  ],
  ["extra-trees", "random-forest", "spectral-forest"],
  [
    "linear",
    "calendar-ridge",
    "panel-effects",
    "tfidf-linear",
    "nb-svm",
    "team-history",
    "ratings",
  ],
  ["mlp", "net"],
  ["svm", "knn", "gaussian-process", "pixel-svm", "mfcc-svm"],
];

function familyOf(id: string): number {
  return families.findIndex((family) => family.includes(id));
}

/** Best first, where a family counts for less the more of it was taken before it. */
function varied(context: Context, playable: readonly Recipe[], count: number): Recipe[] {
  const open = [...playable];
  const taken: Recipe[] = [];
  while (taken.length < count && open.length > 0) {
    const worth = (recipe: Recipe) =>
      priorOf(recipe, context.brief) +
      rememberedWorth(context, recipe.id) -
      0.2 * taken.filter((each) => familyOf(each.id) === familyOf(recipe.id)).length;
    open.sort((a, b) => worth(b) - worth(a) || (a.id < b.id ? -1 : 1));
    taken.push(...open.splice(0, 1));
  }
  return taken;
}

/**
 * Model cards: families the playbook can write for this competition, for each track the best and the most varied
 * first that no track before it has, with what the search found of each.
 */
export function retrieve(input: RoleInputs["retriever"], context: Context): string {
  const { count, spare, tracks, exclude } = input;
  const taken: Recipe[] = [];
  for (const track of tracks) {
    const playable = fitting(context.brief, "model").filter(
      (recipe) => !exclude.includes(recipe.id) && !taken.includes(recipe),
    );
    const isLast = track === tracks.at(-1);
    taken.push(...varied(context, playable, isLast ? count + spare : count));
  }
  const cards = taken.map((recipe) => {
    const hit = input.hits.find((found) => found.family === recipe.id) ?? null;
    return cardOf(recipe, hit, context);
  });
  const last = recipeOf("random-forest");
  const fallback = cards.length > 0 || last === null ? [] : [cardOf(last, null, context)];
  return JSON.stringify({ cards: [...cards, ...fallback] }, null, 2);
}
