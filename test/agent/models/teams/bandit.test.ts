import { expect, test } from "vitest";
import { type Arm, orderArms } from "../../../../agent/models/teams/bandit.ts";
import { draw } from "./simulated-members.ts";

const NOTHING = { answers: 0, outcome: 0 };

/** Plays arms that succeed as often as said; answers how often each was asked. */
function play(rates: readonly number[], calls: number, seed: number, downgrade = false): number[] {
  const arms = rates.map(
    (_, index): Arm => ({
      id: String(index),
      here: { ...NOTHING },
      elsewhere: NOTHING,
      cost: index + 1,
    }),
  );
  for (let call = 0; call < calls; call++) {
    const [first] = orderArms(arms, { downgrade }).order;
    const arm = arms[Number(first)];
    if (arm === undefined) throw new Error("no arm");
    arm.here.answers += 1;
    arm.here.outcome += draw(seed, call, 7) < (rates[Number(first)] ?? 0) ? 1 : 0;
  }
  return arms.map(({ here }) => here.answers);
}

test("within 200 calls the best of three is asked most, at every one of 400 seeds", () => {
  const found = Array.from({ length: 400 }, (_, seed) => play([0.5, 0.7, 0.9], 200, seed));
  const right = found.filter((asked) => Math.max(...asked) === asked[2]);
  expect(right).toHaveLength(400);
});

test("the order of the members does not matter for that", () => {
  const found = Array.from({ length: 50 }, (_, seed) => play([0.9, 0.5, 0.7], 200, seed));
  expect(found.every((asked) => Math.max(...asked) === asked[0])).toBe(true);
});

const arm = (id: string, answers: number, mean: number, cost: number | null): Arm => ({
  id,
  here: { answers, outcome: answers * mean },
  elsewhere: NOTHING,
  cost,
});

test("an arm never tried goes first, in the order of the members", () => {
  const arms = [arm("a", 3, 1, 1), arm("b", 0, 0, null), arm("c", 0, 0, null)];
  expect(orderArms(arms, { downgrade: true })).toEqual({
    order: ["b", "c", "a"],
    why: "not tried yet",
  });
});

test("the cheapest that is as good as any takes its place, and one that is not does not", () => {
  const arms = [arm("cheap", 400, 0.5, 1), arm("middle", 400, 0.89, 5), arm("dear", 400, 0.9, 20)];
  expect(orderArms(arms, { downgrade: true })).toEqual({
    order: ["middle", "dear", "cheap"],
    why: "as good as any and cheaper: mean outcome 0.89 of 400 answers",
  });
  expect(orderArms(arms, { downgrade: false }).order[0]).toBe("dear");
});

test("too few answers, or a price that is not known, is no ground for a downgrade", () => {
  const few = [arm("cheap", 10, 0.9, 1), arm("dear", 400, 0.9, 20)];
  expect(orderArms(few, { downgrade: true }).why).not.toContain("cheaper");
  const unpriced = [arm("cheap", 400, 0.9, null), arm("dear", 400, 0.9, 20)];
  expect(orderArms(unpriced, { downgrade: true }).why).not.toContain("cheaper");
});

test("answers on tasks of other kinds count for three", () => {
  const elsewhere = { answers: 300, outcome: 300 };
  const arms = [{ ...arm("known elsewhere", 0, 0, 1), elsewhere }, arm("known here", 3, 0.5, 1)];
  expect(orderArms(arms, { downgrade: false })).toEqual({
    order: ["known elsewhere", "known here"],
    why: "mean outcome 1.00 of 3 answers",
  });
});
