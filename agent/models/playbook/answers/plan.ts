import type { BlockView, RoleInputs, Target } from "../../../roles/inputs.ts";
import { candidates, dropId, nextOf, planText, promise, slowerId, titlesIn } from "../blocks.ts";
import { recipeOf } from "../library.ts";
import { blockKind, blockTitle, isFoundation } from "../script.ts";
import {
  beats,
  type Context,
  citationLine,
  namedIds,
  remembered,
  rememberedWorth,
} from "./context.ts";
import { onlyInWorst } from "./criticize.ts";
import { rewrite } from "./rewrite.ts";

type Choice = { block: BlockView; ids: string[]; next: string[]; worth: number };

/** How much room a kind of block usually has. */
const room: Record<string, number> = {
  features: 1,
  model: 0.95,
  target: 0.7,
  blend: 0.6,
  folds: 0.4,
};

function choiceFor(
  block: BlockView,
  input: RoleInputs["extractor"],
  context: Context,
  avoided: readonly string[],
): Choice | null {
  const kind = blockKind(block);
  const title = blockTitle(block) ?? block.title;
  if (kind === null || title.includes("(left out)")) return null;
  const tried = new Set(input.earlier.flatMap((step) => namedIds(step.plan)));
  const present = input.blocks.flatMap((view) => titlesIn(view.text));
  const models = present.filter((each) => each.startsWith("model: ")).length;
  const bonus = (id: string) => rememberedWorth(context, id);
  const next = candidates(block, present, context.brief, bonus)
    .filter((recipe) => !tried.has(recipe.id) && !avoided.includes(recipe.title))
    .filter((recipe) => models > 1 || recipe.kind !== "blend" || recipe.mode === "extend")
    .map((recipe) => ({ id: recipe.id, prior: promise(recipe, context.brief) + bonus(recipe.id) }));
  const measured = input.variants.find((variant) => variant.block === block.id);
  const importance = measured?.importance ?? null;
  const error = Math.max(measured?.standardError ?? 0, 1e-12);
  const hurts = importance !== null && importance < 0 && isDroppable(kind, title, measured?.what);
  const ids = next.map((recipe) => recipe.id);
  if (hurts && -importance > 0.5 * error) {
    return { block, ids: [dropId], next: ids, worth: 2 + Math.min(1, -importance / error) };
  }
  const best = next[0];
  if (best === undefined) return null;
  const pull = importance === null ? 1 : 1 + 0.05 * Math.max(-2, Math.min(4, importance / error));
  const isHere = (named: string) => [block.id, block.title, title].includes(named);
  const failed = input.earlier.filter((step) => isHere(step.block) && !step.improved).length;
  const worth = best.prior * (room[kind] ?? 0.1) * pull * 0.8 ** failed;
  return { block, ids: [best.id], next: ids.slice(1), worth };
}

function isDroppable(kind: string, title: string, what: string | undefined): boolean {
  if (what?.includes("instead") === true) return false;
  return (kind === "features" && !isFoundation(title)) || kind === "model";
}

/** Which block to work on and the first plan for it. */
export function target(input: RoleInputs["extractor"], context: Context): string {
  return JSON.stringify(chooseTarget(input, context));
}

/**
 * Room to gain and untried recipes decide, not importance alone. `avoided`: titles of sections that did harm; `number`:
 * of attempts side by side, each of which is to be another idea.
 */
function chooseTarget(
  input: RoleInputs["extractor"],
  context: Context,
  { avoided = [], number = 1 }: { avoided?: readonly string[]; number?: number } = {},
): Target {
  const choices = input.blocks
    .map((block) => choiceFor(block, input, context, avoided))
    .filter((choice) => choice !== null)
    .sort((a, b) => b.worth - a.worth);
  const ideas = inTurns(choices);
  const best = ideas[(number - 1) % Math.max(1, ideas.length)];
  if (best !== undefined) {
    const title = blockTitle(best.block) ?? best.block.title;
    return { block: best.block.id, plan: planText(best.ids, title, best.next) };
  }
  const names = new Set(input.earlier.map((step) => step.block));
  const isUsed = (view: BlockView) => names.has(view.id) || names.has(view.title);
  const block =
    input.blocks.find((view) => /learning_rate|n_estimators/u.test(view.text) && !isUsed(view)) ??
    input.blocks.find((view) => !isUsed(view)) ??
    input.blocks.at(-1);
  const plan = planText([slowerId], block?.title ?? "model", []);
  return { block: block?.id ?? "", plan };
}

