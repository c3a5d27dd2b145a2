import { type EventValue, valuesOf } from "../../runs/events/events.ts";
import { PLAN_METHODS, type PlanMethod } from "../policies/plans/bandit.ts";
import { type PlanFacts, timesOf } from "../policies/plans/checks.ts";
import { calibrate } from "../policies/plans/isotonic.ts";
import {
  type Asked,
  type VetSettings,
  type Vetted,
  vetPlan,
  wordsOf,
} from "../policies/plans/vet.ts";
import type { Block } from "../python-source/blocks.ts";
import { variantLine } from "../roles/summarizer.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Variant } from "../solution.ts";

/** Score from which a plan is run while nothing is known of what scores are worth: PlanGEN's. */
export const PAPER_THRESHOLD = 95;

/** What a plan is vetted by. `step`: the place of the step, for what holds of all its plans. */
export type Vetting = {
  step: string;
  /** Null: a plan for an ensemble. */
  base: Evaluated | null;
  block: Block | null;
  variants: readonly Variant[];
  /** Plans that were tried on the same, and what came of each in words. */
  tried: readonly { plan: string; outcome: string }[];
  /** The script that the plan came with, and those that were run. */
  code: { made: string; ran: readonly string[] } | null;
};

/** What comes of vetting: run this plan, write another one first, or leave it. */
export type Outcome =
  | { do: "run" }
  | { do: "carry-out"; plan: string }
  | { do: "ask-again"; words: string };

/** Checks a plan before anything is spent on it, and where a model judges, has it written anew. */
export async function vet(
  run: Run,
  id: string,
  plan: string,
  vetting: Vetting,
  name = "vetted",
): Promise<Outcome> {
  const { planVerify, planAlgorithm, planUcb } = run.config;
  if (planVerify === "off") return { do: "run" };
  const asksModel = planVerify.includes("llm");
  const threshold = asksModel ? await thresholdOf(run) : PAPER_THRESHOLD;
  const settings: VetSettings = {
    asksModel,
    checks: planVerify.includes("exec"),
    threshold,
    method: planAlgorithm,
    ucb: planUcb,
    known: asksModel ? learnedOf(run, vetting.step) : nothingKnown(),
  };
  const facts = await factsOf(run, id, plan, vetting);
  const asked = asksModel ? await askedOf(run, `${id}/${name}`, vetting) : nobody;
  const { vetted, turns } = await vetPlan(plan, facts, settings, asked);
  if (vetted.violations.length > 0 || asksModel)
    await run.journal.step("plan-vetted", `${id}/${name}`, async () => ({
      ...vetted,
      threshold,
      turns,
    }));
  return outcomeOf(plan, vetted);
}

function outcomeOf(plan: string, vetted: Vetted): Outcome {
  if (vetted.violations.length > 0) return { do: "ask-again", words: wordsOf(vetted) };
  // Below the threshold the best that could be had is run all the same.
  return vetted.plan === plan ? { do: "run" } : { do: "carry-out", plan: vetted.plan };
}

const nobody: Asked = {
  verify: async () => null,
  suitability: async () => null,
  write: async () => null,
};

async function factsOf(
  run: Run,
  id: string,
  plan: string,
  { base, block, tried, code }: Vetting,
): Promise<PlanFacts> {
  const blocks = base === null ? [] : run.python.blocks(base.solution.code, run.mode);
  const { seconds = 0, executions = 1 } = base?.evaluation ?? {};
  const scriptSeconds = seconds / Math.max(1, executions);
  const times = timesOf(plan);
  const need = { executions: 1, seconds: times * scriptSeconds };
  return {
    block: block?.title ?? null,
    fixed: blocks
      .filter(({ isProtected }) => isProtected)
      .map(({ id: name, title }) => ({ id: name, title })),
    packages: run.brief.packages,
    limits: { seconds: run.config.executionSeconds, memoryMb: run.brief.limits.memoryMb },
    scriptSeconds,
    fitsRun: times === 1 || (await run.budget.fits(`${id}/plan-time`, need)),
    tried: tried.map((each) => each.plan),
    code:
      code === null
        ? null
        : {
            made: run.python.stripped(code.made).text,
            ran: code.ran.map((each) => run.python.stripped(each).text),
          },
  };
}

