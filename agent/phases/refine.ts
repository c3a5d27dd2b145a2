import { evaluate } from "../evaluate/evaluate.ts";
import { problemOf } from "../evaluate/leak-check.ts";
import { type Block, keepHeader } from "../python-source/blocks.ts";
import type { RoleOutputs } from "../roles/inputs.ts";
import { ask, NoAnswer } from "../run/ask.ts";
import { advance } from "../run/commit.ts";
import type { Run } from "../run/run.ts";
import { type Attempt, type Evaluated, triedPlan } from "../solution.ts";
import { acceptBest } from "../trust/accept.ts";
import { type Ablated, ablate } from "./ablate.ts";

/** What one outer step leaves for the next: its ablation, the block it worked on, and whether that helped. */
type Step = { ablated: Ablated; block: string; plan: string; improved: boolean };

/** Algorithm 2: T times, find by ablation the block that matters and try K plans on that block only. */
export async function refine(run: Run, track: string, initial: Evaluated): Promise<Evaluated> {
  let best = initial;
  const past: Step[] = [];
  for (let outer = 1; outer <= run.config.outerSteps; outer++) {
    const at = `${track}/refine-${outer}`;
    const ablated = await ablate(
      run,
      at,
      best,
      past.map((step) => step.ablated),
    );
    if (ablated === null) break;
    const target = await chooseTarget(run, at, best, ablated, past);
    if (target === null) {
      past.push({ ablated, block: "", plan: "", improved: false });
      continue;
    }
    const attempts = await attemptPlans(run, at, best, target);
    const next = await acceptBest(run, at, best, [...attempts, ...ablated.evaluated]);
    past.push({ ablated, block: target.block.title, plan: target.plan, improved: next !== best });
    if (next !== best) await advance(run, at, track, next);
    best = next;
  }
  return best;
}

type Target = { block: Block; plan: string };

/** A_extractor: the block and its first plan. A block that cannot be found or may not be touched skips the step. */
async function chooseTarget(
  run: Run,
  at: string,
  base: Evaluated,
  ablated: Ablated,
  past: readonly Step[],
) {
  const blocks = run.python.blocks(base.solution.code, run.mode);
  const open = blocks.filter((block) => !block.isProtected);
  const input = {
    blocks: open.map(({ id, title, text }) => ({ id, title, text })),
    variants: ablated.variants,
    summary: ablated.summary,
    earlier: past
      .filter((step) => step.block !== "")
      .map(({ block, plan, improved }) => ({ block, plan, improved })),
  };
  const find = (output: RoleOutputs["extractor"]) =>
    findTarget(run, base.solution.code, blocks, output);
  const reply = await ask(run, at, "extractor", input, (output) => {
    const found = find(output);
    return typeof found === "string" ? found : null;
  });
  const found = reply instanceof NoAnswer ? reply.why : find(reply);
  if (typeof found === "string") {
    await run.journal.step("skipped", `${at}/skipped`, async () => ({
      what: "refinement",
      why: found,
    }));
    return null;
  }
  await run.journal.step("targeted", `${at}/targeted`, async () => ({
    solution: base.solution.id,
    block: found.block.id,
    title: found.block.title,
    plan: found.plan,
  }));
  return found;
}

function findTarget(
  run: Run,
  code: string,
  blocks: readonly Block[],
  output: { block: string; plan: string },
): Target | string {
  const named = blocks.find((block) => block.id === output.block.trim());
  if (named !== undefined)
    return named.isProtected ? `${named.id} is protected` : { block: named, plan: output.plan };
  const span = run.python.findBlock(code, output.block);
  if ("problem" in span) return `no block "${output.block.slice(0, 60)}": ${span.problem}`;
  const touched = blocks.find(
    (block) => block.isProtected && block.start < span.end && span.start < block.end,
  );
  if (touched !== undefined) return `the text reaches into ${touched.id}, which is protected`;
  const text = code.slice(span.start, span.end);
  const title = text.trim().split("\n")[0]?.slice(0, 80) ?? "block";
  return { block: { ...span, id: title, title, text, isProtected: false }, plan: output.plan };
}

/** K attempts, each on the same base; every one of them may win (spec §1 rows 1, 13; §8 no. 4). */
async function attemptPlans(run: Run, at: string, base: Evaluated, target: Target) {
  const history: Attempt[] = [];
  const tried: Evaluated[] = [];
  for (let k = 1; k <= run.config.attempts; k++) {
    const id = `${at}/attempt-${k}`;
    const plan = k === 1 ? target.plan : await nextPlan(run, id, base, target.block, history);
    if (plan instanceof NoAnswer) break;
    const evaluated = await attempt(run, id, base, target.block, plan);
    if (evaluated !== null) tried.push(evaluated);
    const { status, score, seconds } = evaluated?.evaluation ?? NOTHING;
    history.push({ plan: triedPlan(plan, evaluated), status, score, seconds });
  }
  return tried;
}

/** What a planner is told of a plan that led to no new script. */
const NOTHING = { status: "failed" as const, score: null, seconds: 0 };

function nextPlan(
  run: Run,
  at: string,
  base: Evaluated,
  block: Block,
  history: readonly Attempt[],
) {
  const { id, title, text } = block;
  return ask(run, at, "planner", {
    block: { id, title, text },
    history: [...history],
    baseline: base.evaluation.score,
  });
}

/** A_coder writes the new block from block and plan alone; the rest of the script stays as it is, byte for byte. */
async function attempt(
  run: Run,
  id: string,
  base: Evaluated,
  block: Block,
  plan: string,
): Promise<Evaluated | null> {
  const code = base.solution.code;
  const reply = await ask(run, id, "coder", { block: block.text, plan }, (text) =>
    problemOf(rewrite(run, code, block, text)),
  );
  const replaced = reply instanceof NoAnswer ? null : rewrite(run, code, block, reply);
  if (typeof replaced !== "string" || replaced === code) return null;
  const { track, id: parent } = base.solution;
  const solution = { id, code: replaced, parent, origin: "refine" as const, track, plan };
  return evaluate(run, solution, base.evaluation.score);
}

function rewrite(run: Run, code: string, block: Block, text: string) {
  return run.python.replaceSpan(code, block, keepHeader(block.text, text));
}
