import { evaluate } from "../evaluate/evaluate.ts";
import { problemOf } from "../evaluate/leak-check.ts";
import { type Block, keepHeader } from "../python-source/blocks.ts";
import type { RoleOutputs } from "../roles/inputs.ts";
import { outcomeText } from "../roles/prompt/paragraphs.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import { recordSkipped, recordTarget } from "../run/record.ts";
import type { Run } from "../run/run.ts";
import { type Attempt, type Evaluated, triedPlan, type Variant } from "../solution.ts";
import { askLooking } from "../tools/ask-looking.ts";
import type { Ablated } from "./ablate.ts";
import { attemptByPolicy } from "./attempt-by-policy.ts";
import type { Change, Changed, Maker } from "./attempts.ts";
import { type Vetting, vet } from "./vet.ts";

/** What one outer step passes on to the next: its ablation, what it changed, and whether that helped. */
export type Past = { ablated: Ablated; changes: Change[]; improved: boolean };

/** The block to work on, and the first plan for it. */
type Target = { block: Block; plan: string };

/** One block, chosen by the ablation, and K plans for it: in turn, or as a policy has it. */
export async function refineBlock(
  run: Run,
  at: string,
  base: Evaluated,
  ablated: Ablated,
  past: readonly Past[],
): Promise<Changed> {
  const target = await chooseTarget(run, at, base, ablated, past);
  if (target === null) return { tried: [], changes: [] };
  const { refinePolicy: name } = run.config;
  if (name !== "mle-star")
    return attemptByPolicy(run, at, base, {
      name,
      asks: "planner",
      variants: ablated.variants,
      make: planMaker(run, base, target, { step: at, variants: ablated.variants }),
      part: (script) => blockIn(run, script, target.block)?.text ?? script.solution.code,
    });
  const tried = await attemptPlans(run, at, base, target, { step: at, variants: ablated.variants });
  return { tried, changes: [{ block: target.block.title, plan: target.plan, improved: false }] };
}

/** A_extractor: the block and its first plan. Null, and the step is skipped, when it cannot be found or is protected. */
async function chooseTarget(
  run: Run,
  at: string,
  base: Evaluated,
  ablated: Ablated,
  past: readonly Past[],
): Promise<Target | null> {
  const { id: solution, code } = base.solution;
  const blocks = run.python.blocks(code, run.mode);
  const input = {
    blocks: blocks
      .filter((block) => !block.isProtected)
      .map(({ id, title, text }) => ({ id, title, text })),
    variants: ablated.variants,
    summary: ablated.summary,
    earlier: past.flatMap(({ changes, improved }) =>
      changes.map((change) => ({ ...change, improved })),
    ),
  };
  const find = (output: RoleOutputs["extractor"]) => findTarget(run, code, blocks, output);
  const reply = await ask(run, at, "extractor", input, (output) => {
    const found = find(output);
    return "problem" in found ? found.problem : null;
  });
  const target = reply instanceof NoAnswer ? { problem: reply.why } : find(reply);
  if ("problem" in target) {
    await recordSkipped(run, at, "refinement", target.problem);
    return null;
  }
  const { block, plan } = target;
  await recordTarget(run, at, { solution, block: block.id, title: block.title, plan });
  return target;
}

/** The block that an extractor names by its id, or by an exact copy of some of its text; else why there is none. */
function findTarget(
  run: Run,
  code: string,
  blocks: readonly Block[],
  { block: name, plan }: RoleOutputs["extractor"],
): Target | { problem: string } {
  const named = blocks.find((block) => block.id === name.trim());
  if (named !== undefined)
    return named.isProtected ? { problem: `${named.id} is protected` } : { block: named, plan };
  const span = run.python.findBlock(code, name);
  if ("problem" in span) return { problem: `no block "${name.slice(0, 60)}": ${span.problem}` };
  const touched = blocks.find(
    (block) => block.isProtected && block.start < span.end && span.start < block.end,
  );
  if (touched !== undefined)
    return { problem: `the text reaches into ${touched.id}, which is protected` };
  const text = code.slice(span.start, span.end);
  const title = text.trim().split("\n")[0]?.slice(0, 80) ?? "block";
  return { block: { ...span, id: title, title, text, isProtected: false }, plan };
}

/** The inner loop of Algorithm 2: K attempts, each on the same base; every one of them may win. */
async function attemptPlans(
  run: Run,
  at: string,
  base: Evaluated,
  { block, plan: firstPlan }: Target,
  about: { step: string; variants: readonly Variant[] },
): Promise<Evaluated[]> {
  const history: Attempt[] = [];
  const tried: Evaluated[] = [];
  for (let k = 1; k <= run.config.attempts; k++) {
    const id = `${at}/attempt-${k}`;
    const first = k === 1 ? firstPlan : await nextPlan(run, id, base, block, history);
    if (first instanceof NoAnswer) break;
    const again = (refused: string[]) =>
      nextPlan(run, `${id}/again`, base, block, history, refused);
    const { plan, isRefused } = await vetted(
      run,
      id,
      first,
      { base, block, ...about, history },
      again,
    );
    const evaluated = isRefused ? null : await attempt(run, id, base, block, plan);
    if (evaluated !== null) tried.push(evaluated);
    const { status, score, seconds } = evaluated?.evaluation ?? NO_SCRIPT;
    history.push({ plan: triedPlan(plan, evaluated), status, score, seconds });
  }
  return tried;
}

