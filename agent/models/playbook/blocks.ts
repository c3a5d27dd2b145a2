import type { Brief } from "../../brief.ts";
import type { BlockView } from "../../roles/inputs.ts";
import { priorOf, recipeOf, recipes, suits } from "./library.ts";
import { blockKind, blockTitle } from "./script.ts";
import type { Recipe } from "./section.ts";

/** Plans that are no recipe: leave the block out, or learn in smaller steps (any boosting library). */
export const dropId = "leave-out";
export const slowerId = "smaller-steps";

const nextWords = "If this does not help, next come: ";

/** Titles of the playbook's sections that stand in a block; a block may have grown by extensions. */
export function titlesIn(text: string): string[] {
  return [...text.matchAll(/^# --- (.+)$/gmu)].map((match) => (match[1] ?? "").trim());
}

/** A further model counts for less: other tracks have it, and their predictions are blended anyway. */
export function promise(recipe: Recipe, brief: Brief): number {
  const prior = priorOf(recipe, brief);
  return recipe.kind === "model" && recipe.mode === "extend" ? 0.7 * prior : prior;
}

/** Recipes that could still be tried on a block, best first; `bonus`: what else speaks for one. */
export function candidates(
  block: BlockView,
  present: readonly string[],
  brief: Brief,
  bonus: (id: string) => number = () => 0,
): Recipe[] {
  const worth = (recipe: Recipe) => promise(recipe, brief) + bonus(recipe.id);
  const kind = blockKind(block);
  const title = blockTitle(block);
  if (kind === null || title === null) return [];
  const there = new Set([...present, ...titlesIn(block.text)]);
  return recipes
    .filter((recipe) => recipe.kind === kind && title.startsWith(recipe.replaces))
    .filter((recipe) => recipe.mode !== "extend" || !there.has(recipe.title))
    .filter(
      (recipe) => recipe.kind !== "model" || recipe.mode !== "replace" || recipe.title !== title,
    )
    .filter((recipe) => suits(recipe, brief))
    .sort((a, b) => worth(b) - worth(a) || (a.id < b.id ? -1 : 1));
}

/** A plan in words, and behind it what may be tried next. */
export function planText(ids: readonly string[], title: string, next: readonly string[]): string {
  const words = ids.map((id) => planOf(id, title)).join(" ");
  const rest = next.filter((id) => !ids.includes(id)).slice(0, 8);
  return rest.length === 0 ? words : `${words} ${nextWords}${rest.join(", ")}.`;
}

function planOf(id: string, title: string): string {
  if (id === dropId) {
    return `Leave the block "${title}" out [${dropId}]. The ablation scored better without it than with it. What it adds is noise to the models that follow, and the script gets shorter and quicker.`;
  }
  if (id === slowerId) {
    return `Let the model of "${title}" learn in smaller steps [${slowerId}]. Halve its learning rate and double its number of rounds. Everything else stays as it is.`;
  }
  return recipeOf(id)?.plan ?? id;
}

/** What an earlier plan said may be tried next. */
export function nextOf(plan: string): string[] {
  const at = plan.lastIndexOf(nextWords);
  if (at < 0) return [];
  const list = plan.slice(at + nextWords.length).split(".")[0] ?? "";
  return list
    .split(",")
    .map((id) => id.trim())
    .filter((id) => recipeOf(id) !== null || id === dropId || id === slowerId);
}
