import type { RoleInputs } from "../../../roles/inputs.ts";
import { dropId, slowerId, titlesIn } from "../blocks.ts";
import { recipeSection } from "../first-script.ts";
import { recipeOf } from "../library.ts";
import { sectionText } from "../script.ts";
import type { Recipe } from "../section.ts";
import { type Context, fenced, namedIds } from "./context.ts";

/** A block that does nothing, in the place of one that is left out. */
export function leftOut(block: string): string {
  const title = titlesIn(block)[0];
  return title === undefined ? "pass\n" : `# --- ${title} (left out)\npass\n`;
}

/** Halves learning rates and doubles rounds, whatever the library. */
export function smallerSteps(block: string): string {
  return block
    .replace(/(\blearning_rate["']?\s*[=:]\s*)(\d*\.?\d+)/gu, (_, name: string, value: string) => {
      return `${name}${Number((Number(value) / 2).toPrecision(3))}`;
    })
    .replace(
      /(\b(?:n_estimators|iterations|max_iter|num_boost_round)["']?\s*[=:]\s*)(\d+)\b/gu,
      (_, name: string, value: string) => `${name}${Number(value) * 2}`,
    );
}

function edited(block: string, lines: string): string {
  const at = block.search(/^[ \t]*predictions\[/mu);
  if (at < 0) return `${block.trimEnd()}\n${lines}\n`;
  const indent = /^[ \t]*/u.exec(block.slice(at))?.[0] ?? "";
  const inserted = lines.split("\n").map((line) => (line === "" ? "" : `${indent}${line}`));
  return `${block.slice(0, at)}${inserted.join("\n")}\n${block.slice(at)}`;
}

function withRecipe(block: string, recipe: Recipe, context: Context): string {
  const needed = recipe.needs
    .flatMap((id) => recipeOf(id) ?? [])
    .filter((need) => need.kind === "features" && recipe.kind === "model")
    // Standard ones stand in every first script already.
    .filter((need) => !need.standard && !titlesIn(block).includes(need.title));
  const own = sectionText(recipeSection(recipe, context.fragments));
  const text = [...needed.map((need) => sectionText(recipeSection(need, context.fragments))), own];
  if (recipe.mode === "replace") return text.join("\n\n");
  if (recipe.mode === "edit") return edited(block, context.fragments(recipe.file));
  return [`${block.trimEnd()}\n`, ...text].join("\n\n");
}

/** The block as the plan's recipes make it; unchanged when the plan names none. */
export function rewrite(input: RoleInputs["coder"], context: Context): string {
  let block = input.block;
  for (const id of namedIds(input.plan)) {
    const recipe = recipeOf(id);
    if (id === dropId) block = leftOut(block);
    else if (id === slowerId) block = smallerSteps(block);
    else if (recipe !== null) block = withRecipe(block, recipe, context);
  }
  return fenced(block);
}
