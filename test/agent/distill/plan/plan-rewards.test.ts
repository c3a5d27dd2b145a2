import { expect, test } from "vitest";
import type { PlanQuestion } from "../../../../agent/distill/plan/plan-questions.ts";
import { learnableQuestions, rewardOf } from "../../../../agent/distill/plan/plan-rewards.ts";

const plan = { text: "Clip.", ran: true, gain: 2, noise: 1, planScore: null };

test("a plan is rewarded by what it gained, and twice more where that is beyond noise", () => {
  const rewards = [
    plan,
    { ...plan, gain: 1 },
    { ...plan, gain: -2 },
    { ...plan, gain: 1, noise: null },
    { ...plan, ran: false },
  ].map((each) => rewardOf(each, 1));
  expect(rewards.map(({ answer }) => answer)).toEqual([2, 0, 0, 0, 0]);
  const gains = rewards.map((each) => Number(each.plan.toFixed(4)));
  expect(gains).toEqual([0.8808, 0.7311, 0.1192, 1, 0]);
});

function question(id: string, accepted: number, of: number): PlanQuestion {
  const plans = Array.from({ length: of }, (_, index) => ({
    ...plan,
    gain: index < accepted ? 2 : 0,
  }));
  const messages = [{ role: "user" as const, content: id }];
  return { id, split: "train", competition: "c", messages, answer: 0, plans };
}

test("questions are drawn by what they can teach, and those that teach nothing are left out", () => {
  const even = Array.from({ length: 100 }, (_, index) => question(`even ${index}`, 2, 4));
  const rare = Array.from({ length: 100 }, (_, index) => question(`rare ${index}`, 1, 20));
  const none = [question("all", 3, 3), question("none", 0, 3)];
  const options = { minGain: 1, seed: 0 };
  const { drawn, leftOut } = learnableQuestions([...even, ...rare, ...none], options);
  expect(leftOut).toBe(2);
  expect(drawn).toHaveLength(200);
  const share =
    drawn.filter(({ messages }) => messages[0]?.content.startsWith("even")).length / 200;
  // 0.25 to 0.0475, and three standard errors of a share among 200.
  expect(Math.abs(share - 0.84)).toBeLessThan(0.08);
  expect(learnableQuestions([...even, ...rare, ...none], options).drawn).toEqual(drawn);
});
