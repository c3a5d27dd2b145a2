import {
  type Arm,
  boundsOf,
  chooseArm,
  PLAN_METHODS,
  type PlanMethod,
  type PlanUcb,
} from "./bandit.ts";
import { type PlanFacts, type Violation, violationsOf } from "./checks.ts";
import { type Judged, type Proposal, type Writers, writePlan } from "./methods.ts";

/** What a verifier says of a plan: three counts, and the score, each a whole number from -100 to 100. */
export type Verdict = {
  gain: number;
  grounded: number;
  feasible: number;
  score: number;
  why: string;
};

/** A plan after it was vetted. */
export type Vetted = {
  plan: string;
  /** Checks that failed: the score is -100 then. */
  violations: Violation[];
  verdict: Verdict | null;
  /** Null: nobody has judged it. */
  score: number | null;
  accepted: boolean;
  /** Who wrote it: the role that was asked for it, or a way of writing it anew. */
  method: "given" | PlanMethod;
};

/** What a plan that fails a check is worth, whatever anybody says. */
const FAILED = -100;
/** Ways that are taken in turn for one plan below the threshold. */
const MAX_TURNS = 3;

/** Who is asked while a plan is vetted; null: no usable answer, or no calls left. */
export type Asked = {
  verify(plan: string): Promise<Verdict | null>;
  /** How suited each way is, 0 to 1, in the order of `PLAN_METHODS`. */
  suitability(): Promise<readonly number[] | null>;
  write(before: readonly string[], what: "step" | "plan", words: string): Promise<Proposal | null>;
};

export type VetSettings = {
  /** Whether a model judges what passes the checks. */
  asksModel: boolean;
  checks: boolean;
  threshold: number;
  method: "auto" | PlanMethod;
  ucb: PlanUcb;
  /** What was learned of the ways so far in the run. */
  known: Readonly<Record<PlanMethod, { reward: number; count: number; recovery: number }>>;
};

/** A turn of writing anew: the bounds that chose the way, and what it came to. */
export type Turn = { method: PlanMethod; bounds: number[]; score: number | null };

/** Checks a plan, has it judged, and has it written anew while it is below the threshold; keeps the best. */
export async function vetPlan(
  plan: string,
  facts: PlanFacts,
  settings: VetSettings,
  given: Asked,
): Promise<{ vetted: Vetted; turns: Turn[] }> {
  const asked = { ...given, verify: once(given.verify) };
  const look = (text: string, method: Vetted["method"]) =>
    lookAt(text, method, facts, settings, asked);
  let best = await look(plan, "given");
  const turns: Turn[] = [];
  if (best.accepted || !settings.asksModel) return { vetted: best, turns };
  const priors = (await asked.suitability()) ?? PLAN_METHODS.map(() => 0.5);
  const state = armsOf(settings, priors);
  let taken = state.reduce((sum, { count }) => sum + count, 0) - state.length;
  for (let turn = 0; turn < MAX_TURNS && !best.accepted; turn++) {
    const bounds = boundsOf(state, taken, settings.ucb);
    const method =
      settings.method === "auto" ? (PLAN_METHODS[chooseArm(bounds)] ?? "bon") : settings.method;
    const written = await writeAnew(method, best, { facts, settings, asked });
    turns.push({ method, bounds, score: written?.score ?? null });
    taken += 1;
    reward(state[PLAN_METHODS.indexOf(method)], written, { best, isLater: turn > 0 });
    if (written === null) break;
    if (written.score > (best.score ?? FAILED)) best = await look(written.plan, method);
  }
  return { vetted: best, turns };
}

/** A plan is judged once, however often its score is asked for. */
function once(verify: Asked["verify"]): Asked["verify"] {
  const known = new Map<string, Promise<Verdict | null>>();
  return (plan) => {
    const said = known.get(plan) ?? verify(plan);
    known.set(plan, said);
    return said;
  };
}

/** Counts begin at one, as in the paper's Algorithm 1. */
function armsOf({ known }: VetSettings, priors: readonly number[]): Arm[] {
  return PLAN_METHODS.map((method, index) => {
    const { reward, count, recovery } = known[method];
    return {
      reward,
      count: 1 + count,
      prior: priors[index] ?? 0.5,
      recovery: count === 0 ? 0 : recovery / count,
    };
  });
}

function reward(
  arm: Arm | undefined,
  written: Judged | null,
  { best, isLater }: { best: Vetted; isLater: boolean },
): void {
  if (arm === undefined) return;
  const isRecovery = isLater && written !== null && written.score > (best.score ?? FAILED);
  arm.recovery = (arm.recovery * (arm.count - 1) + Number(isRecovery)) / arm.count;
  arm.count += 1;
  arm.reward += Math.max(0, (written?.score ?? 0) / 100);
}

async function lookAt(
  plan: string,
  method: Vetted["method"],
  facts: PlanFacts,
  { asksModel, checks, threshold }: VetSettings,
  asked: Asked,
): Promise<Vetted> {
  const violations = checks ? violationsOf(plan, facts) : [];
  if (violations.length > 0)
    return { plan, violations, verdict: null, score: FAILED, accepted: false, method };
  if (!asksModel) return { plan, violations, verdict: null, score: null, accepted: true, method };
  const verdict = await asked.verify(plan);
  const score = verdict?.score ?? null;
  return {
    plan,
    violations,
    verdict,
    score,
    accepted: score !== null && score >= threshold,
    method,
  };
}

function writeAnew(
  method: PlanMethod,
  best: Vetted,
  { facts, settings, asked }: { facts: PlanFacts; settings: VetSettings; asked: Asked },
): Promise<Judged | null> {
  const words = wordsOf(best);
  const writers: Writers = {
    propose: (before, what) => asked.write(before, what, words),
    async judge(plan) {
      if (settings.checks && violationsOf(plan, { ...facts, code: null }).length > 0) return FAILED;
      return (await asked.verify(plan))?.score ?? null;
    },
  };
  return writePlan(method, writers, settings.threshold);
}

/** What is wrong with a plan, for who writes the next one. */
export function wordsOf({ violations, verdict, plan }: Vetted): string {
  const reasons = violations.map(({ check, why }) => `${check}: ${why}`);
  const said = verdict === null ? [] : [`scored ${verdict.score}: ${verdict.why}`];
  return `"${plan.slice(0, 600)}" was refused: ${[...reasons, ...said].join("; ") || "it could not be judged"}`;
}