/** The same attempts one by one, for a policy: on the block as it stands in the script that each begins with. */
function planMaker(
  run: Run,
  base: Evaluated,
  { block, plan: firstPlan }: Target,
  about: { step: string; variants: readonly Variant[] },
): Maker {
  return async (id, from, { feedback, drawn, number, before }) => {
    const own = blockIn(run, from, block);
    // A repair may have left no such block: then the attempt begins where the step did.
    const [script, at] = own === null ? [base, block] : [from, own];
    const next = (place: string, refused: string[]) =>
      askLooking(
        run,
        place,
        "planner",
        {
          block: { id: at.id, title: at.title, text: at.text },
          history: [],
          baseline: script.evaluation.score,
          feedback,
          drawn,
          refused,
        },
        { logs: [script.solution.id] },
      );
    const first = number === 1 ? firstPlan : await next(id, []);
    if (first instanceof NoAnswer) return first;
    const same = before.filter((each) => each.from === script.solution.id);
    const vetting = { base: script, block: at, ...about, known: same };
    const again = (refused: string[]) => next(`${id}/again`, refused);
    const { plan, isRefused } = await vetted(run, id, first, vetting, again);
    const evaluated = isRefused ? null : await attempt(run, id, script, at, plan);
    return { block: block.title, plan, evaluated };
  };
}

/** A block as it stands in another script of the step; null where that has none of this title. */
function blockIn(run: Run, { solution: { code } }: Evaluated, block: Block): Block | null {
  if (code.slice(block.start, block.end) === block.text) return block;
  const blocks = run.python.blocks(code, run.mode);
  return blocks.find(({ title, isProtected }) => title === block.title && !isProtected) ?? null;
}

/** The planner's history of a plan that led to no new script. */
const NO_SCRIPT = { status: "failed" as const, score: null, seconds: 0 };

/** A_planner: another plan for the same block, given all plans of this step and what came of them. */
function nextPlan(
  run: Run,
  at: string,
  base: Evaluated,
  { id, title, text }: Block,
  history: readonly Attempt[],
  refused: readonly string[] = [],
): Promise<string | NoAnswer> {
  const input = {
    block: { id, title, text },
    history: [...history],
    baseline: base.evaluation.score,
    feedback: null,
    drawn: null,
    refused,
  };
  return askLooking(run, at, "planner", input, { logs: [base.solution.id] });
}

/** A plan that was vetted before it costs anything; where it is refused, another one is asked for, once. */
async function vetted(
  run: Run,
  id: string,
  first: string,
  about: Pick<Vetting, "step" | "base" | "block" | "variants"> & {
    history?: readonly Attempt[];
    known?: Vetting["tried"];
  },
  again: (refused: string[]) => Promise<string | NoAnswer>,
): Promise<{ plan: string; isRefused: boolean }> {
  const { history = [], known = [], ...vetting } = about;
  const tried = [
    ...known,
    ...history.map(({ plan, status, score }) => ({ plan, outcome: outcomeText(status, score) })),
  ];
  const outcome = await vet(run, id, first, { ...vetting, tried, code: null });
  if (outcome.do === "run") return { plan: first, isRefused: false };
  if (outcome.do === "carry-out") return { plan: outcome.plan, isRefused: false };
  const plan = await again([outcome.words]);
  if (plan instanceof NoAnswer) return { plan: first, isRefused: true };
  const second = await vet(run, id, plan, { ...vetting, tried, code: null }, "vetted-2");
  if (second.do === "carry-out") return { plan: second.plan, isRefused: false };
  return { plan, isRefused: second.do === "ask-again" };
}

/** A_coder writes the new block from block and plan alone; the rest of the script stays as it is, byte for byte. */
async function attempt(
  run: Run,
  id: string,
  base: Evaluated,
  block: Block,
  plan: string,
): Promise<Evaluated | null> {
  const { track, id: parent, code } = base.solution;
  const rewrite = (text: string) =>
    run.python.replaceSpan(code, block, keepHeader(block.text, text));
  const reply = await askLooking(
    run,
    id,
    "coder",
    { block: block.text, plan },
    { logs: [parent], check: (text) => problemOf(rewrite(text)) },
  );
  const rewritten = reply instanceof NoAnswer ? null : rewrite(reply);
  if (typeof rewritten !== "string" || rewritten === code) return null;
  const solution = { id, code: rewritten, parent, origin: "refine" as const, track, plan };
  return evaluate(run, solution, base.evaluation.score);
}
