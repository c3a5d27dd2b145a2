import type { RoleInputs } from "../../../roles/inputs.ts";
import { familyRecipe, firstScript, recipeSection } from "../first-script.ts";
import { fitting, recipeOf } from "../library.ts";
import { composeScript, parseScript } from "../script.ts";
import type { Section } from "../section.ts";
import { type Context, fenced } from "./context.ts";

/** A first script around the card's model family. */
export function initialize(input: RoleInputs["initializer"], context: Context): string {
  const { brief, fragments, seed } = context;
  return fenced(firstScript(brief, input.card.family, fragments, seed));
}

function lacking(base: readonly Section[], others: readonly Section[]): Section[] {
  const titles = new Set(base.map((section) => section.title));
  return others.filter(
    (section) =>
      (section.kind === "model" || section.kind === "features") && !titles.has(section.title),
  );
}

/** The base script with the features and models that only the reference has; the blend weighs them. */
export function merge(input: RoleInputs["merger"], context: Context): string {
  const base = parseScript(input.base.code);
  const reference = parseScript(input.reference.code);
  if (base !== null && reference !== null) {
    return fenced(composeScript([...base, ...lacking(base, reference)]));
  }
  if (base === null) return fenced(input.base.code);
  const titles = new Set(base.map((section) => section.title));
  const next = fitting(context.brief, "model").find((recipe) => !titles.has(recipe.title));
  const added = next === undefined ? [] : [recipeSection(next, context.fragments)];
  return fenced(composeScript([...base, ...added]));
}

/** A script that opens the tables nobody opened, or the sentence that all is used. */
export function useData(input: RoleInputs["data-usage"], context: Context): string {
  const sections = parseScript(input.code);
  const titles = new Set(sections?.map((section) => section.title));
  const named = (file: string) =>
    input.unopened.some(
      ({ name }) => name === file || name.endsWith(`/${file}`) || file.endsWith(name),
    );
  const wanted = context.brief.profile.other.some((file) => named(file.name));
  const recipe = fitting(context.brief, "features").find(
    (found) => found.file.startsWith("tables") && !titles.has(found.title),
  );
  if (sections === null || !wanted || recipe === undefined) {
    return "All the provided information is used.";
  }
  return fenced(composeScript([...sections, recipeSection(recipe, context.fragments)]));
}

/** The plainest script that can be written for the competition; the last way out of a failure. */
export function safeScript(context: Context): string {
  const { brief, fragments, seed } = context;
  const plain = ["hist-gradient-boosting", "random-forest", "linear"];
  const family = plain.find((id) => recipeOf(id)?.fits(brief)) ?? familyRecipe("", brief).id;
  const sections = parseScript(firstScript(brief, family, fragments, seed)) ?? [];
  return composeScript(
    sections.filter(
      (section) => section.kind !== "features" || section.title === "features: columns",
    ),
  );
}
