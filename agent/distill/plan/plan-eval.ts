import { planner } from "../../roles/planner.ts";
import { Unreadable } from "../../roles/role.ts";
import { type Estimate, estimate } from "../intervals.ts";
import type { ExecutedPlan, PlanQuestion } from "./plan-questions.ts";

/** What an answer is worth, by what was executed. */
type Worth = {
  read: number;
  /** Whether this very plan was carried out in the same step, so that its outcome is known. */
  known: number;
  /** Whether it gained more than noise; a plan that nobody carried out counts as one that did not. */
  accepted: number;
};

/** Who answered, and what came of it. */
export type PlanScore = {
  who: string;
  read: Estimate;
  known: Estimate;
  accepted: Estimate;
};

export type PlanEvaluation = {
  questions: number;
  competitions: number;
  /** The trained model, its base, and what any of them must be compared with. */
  scores: PlanScore[];
  /** Accepted plans of the trained model minus those of its base, question by question. */
  difference: Estimate;
};

/** Answers of a model by the ids of the questions. */
export type Answers = ReadonlyMap<string, string>;

/**
 * Scores the answers to questions beside the baselines: the plans that the teacher gave, and a plan drawn at random
 * from those that were carried out. `minGain` is in standard errors.
 */
export function evaluatePlans(
  questions: readonly PlanQuestion[],
  { trained, base }: { trained: Answers; base: Answers },
  minGain: number,
): PlanEvaluation {
  const of = (answers: Answers) => (question: PlanQuestion) =>
    worthOf(answers.get(question.id) ?? "", question, minGain);
  const teacher = ({ plans, answer }: PlanQuestion): Worth => executedWorth(plans[answer], minGain);
  const random = ({ plans }: PlanQuestion): Worth => {
    const each = plans.map((plan) => executedWorth(plan, minGain).accepted);
    return { read: 1, known: 1, accepted: each.reduce((sum, one) => sum + one, 0) / each.length };
  };
  const who: [string, (question: PlanQuestion) => Worth][] = [
    ["trained", of(trained)],
    ["base", of(base)],
    ["teacher", teacher],
    ["random executed plan", random],
  ];
  return {
    questions: questions.length,
    competitions: new Set(questions.map(({ competition }) => competition)).size,
    scores: who.map(([name, judge]) => scoreOf(name, questions, judge)),
    difference: estimate(
      questions.map((question) => ({
        cluster: question.competition,
        value: of(trained)(question).accepted - of(base)(question).accepted,
      })),
    ),
  };
}

function scoreOf(
  who: string,
  questions: readonly PlanQuestion[],
  judge: (question: PlanQuestion) => Worth,
): PlanScore {
  const worths = questions.map((question) => ({ question, worth: judge(question) }));
  const over = (key: keyof Worth) =>
    estimate(
      worths.map(({ question, worth }) => ({ cluster: question.competition, value: worth[key] })),
    );
  return { who, read: over("read"), known: over("known"), accepted: over("accepted") };
}

function worthOf(answer: string, { plans }: PlanQuestion, minGain: number): Worth {
  const plan = planner.reply.read(answer);
  if (plan instanceof Unreadable) return { read: 0, known: 0, accepted: 0 };
  const same = plans.filter(({ text }) => plain(text) === plain(plan));
  if (same.length === 0) return { read: 1, known: 0, accepted: 0 };
  const accepted = same.filter((each) => isAccepted(each, minGain)).length / same.length;
  return { read: 1, known: 1, accepted };
}

function executedWorth(plan: ExecutedPlan | undefined, minGain: number): Worth {
  const accepted = plan !== undefined && isAccepted(plan, minGain) ? 1 : 0;
  return { read: 1, known: 1, accepted };
}

/** Whether a plan gained more than so many standard errors. */
export function isAccepted({ ran, gain, noise }: ExecutedPlan, minGain: number): boolean {
  return ran && gain !== null && noise !== null && gain > Math.max(0, minGain * noise);
}

/** A text without what does not matter: case and white space. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/gu, " ").trim();
}
