import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { planner } from "../../roles/planner.ts";
import { Unreadable } from "../../roles/role.ts";
import { type Asked, IN_FULL, shown } from "../asked.ts";
import { gainOf, type Judged, type Part, provenanceOf, rowId } from "../row.ts";
import { spoilerIn } from "./spoiler.ts";

/** Who carries a plan out: the student itself (m1), or another model, so that the student only plans (m2). */
export const PLAN_MODES = ["m1", "m2"] as const;

export type PlanOptions = {
  mode: (typeof PLAN_MODES)[number];
  /** Lowest score of the verifier; null: plans that nobody judged count, too. */
  minScore: number | null;
  /** By how many standard errors a plan must have gained; null: by nothing, it must only have run. */
  minGain: number | null;
  /** Plans of one question at most, the best first. */
  perQuestion: number;
  licenses: ReadonlyMap<string, string>;
  asked: Asked;
};

/** How a small student is asked: without the brief, from the block on. */
const SHORT: Asked = { brief: false, from: "# Block to refine", ownFrames: false, patch: false };

/** `full`: as any model is asked. */
export function planAsked(prompt: "full" | "short"): Asked {
  return prompt === "full" ? IN_FULL : SHORT;
}

/** Scores of PlanGEN's verifier from which PLAN-TUNING (arXiv 2507.07495) keeps a plan. */
export const MIN_PLAN_SCORE = 80;
/** Plans that PLAN-TUNING draws for a question. */
export const PLANS_PER_QUESTION = 5;

/**
 * The rows of PLAN-TUNING among the calls of a run: plans that the verifier liked, that gained more than noise when
 * they were carried out, and that do not give the answer away. One result for each call of the planner.
 */
export function planRows(calls: readonly Trajectory[], options: PlanOptions): Judged[] {
  const judged = calls
    .filter(({ role }) => role === "planner")
    .map((call) => judge(call, calls, options));
  return fewest(judged, options.perQuestion);
}

function judge(call: Trajectory, calls: readonly Trajectory[], options: PlanOptions): Judged {
  const plan = planner.reply.read(call.messages.at(-1)?.content ?? "");
  if (plan instanceof Unreadable) return { dropped: "no plan could be read" };
  const dropped =
    scoreProblem(call.planScore, options) ?? gainProblem(call, options) ?? spoilerIn(plan, call);
  if (dropped !== null) return { dropped };
  const parts = partsOf(call, calls, plan, options);
  if (parts === null) return { dropped: "no code carried the plan out (m1)" };
  return {
    row: {
      id: rowId(call, "plan"),
      role: "planner",
      split: call.split === "dev" ? "dev" : "train",
      provenance: provenanceOf(call, options.licenses),
      parts,
      measured: { gain: gainOf(call), noise: call.noise, planScore: call.planScore },
    },
  };
}

function scoreProblem(score: number | null, { minScore }: PlanOptions): string | null {
  if (minScore === null) return null;
  if (score === null) return "no verifier judged the plan";
  return score < minScore ? `verifier below ${minScore}` : null;
}

function gainProblem(call: Trajectory, { minGain }: PlanOptions): string | null {
  if (call.execution?.outcome !== "finished" || call.scoreAfter === null)
    return "what carried it out did not run";
  if (minGain === null) return null;
  const gain = gainOf(call);
  if (gain === null) return "no score to compare with";
  if (gain <= 0) return "no gain";
  if (call.noise === null) return "noise of the gain not known";
  return gain <= minGain * call.noise ? "gain within noise" : null;
}

/** M1: plan and the code that carried it out; M2: the plan alone. */
function partsOf(
  call: Trajectory,
  calls: readonly Trajectory[],
  plan: string,
  { mode, asked }: PlanOptions,
): Part[] | null {
  const question = shown(call.messages.slice(0, -1), asked);
  if (mode === "m2") return [answer(question, plan)];
  const place = placeOf(call.step);
  const carried = calls.find(
    ({ role, run, step }) => role === "coder" && run === call.run && placeOf(step) === place,
  );
  const code = carried?.messages.at(-1)?.content;
  return code === undefined ? null : [answer(question, `${plan}\n\n${code}`)];
}

function answer(question: Trajectory["messages"], content: string): Part {
  return { name: "answer", messages: [...question, { role: "assistant", content }] };
}

/** `track-1/refine-2/attempt-3` of `track-1/refine-2/attempt-3/planner/1`. */
function placeOf(step: string): string {
  return step.split("/").slice(0, -2).join("/");
}

/** Each plan once, and of each question the plans that gained most. A question is one step of refinement. */
function fewest(judged: readonly Judged[], perQuestion: number): Judged[] {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  const order = judged
    .map((each, index) => ({
      each,
      index,
      gain: "row" in each ? (each.row.measured.gain ?? 0) : 0,
    }))
    .sort((a, b) => b.gain - a.gain || a.index - b.index);
  const kept: { each: Judged; index: number }[] = [];
  for (const { each, index } of order) {
    kept.push({ each: "row" in each ? once(each, seen, counts, perQuestion) : each, index });
  }
  return kept.sort((a, b) => a.index - b.index).map(({ each }) => each);
}

function once(
  judged: Extract<Judged, { row: unknown }>,
  seen: Set<string>,
  counts: Map<string, number>,
  perQuestion: number,
): Judged {
  const { provenance, parts } = judged.row;
  const { competition, run, step } = provenance;
  const text = parts.at(-1)?.messages.at(-1)?.content ?? "";
  const same = `${competition} ${text.toLowerCase().replaceAll(/\s+/gu, " ").trim()}`;
  if (seen.has(same)) return { dropped: "the same plan of the same competition" };
  seen.add(same);
  const question = `${competition}/${run}/${step.split("/").slice(0, -3).join("/")}`;
  const count = (counts.get(question) ?? 0) + 1;
  if (count > perQuestion) return { dropped: `more than ${perQuestion} plans of one question` };
  counts.set(question, count);
  return judged;
}
