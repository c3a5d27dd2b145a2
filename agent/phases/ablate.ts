import { evaluateOnce } from "../evaluate/evaluate.ts";
import { problemOf } from "../evaluate/leak-check.ts";
import { type Block, keepHeader } from "../python-source/blocks.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import { printedBy } from "../run/context/tried.ts";
import { measureLoss } from "../run/measure.ts";
import { recordAblation, recordSkipped } from "../run/record.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Variant } from "../solution.ts";

/** Variants of one script, ranked by how much their block matters, and a model's summary of them. */
export type Ablated = {
  variants: Variant[];
  summary: string;
  /** Variants as solutions: one that turns out better may replace the script (not in the paper). */
  evaluated: Evaluated[];
};

/**
 * A_abl, as structure: each variant is the *same* script with one block changed, run under the
 * referee, compared on the same rows and ranked here; the model proposes and summarizes, it does not count. Null
 * when no variant could be run.
 */
export async function ablate(
  run: Run,
  at: string,
  base: Evaluated,
  past: readonly Ablated[],
): Promise<Ablated | null> {
  const proposed = await proposeVariants(run, at, base, past);
  if (proposed instanceof NoAnswer) {
    await recordSkipped(run, at, "ablation", proposed.why);
    return null;
  }
  const measured = await Promise.all(
    proposed.map((proposal, index) =>
      measureVariant(run, `${at}/ablation-${index + 1}`, base, proposal),
    ),
  );
  const ran = measured.filter((each) => each !== null);
  if (ran.length === 0) return null;
  const variants = rank(ran.map((each) => each.variant));
  const summary = await summarize(run, at, base, variants);
  await recordAblation(run, at, {
    solution: base.solution.id,
    baseline: base.evaluation.score,
    variants,
    summary,
  });
  const evaluated = run.config.acceptance === "strict" ? [] : ran.map((each) => each.evaluated);
  return { variants, summary, evaluated };
}

/** A change of one block, and the whole script with it. */
type Proposal = { block: string; what: string; code: string };

/** Up to `ablationVariants` changes that can be made to the script; those that cannot are dropped. */
async function proposeVariants(
  run: Run,
  at: string,
  base: Evaluated,
  past: readonly Ablated[],
): Promise<Proposal[] | NoAnswer> {
  const { code } = base.solution;
  const all = run.python.blocks(code, run.mode);
  const blocks = all.filter((block) => !block.isProtected);
  const count = run.config.ablationVariants;
  const input = {
    blocks: all,
    printed: run.config.refinement === "block" ? null : printedBy(run, base.solution.id),
    covered: past.flatMap((each) => each.variants.map((variant) => variant.what)),
    count,
  };
  const proposed = await ask(run, at, "ablation", input, (variants) => {
    const problems = variants.map((variant) => problemOf(patch(run, code, blocks, variant)));
    return problems.every((problem) => problem !== null) ? (problems[0] ?? "no variants") : null;
  });
  if (proposed instanceof NoAnswer) return proposed;
  return proposed
    .map((variant) => ({ ...variant, code: patch(run, code, blocks, variant) }))
    .filter((variant): variant is Proposal => typeof variant.code === "string")
    .slice(0, count);
}

/** The script with one block changed, or why that cannot be done. */
function patch(
  run: Run,
  code: string,
  blocks: readonly Block[],
  variant: { block: string; code: string },
): string | { problem: string } {
  const block = blocks.find((each) => each.id === variant.block.trim());
  if (block === undefined) return { problem: `there is no unprotected block "${variant.block}"` };
  const patched = run.python.replaceSpan(code, block, keepHeader(block.text, variant.code));
  return patched === code ? { problem: `the variant of ${block.id} changes nothing` } : patched;
}

async function measureVariant(
  run: Run,
  id: string,
  base: Evaluated,
  { block, what, code }: Proposal,
): Promise<{ variant: Variant; evaluated: Evaluated } | null> {
  const { track, id: parent } = base.solution;
  const solution = { id, code, parent, origin: "ablation" as const, track, plan: what };
  const evaluated = await evaluateOnce(run, solution, base.evaluation.score);
  if (evaluated === null) return null;
  const { status, score, seconds } = evaluated.evaluation;
  const effect = score === null ? null : await measureLoss(run, base, evaluated);
  const variant = {
    block,
    what,
    status,
    score,
    importance: effect?.loss ?? null,
    standardError: effect?.standardError ?? null,
    seconds,
  };
  return { variant, evaluated };
}

/** Largest loss first: that block matters most. What did not run says nothing and comes last. */
function rank(variants: readonly Variant[]): Variant[] {
  const importance = (variant: Variant) => variant.importance ?? Number.NEGATIVE_INFINITY;
  return [...variants].sort((a, b) => importance(b) - importance(a));
}

/** A_summarize: what the measured variants show; empty when the model gives no answer, or sees the table itself. */
async function summarize(
  run: Run,
  at: string,
  base: Evaluated,
  variants: Variant[],
): Promise<string> {
  if (run.config.refinement === "script") return "";
  const summary = await ask(run, at, "summarizer", { baseline: base.evaluation.score, variants });
  return summary instanceof NoAnswer ? "" : summary;
}
