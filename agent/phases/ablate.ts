import { evaluateOnce } from "../evaluate/evaluate.ts";
import { problemOf } from "../evaluate/leak-check.ts";
import { type Block, keepHeader } from "../python-source/blocks.ts";
import { ask, NoAnswer } from "../run/ask.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Variant } from "../solution.ts";

/** Variants of one script, ranked by how much their block matters, and a model's gloss on them. */
export type Ablated = {
  variants: Variant[];
  summary: string;
  /** Variants as solutions: one that turns out better may replace the script (not in the paper). */
  evaluated: Evaluated[];
};

/**
 * The ablation study as structure (spec §0 line 6): each variant is the *same* script with one block changed,
 * run under the referee, compared on the same rows and ranked here; the model proposes and explains, it does
 * not count. Null when no variant could be had.
 */
export async function ablate(
  run: Run,
  at: string,
  base: Evaluated,
  past: readonly Ablated[],
): Promise<Ablated | null> {
  const { code } = base.solution;
  const blocks = run.python.blocks(code, run.mode).filter((block) => !block.isProtected);
  const covered = past.flatMap((each) => each.variants.map((variant) => variant.what));
  const count = run.config.ablationVariants;
  const views = blocks.map(({ id, title, text }) => ({ id, title, text }));
  const proposed = await ask(
    run,
    at,
    "ablation",
    { code, blocks: views, covered, count },
    (variants) => {
      const problems = variants.map((variant) => problemOf(patch(run, code, blocks, variant)));
      return problems.every((problem) => problem !== null) ? (problems[0] ?? "no variants") : null;
    },
  );
  if (proposed instanceof NoAnswer) {
    await run.journal.step("skipped", `${at}/skipped`, async () => ({
      what: "ablation",
      why: proposed.why,
    }));
    return null;
  }
  const chosen = proposed.filter(
    (variant) => typeof patch(run, code, blocks, variant) === "string",
  );
  const measured = await Promise.all(
    chosen
      .slice(0, count)
      .map((variant, index) => measure(run, `${at}/ablation-${index + 1}`, base, blocks, variant)),
  );
  const runs = measured.filter((each) => each !== null);
  const variants = rank(runs.map((each) => each.variant));
  if (variants.length === 0) return null;
  const gloss = await ask(run, at, "summariser", { baseline: base.evaluation.score, variants });
  const summary = gloss instanceof NoAnswer ? "" : gloss;
  const solution = base.solution.id;
  await run.journal.step("ablated", `${at}/ablated`, async () => ({
    solution,
    baseline: base.evaluation.score,
    variants,
    summary,
  }));
  const evaluated = run.config.acceptance === "noise" ? runs.map((each) => each.evaluated) : [];
  return { variants, summary, evaluated };
}

type Proposed = { block: string; what: string; code: string };

function patch(
  run: Run,
  code: string,
  blocks: readonly Block[],
  variant: Proposed,
): string | { problem: string } {
  const block = blocks.find((each) => each.id === variant.block.trim());
  if (block === undefined) return { problem: `there is no unprotected block "${variant.block}"` };
  const patched = run.python.replaceSpan(code, block, keepHeader(block.text, variant.code));
  return patched === code ? { problem: `the variant of ${block.id} changes nothing` } : patched;
}

async function measure(
  run: Run,
  id: string,
  base: Evaluated,
  blocks: readonly Block[],
  variant: Proposed,
): Promise<{ variant: Variant; evaluated: Evaluated } | null> {
  const code = patch(run, base.solution.code, blocks, variant);
  if (typeof code !== "string") return null;
  const { track, id: parent } = base.solution;
  const draft = { id, code, parent, origin: "ablation" as const, track, plan: variant.what };
  const evaluated = await evaluateOnce(run, draft, base.evaluation.score);
  if (evaluated === null) return null;
  const { status, score, seconds } = evaluated.evaluation;
  const effect = score === null ? null : await effectOf(run, id, base, score);
  const { block, what } = variant;
  const measured = {
    block,
    what,
    status,
    score,
    importance: effect?.loss ?? null,
    standardError: effect?.standardError ?? null,
    seconds,
  };
  return { variant: measured, evaluated };
}

/** How much the change cost, in the metric's good direction, paired over the same rows. */
async function effectOf(run: Run, id: string, base: Evaluated, score: number) {
  if (run.mode === "self-reported") {
    const was = base.evaluation.score ?? score;
    const loss = run.competition.metric.direction === "maximize" ? was - score : score - was;
    return { loss, standardError: null };
  }
  const { gain, standardError } = await run.journal.step("compared", `${id}/compared`, async () => {
    const { views } = base.evaluation;
    const found = await run.referee.compare(base.solution.id, id, views);
    return { incumbent: base.solution.id, challenger: id, views, ...found };
  });
  return { loss: -gain, standardError };
}

/** Largest loss first: that block matters most. What did not run says nothing and stands last. */
function rank(variants: Variant[]): Variant[] {
  const size = (variant: Variant) => variant.importance ?? Number.NEGATIVE_INFINITY;
  return [...variants].sort((a, b) => size(b) - size(a));
}
