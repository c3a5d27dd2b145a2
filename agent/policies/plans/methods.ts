import type { PlanMethod } from "./bandit.ts";

/** A plan, or the first steps of one. */
export type Proposal = { steps: string[]; isComplete: boolean };

/** Who writes plans and who judges them; both give null when their calls are used up or no answer came. */
export type Writers = {
  /** The next step after these, or a whole plan at once. */
  propose(before: readonly string[], what: "step" | "plan"): Promise<Proposal | null>;
  /** -100 to 100. */
  judge(plan: string): Promise<number | null>;
};

/** A plan with the verifier's score. */
export type Judged = { plan: string; score: number };

/** Numbers of the paper: plans of best of N, next steps and rounds of the tree, width of REBASE. */
const NUMBERS = { plans: 5, children: 3, rounds: 20, width: 10 };
/** Steps that a plan may have; REBASE's temperature, for scores over 100. */
const MAX_DEPTH = 4;
const TEMPERATURE = 0.2;

/** The best plan that a way comes to; null when it comes to none. Stops at the threshold. */
export function writePlan(
  method: PlanMethod,
  writers: Writers,
  threshold: number,
): Promise<Judged | null> {
  switch (method) {
    case "bon":
      return bestOfPlans(writers, threshold);
    case "tot":
      return treeOfThoughts(writers, threshold);
    case "rebase":
      return rebase(writers, threshold);
  }
}

/** N whole plans, each judged; the best. */
async function bestOfPlans(writers: Writers, threshold: number): Promise<Judged | null> {
  let best: Judged | null = null;
  for (let n = 0; n < NUMBERS.plans; n++) {
    const proposal = await writers.propose([], "plan");
    if (proposal === null) break;
    const node = await judged(writers, proposal);
    if (node === null) break;
    if (best === null || node.score > best.score) best = node;
    if (best.score >= threshold) break;
  }
  return best === null ? null : { plan: best.plan, score: best.score };
}

type Node = Proposal & Judged;

async function judged(writers: Writers, proposal: Proposal): Promise<Node | null> {
  const plan = proposal.steps.join(" ");
  const score = await writers.judge(plan);
  return score === null ? null : { ...proposal, plan, score };
}

/** Some next steps of one path, each judged; ends early when calls are used up. */
async function expand(writers: Writers, before: readonly string[], count: number): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let child = 0; child < count; child++) {
    const proposal = await writers.propose(before, "step");
    const node = proposal === null ? null : await judged(writers, proposal);
    if (node === null) break;
    nodes.push(node);
  }
  return nodes;
}

/** Tree of thoughts: the open path with the best score is taken further, until a complete one is good enough. */
async function treeOfThoughts(writers: Writers, threshold: number): Promise<Judged | null> {
  let open = await expand(writers, [], NUMBERS.children);
  const ends: Node[] = [];
  for (let round = 0; round < NUMBERS.rounds; round++) {
    const next = highest(open);
    if (next === null || (highest(ends)?.score ?? Number.NEGATIVE_INFINITY) >= threshold) break;
    open = open.filter((node) => node !== next);
    const isEnd = next.isComplete || next.steps.length >= MAX_DEPTH;
    const children = isEnd ? [] : await expand(writers, next.steps, NUMBERS.children);
    open.push(...children);
    if (children.length === 0) ends.push(next);
    // Calls are used up: what is complete so far, or the path that leads.
    if (!isEnd && children.length === 0) break;
  }
  return highest(ends) ?? highest(open);
}

/** REBASE: at each depth the better nodes get more of the next ones; the width falls by one each time. */
async function rebase(writers: Writers, threshold: number): Promise<Judged | null> {
  let nodes = await expand(writers, [], NUMBERS.width);
  let best = highest(nodes);
  for (let width = NUMBERS.width - 1; width > 0; width--) {
    const done = highest(nodes.filter(({ isComplete }) => isComplete));
    if (done !== null && done.score >= threshold) return done;
    const open = nodes.filter(({ isComplete, steps }) => !isComplete && steps.length < MAX_DEPTH);
    if (open.length === 0) break;
    const shares = allocate(
      open.map(({ score }) => score / 100),
      width,
      TEMPERATURE,
    );
    const children: Node[] = [];
    for (const [index, node] of open.entries())
      children.push(...(await expand(writers, node.steps, shares[index] ?? 0)));
    if (children.length === 0) break;
    nodes = [...nodes.filter(({ isComplete }) => isComplete), ...children];
    best = highest(nodes) ?? best;
  }
  return highest(nodes.filter(({ isComplete }) => isComplete)) ?? best;
}

function highest(nodes: readonly Node[]): Node | null {
  return nodes.reduce<Node | null>(
    (best, node) => (best === null || node.score > best.score ? node : best),
    null,
  );
}

/** How many of `width` children each node gets: by softmax of its reward over the temperature, whole by largest remainder. */
export function allocate(rewards: readonly number[], width: number, temperature: number): number[] {
  const most = Math.max(...rewards);
  const weights = rewards.map((reward) => Math.exp((reward - most) / temperature));
  const total = weights.reduce((sum, each) => sum + each, 0);
  const exact = weights.map((weight) => (width * weight) / total);
  const whole = exact.map(Math.floor);
  const rest = width - whole.reduce((sum, each) => sum + each, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder)
    .slice(0, rest);
  for (const { index } of byRemainder) whole[index] = (whole[index] ?? 0) + 1;
  return whole;
}
