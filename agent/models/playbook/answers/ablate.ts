import type { BlockView, RoleInputs } from "../../../roles/inputs.ts";
import { recipeSection } from "../first-script.ts";
import { fitting } from "../library.ts";
import { blockKind, blockTitle, isFoundation, sectionText } from "../script.ts";
import type { Context } from "./context.ts";
import { leftOut, smallerSteps } from "./rewrite.ts";

type Variant = { block: string; what: string; code: string; worth: number };

function modelVariant(block: BlockView, models: number, context: Context): Variant | null {
  const title = blockTitle(block) ?? block.title;
  if (models > 1) {
    const what = `without the ${title.replace(/^model: /u, "")} model`;
    return { block: block.id, what, code: leftOut(block.text), worth: 0.9 };
  }
  const plain = fitting(context.brief, "model").find(
    (recipe) =>
      ["hist-gradient-boosting", "linear", "random-forest"].includes(recipe.id) &&
      recipe.title !== title,
  );
  if (plain === undefined) return null;
  const code = sectionText(recipeSection(plain, context.fragments));
  return { block: block.id, what: `a plain ${plain.id} model instead`, code, worth: 0.5 };
}

function variantOf(block: BlockView, models: number, context: Context): Variant | null {
  const title = blockTitle(block) ?? block.title;
  const id = block.id;
  switch (blockKind(block)) {
    case "model":
      return title.includes("(left out)") ? null : modelVariant(block, models, context);
    case "features":
      if (isFoundation(title) || title.includes("(left out)")) return null;
      return { block: id, what: `without ${title}`, code: leftOut(block.text), worth: 0.8 };
    case "target":
      if (title !== "target: log") return null;
      return {
        block: id,
        what: "the target as it is, without the logarithm",
        code: leftOut(block.text),
        worth: 0.6,
      };
    case "blend":
      if (title !== "blend: weights" || models < 2) return null;
      return {
        block: id,
        what: "equal weights in the blend",
        code: `# --- ${title}\n${context.fragments("ensembles/blend_mean.py")}\n`,
        worth: 0.4,
      };
    default:
      return null;
  }
}

/** A change of a block that somebody else wrote: other step sizes, or the block left out. */
function foreignVariant(block: BlockView): Variant {
  const slower = smallerSteps(block.text);
  if (slower !== block.text) {
    return { block: block.id, what: "half the learning rate", code: slower, worth: 0.9 };
  }
  const fewer = block.text.replace(
    /(\b(?:n_estimators|max_depth|num_leaves|n_splits|C|alpha)\s*=\s*)(\d+(?:\.\d+)?)/gu,
    (_, name: string, value: string) => {
      const half = Number(value) / 2;
      return `${name}${value.includes(".") ? half : Math.max(2, Math.floor(half))}`;
    },
  );
  if (fewer !== block.text) {
    return { block: block.id, what: "half the model's size", code: fewer, worth: 0.8 };
  }
  return { block: block.id, what: "the block left out", code: "pass\n", worth: 0.1 };
}

/** Names of models without a part in the blend, by what the script printed. */
function idleModels(printed: string | null): string[] {
  const line = /^weights: \{(.*)\}$/mu.exec(printed ?? "")?.[1] ?? "";
  return [...line.matchAll(/'([^']+)': 0\.0(?=,|$)/gu)].map(([, name = ""]) => name);
}

/** Whether all models of a block have no part in the predictions: without it they would be the same. */
function isIdle({ text }: BlockView, idle: readonly string[]): boolean {
  const names = [...text.matchAll(/^\s*predictions\["([^"]+)"\] =/gmu)].map(
    ([, name = ""]) => name,
  );
  return names.length > 0 && names.every((name) => idle.includes(name));
}

/** Two or three variants of a script, those not tried before and most promising for the data first. */
export function ablate(input: RoleInputs["ablation"], context: Context): string {
  const open = input.blocks.filter((block) => !block.isProtected);
  const models = open.filter((block) => blockKind(block) === "model").length;
  const isOurs = models > 0;
  const idle = idleModels(input.printed);
  const possible = open
    .filter((block) => !isIdle(block, idle))
    .map((block) => (isOurs ? variantOf(block, models, context) : foreignVariant(block)))
    .filter((variant) => variant !== null);
  const isCovered = (variant: Variant) => {
    const block = input.blocks.find((view) => view.id === variant.block);
    const names = [variant.what, variant.block, block?.title ?? variant.what];
    return input.covered.some((text) => names.includes(text));
  };
  const ordered = possible.sort(
    (a, b) => Number(isCovered(a)) - Number(isCovered(b)) || b.worth - a.worth,
  );
  const chosen = ordered.slice(0, Math.max(1, input.count));
  const variants = chosen.map(({ block, what, code }) => ({ block, what, code }));
  return JSON.stringify({ variants }, null, 2);
}

/** The ranking of an ablation in words. */
export function summarize(input: RoleInputs["summarizer"]): string {
  const scored = input.variants.filter((variant) => variant.importance !== null);
  const ranked = [...scored].sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0));
  const lines = ranked.map((variant) => {
    const loss = variant.importance ?? 0;
    const error = variant.standardError;
    const sure = error !== null && Math.abs(loss) <= error ? ", within its noise" : "";
    const effect = loss > 0 ? `costs ${loss.toPrecision(3)}` : `gains ${(-loss).toPrecision(3)}`;
    return `${variant.what} (${variant.block}) ${effect}${sure}`;
  });
  const failed = input.variants.filter((variant) => variant.importance === null);
  const failures = failed.map((variant) => `${variant.what} (${variant.block}): ${variant.status}`);
  const score = input.baseline === null ? "nothing" : Number(input.baseline.toPrecision(4));
  const start = `The script as it stands scores ${score}.`;
  const effects =
    lines.length === 0 ? "No variant was scored." : `Changing one block: ${lines.join("; ")}.`;
  const rest = failures.length === 0 ? "" : ` Without a score: ${failures.join("; ")}.`;
  return `${start} ${effects}${rest}`;
}
