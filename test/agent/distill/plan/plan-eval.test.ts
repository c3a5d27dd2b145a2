import { expect, test } from "vitest";
import { evaluatePlans } from "../../../../agent/distill/plan/plan-eval.ts";
import type { PlanQuestion } from "../../../../agent/distill/plan/plan-questions.ts";

/** A question in whose step one plan gained, one gained within noise, and one did not run. */
function question(id: string, competition: string): PlanQuestion {
  const some = { ran: true, noise: 1, planScore: null };
  return {
    id,
    split: "dev",
    competition,
    messages: [{ role: "user", content: id }],
    answer: 1,
    plans: [
      { ...some, text: "Take logarithms of the target.", gain: 2 },
      { ...some, text: "Fit fewer trees.", gain: 1 },
      { ...some, text: "Fit more trees.", ran: false, gain: null },
    ],
  };
}

test("a plan counts by what was executed, beside base, teacher and chance", () => {
  const questions = [question("q1", "a"), question("q2", "a"), question("q3", "b")];
  const trained = new Map([
    ["q1", "take  LOGARITHMS of the target."],
    ["q2", "Fit fewer trees."],
    ["q3", "Something that nobody tried."],
  ]);
  const base = new Map([
    ["q1", ""],
    ["q2", "Fit more trees."],
  ]);
  const found = evaluatePlans(questions, { trained, base }, 1);
  const means = found.scores.map(({ who, read, known, accepted }) => [
    who,
    ...[read, known, accepted].map(({ mean }) => Number(mean?.toFixed(3))),
  ]);
  expect(means).toEqual([
    ["trained", 1, 0.667, 0.333],
    ["base", 0.333, 0.333, 0],
    ["teacher", 1, 1, 0],
    ["random executed plan", 1, 1, 0.333],
  ]);
  expect(found).toMatchObject({ questions: 3, competitions: 2 });
  expect(found.difference.mean).toBeCloseTo(1 / 3);
  expect(found.difference.interval).toEqual([0, 0.5]);
});