/** The roles that vet a plan, each asked within the calls that one plan may take. */
async function askedOf(run: Run, at: string, vetting: Vetting): Promise<Asked> {
  const { base, block, variants, tried, step } = vetting;
  const blocks = base === null ? [] : run.python.blocks(base.solution.code, run.mode);
  const view = block === null ? null : { id: block.id, title: block.title, text: block.text };
  const titles = blocks.filter(({ isProtected }) => !isProtected).map(({ title }) => title);
  const constraints = await constraintsOf(run, step, { view, titles });
  const measured = [
    ...variants.map((variant) => variantLine(variant)),
    ...tried.map(({ plan, outcome }) => `tried, ${outcome}: ${plan}`),
  ];
  let calls = 0;
  const mayAsk = () => calls++ < run.config.planCalls;
  let [judged, written] = [0, 0];
  return {
    async verify(plan) {
      if (!mayAsk()) return null;
      judged += 1;
      const place = `${at}/verify-${judged}`;
      const verdict = await ask(run, place, "verifier", {
        plan,
        block: view,
        constraints,
        measured,
      });
      return verdict instanceof NoAnswer ? null : verdict;
    },
    async suitability() {
      if (!mayAsk()) return null;
      const facts = complexityOf(run, vetting, titles.length);
      const said = await ask(run, `${at}/ways`, "plan-selector", { facts, constraints });
      return said instanceof NoAnswer ? null : PLAN_METHODS.map((method) => said[method]);
    },
    async write(before, what, words) {
      if (!mayAsk()) return null;
      written += 1;
      const number = written;
      const input = { block: view, titles, constraints, measured, before, what, words, number };
      const said = await ask(run, `${at}/write-${number}`, "plan-writer", input);
      if (said instanceof NoAnswer) return null;
      return { steps: [...before, said.plan], isComplete: said.isComplete };
    },
  };
}

/** What a way of writing is chosen by: the kind of data, their size, the block, and how often nothing helped. */
function complexityOf(run: Run, { block, tried }: Vetting, blocks: number): string[] {
  const { profile, competition } = run.brief;
  return [
    `task: ${competition.type}, scored by ${competition.metric.name}`,
    `${profile.trainRows} rows, ${profile.columns.length} columns${profile.media === null ? "" : ", media files"}`,
    block === null
      ? `the whole script of ${blocks} open blocks`
      : `a block of ${block.text.split("\n").length} lines: ${block.title}`,
    `${tried.length} plans tried before`,
  ];
}

/** The constraint agent, once for each block. */
async function constraintsOf(
  run: Run,
  step: string,
  { view, titles }: { view: { id: string; title: string; text: string } | null; titles: string[] },
): Promise<string[]> {
  const at = `${step}/constraints`;
  return run.slots.once(at, async () => {
    const { limits, competition } = run.brief;
    const facts = [
      `metric: ${competition.metric.name}, ${competition.metric.direction}d`,
      `an execution has ${limits.seconds} s and ${limits.memoryMb} MB`,
      "the harness splits the rows and scores; answers of rows to predict are not there",
      "only installed packages, no network",
    ];
    const said = await ask(run, at, "constraints", { block: view, titles, facts });
    const constraints = said instanceof NoAnswer ? [] : said;
    const value = await run.journal.step("constrained", `${at}/known`, async () => ({
      block: view?.title ?? null,
      constraints,
    }));
    return value.constraints;
  });
}

/** The threshold that is set, or what executed plans of earlier runs gained; the paper's where they are too few. */
async function thresholdOf(run: Run): Promise<number> {
  if (run.config.planThreshold !== null) return run.config.planThreshold;
  const known = await run.slots.once("plans/calibrated", () =>
    run.journal.step("plans-calibrated", "plans/calibrated", async () => {
      const past = await run.pastPlans();
      const found = calibrate(past);
      return found ?? { plans: past.length, rate: 0, steps: [], threshold: PAPER_THRESHOLD };
    }),
  );
  return known.threshold;
}

function nothingKnown(): VetSettings["known"] {
  const nothing = { reward: 0, count: 0, recovery: 0 };
  return { bon: nothing, tot: nothing, rebase: nothing };
}

/**
 * What the steps of the track before this one taught of each way: the verifier's score of what it wrote, and of what was
 * run the real gain, in standard errors and squashed to [0, 1].
 */
function learnedOf(run: Run, step: string): VetSettings["known"] {
  const track = step.split("/")[0] ?? step;
  const known = nothingKnown();
  const gains = new Map(
    valuesOf(run.journal.events, "challengers-compared")
      .filter((look) => look.step !== step && look.step.startsWith(`${track}/`))
      .flatMap(({ challengers }) => challengers.map((each) => [each.id, each] as const)),
  );
  for (const event of run.journal.events) {
    if (event.type !== "plan-vetted") continue;
    if (!event.key.startsWith(`${track}/`) || event.key.startsWith(`${step}/`)) continue;
    learn(known, event.value, gains.get(event.key.replace(/\/vetted.*$/u, "")));
  }
  return known;
}

function learn(
  known: Record<PlanMethod, { reward: number; count: number; recovery: number }>,
  { turns, method: final }: EventValue<"plan-vetted">,
  measured: { gain: number; standardError: number } | undefined,
): void {
  for (const [index, { method, score }] of turns.entries()) {
    const { reward, count, recovery } = known[method];
    const isRun = method === final && measured !== undefined;
    const worth = isRun ? squashed(measured) : Math.max(0, (score ?? 0) / 100);
    const isRecovery = index > 0 && method === final;
    known[method] = {
      reward: reward + worth,
      count: count + 1,
      recovery: recovery + Number(isRecovery),
    };
  }
}

function squashed({ gain, standardError }: { gain: number; standardError: number }): number {
  return standardError > 0 ? 1 / (1 + Math.exp(-gain / standardError)) : Number(gain > 0);
}