/** Every block's first idea, the most promising block's first; then their second ones, and so on. */
function inTurns(choices: readonly Choice[]): Choice[] {
  const most = Math.max(0, ...choices.map(({ next }) => 1 + next.length));
  return Array.from({ length: most }, (_, turn) =>
    choices.flatMap((choice) => {
      if (turn === 0) return [choice];
      const later = choice.next.slice(turn - 1);
      const [first, ...rest] = later;
      return first === undefined ? [] : [{ ...choice, ids: [first], next: rest }];
    }),
  ).flat();
}

/** The next plan for a block, and what of earlier runs it goes by. */
export function plan(input: RoleInputs["planner"], context: Context): string {
  const chosen = nextPlan(input, context);
  return chosen + citationLine(context, remembered(context, namedIds(chosen)));
}

/** The block as the plan's recipes make it, and what of earlier runs that goes by. */
export function coder(input: RoleInputs["coder"], context: Context): string {
  const used = remembered(context, namedIds(input.plan));
  return rewrite(input, context) + citationLine(context, used);
}

/** What helped so far, and the best recipe not tried yet beside it. */
function nextPlan(input: RoleInputs["planner"], context: Context): string {
  const title = blockTitle(input.block) ?? input.block.title;
  const tried = new Set([
    ...input.history.flatMap((attempt) => namedIds(attempt.plan)),
    ...input.refused.flatMap(namedIds),
  ]);
  const announced = input.history.flatMap((attempt) => nextOf(attempt.plan));
  const bonus = (id: string) => rememberedWorth(context, id);
  const own = candidates(input.block, [], context.brief, bonus).map((recipe) => recipe.id);
  const avoided = onlyInWorst(input.feedback);
  const open = [...new Set(announced.length > 0 ? announced : own)]
    .filter((id) => !tried.has(id))
    .filter((id) => !avoided.includes(recipeOf(id)?.title ?? ""))
    // What was announced keeps its order, but for what earlier runs say.
    .map((id, place) => ({ id, value: bonus(id), place }))
    .sort((a, b) => b.value - a.value || a.place - b.place)
    .map(({ id }) => id);
  let best: { ids: string[]; score: number | null } = { ids: [], score: input.baseline };
  for (const attempt of input.history) {
    const ids = namedIds(attempt.plan);
    if (ids.length > 0 && beats(context, attempt.score, best.score))
      best = { ids, score: attempt.score };
  }
  const first = open[((input.drawn?.number ?? 1) - 1) % Math.max(1, open.length)];
  if (first === undefined) {
    // Nothing is left to add: leave it out where the rest runs without it; a model may be the only one.
    const spare = blockKind(input.block) === "features" && !isFoundation(title);
    const last = spare && !tried.has(dropId) ? dropId : slowerId;
    return planText([...best.ids.filter((id) => id !== dropId), last], title, []);
  }
  const kept = best.ids.includes(dropId) ? [] : best.ids;
  const others = open.filter((id) => id !== first);
  return planText([...kept, first], title, others);
}

/** Choice of the block, plan and code at once: another plan for the block of the last attempt, else the most promising block. */
export function change(input: RoleInputs["refiner"], context: Context): string {
  const open = input.blocks.filter((block) => !block.isProtected);
  const chosen = nextChange(input, open, context);
  const block = open.find(({ id, title }) => id === chosen.block || title === chosen.block);
  const code = rewrite({ block: block?.text ?? "", plan: chosen.plan }, context);
  const used = citationLine(context, remembered(context, namedIds(chosen.plan)));
  return `${chosen.plan}\n\n${block?.id ?? chosen.block}:\n${code}${used}`;
}

/** The block that a plan's recipe belongs to; where it names none, the first open one. */
function carriedOut(plan: string, blocks: readonly BlockView[]): Target {
  const [recipe] = namedIds(plan).flatMap((id) => recipeOf(id) ?? []);
  const fits = ({ text }: BlockView) =>
    recipe !== undefined &&
    titlesIn(text).some((title) => title.startsWith(recipe.replaces) || title === recipe.title);
  return { block: (blocks.find(fits) ?? blocks[0])?.id ?? "", plan };
}

function nextChange(
  { history, score, earlier, variants, feedback, drawn, refused, carryOut }: RoleInputs["refiner"],
  blocks: readonly BlockView[],
  context: Context,
): Target {
  const last = blocks.find(({ title }) => title === history.at(-1)?.block);
  if (carryOut !== null) return carriedOut(carryOut, blocks);
  const again = refused.flatMap((words) => ({ block: "", plan: words, improved: false }));
  if (last === undefined) {
    const avoided = onlyInWorst(feedback);
    const number = drawn?.number ?? 1;
    return chooseTarget(
      { blocks, variants, summary: "", earlier: [...earlier, ...again] },
      context,
      { avoided, number },
    );
  }
  const own = history.filter((attempt) => attempt.block === last.title);
  const input = { block: last, history: own, baseline: score, feedback, drawn, refused };
  return { block: last.id, plan: nextPlan(input, context) };
}
