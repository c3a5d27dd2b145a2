import { expect, test } from "vitest";
import { planQuestions } from "../../../../agent/distill/plan/plan-questions.ts";
import { madeCall } from "../made-calls.ts";

const failed = { outcome: "error", exitCode: 1, exception: "KeyError", traceback: "" } as const;

test("a question holds every plan that was carried out in its step, and which of them was its answer", () => {
  const step = (refine: number, attempt: number) =>
    `track-1/refine-${refine}/attempt-${attempt}/planner/1`;
  const questions = planQuestions([
    madeCall({ step: step(1, 2), said: "Clip the target." }),
    madeCall({ step: step(1, 3), said: "Fit twice.", execution: failed, scoreAfter: null }),
    madeCall({ step: step(2, 2), said: "Another step.", split: "dev" }),
    madeCall({ step: step(2, 3), said: "Never carried out.", execution: null }),
    madeCall({ role: "coder" }),
  ]);
  const told = questions.map(({ split, answer, plans }) => ({
    split,
    answer,
    plans: plans.map(({ text, ran, gain }) => `${text} ${ran} ${gain}`),
  }));
  const first = ["Clip the target. true 2", "Fit twice. false null"];
  expect(told).toEqual([
    { split: "train", answer: 0, plans: first },
    { split: "train", answer: 1, plans: first },
    { split: "dev", answer: 0, plans: ["Another step. true 2"] },
  ]);
  expect(questions[0]?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
});
