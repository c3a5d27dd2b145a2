import * as z from "zod";
import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { planner } from "../../roles/planner.ts";
import { Unreadable } from "../../roles/role.ts";
import { gainOf, rowId } from "../row.ts";

/** The file of a data set that holds them. */
export const QUESTIONS = "questions.jsonl";

/** A plan that was carried out, with what the referee measured of it. */
const ExecutedPlan = z.object({
  text: z.string(),
  /** Whether what carried it out ran to its end and was scored. */
  ran: z.boolean(),
  gain: z.number().nullable(),
  noise: z.number().nullable(),
  planScore: z.number().nullable(),
});
export type ExecutedPlan = z.infer<typeof ExecutedPlan>;

/** What a planner was asked, with every plan that was carried out in the same step of refinement. */
export const PlanQuestion = z.object({
  id: z.string(),
  split: z.enum(["train", "dev"]),
  competition: z.string(),
  messages: z.array(
    z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() }),
  ),
  /** Which of the plans was the answer to this very question. */
  answer: z.number(),
  plans: z.array(ExecutedPlan),
});
export type PlanQuestion = z.infer<typeof PlanQuestion>;

/** The questions of a run to its planner whose answer was carried out. */
export function planQuestions(calls: readonly Trajectory[]): PlanQuestion[] {
  const executed = calls.flatMap((call) => {
    const plan = executedPlan(call);
    return plan === null ? [] : [{ call, plan }];
  });
  return executed.map(({ call, plan }) => {
    const plans = executed.filter((each) => stepOf(each.call) === stepOf(call));
    return {
      id: rowId(call, "question"),
      split: call.split === "dev" ? "dev" : "train",
      competition: call.competition,
      messages: call.messages.slice(0, -1),
      answer: plans.findIndex((each) => each.plan === plan),
      plans: plans.map((each) => each.plan),
    };
  });
}

function executedPlan(call: Trajectory): ExecutedPlan | null {
  if (call.role !== "planner" || call.execution === null) return null;
  const text = planner.reply.read(call.messages.at(-1)?.content ?? "");
  if (text instanceof Unreadable) return null;
  const ran = call.execution.outcome === "finished" && call.scoreAfter !== null;
  const { noise, planScore } = call;
  return { text, ran, gain: gainOf(call), noise, planScore };
}

/** `track-1/refine-2` of `track-1/refine-2/attempt-3/planner/1`. */
function stepOf({ run, step }: Trajectory): string {
  return `${run}/${step.split("/").slice(0, -3).join("/")}`;
}
