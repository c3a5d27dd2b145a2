import { expect, test } from "vitest";
import {
  decide,
  factsAfter,
  isClear,
  keepToRate,
  type Look,
  rateOfStep,
  survivorsOf,
} from "../../../agent/trust/decide.ts";

const pair = { step: "track-1/merge-1", incumbent: "a", challenger: "b" };

test.each([
  [0.1, "reject", true, "better"],
  [0, "reject", false, "not better"],
  [0, "accept", true, "same score"],
  [-0.1, "accept", false, "not better"],
  [null, "reject", true, "the incumbent has no score"],
] as const)(
  "by score, a gain of %s with ties to %s: accepted is %s",
  (gain, ties, accepted, why) => {
    const facts = { rule: "score" as const, ...pair, gain, standardError: null, ties };
    expect(decide(facts)).toEqual({ accepted, why });
  },
);

test.each([
  [-0.001, 0.01, 0.5, true, "not worse"],
  [0.001, 0.01, 0.49, false, "worse"],
  [0, 0, 0, true, "not worse"],
])(
  "not worse: gain %s ± %s, probability %s: accepted is %s",
  (gain, standardError, probability, accepted, why) => {
    const facts = { rule: "not-worse" as const, ...pair, gain, standardError, probability };
    expect(decide(facts)).toEqual({ accepted, why });
  },
);

/** What was measured of one challenger: its gain, how sure that is, and on how many views. */
type Measured = { gain: number; familyProbability: number; views?: number; probability?: number };

function look(...measured: Measured[]): Look {
  return {
    step: "track-1/refine-1",
    incumbent: "base",
    level: 0.02,
    challengers: measured.map(({ gain, familyProbability, views = 1, probability = 0.9 }, at) => ({
      id: `attempt-${at + 1}`,
      gain,
      standardError: 0.01,
      probability,
      familyProbability,
      views: Array.from({ length: views }, (_, fold) => `fold-${fold}` as const),
    })),
  };
}

test("a gain that is significant at its look's share of the rate ends the step", () => {
  const clear = look(
    { gain: 0.05, familyProbability: 0.99 },
    { gain: 0.04, familyProbability: 0.9 },
  );
  expect(isClear(clear)).toBe(true);
  const facts = factsAfter([clear], 0.05, []);
  expect(facts).toMatchObject({ challenger: "attempt-1", level: 0.02 });
  expect(decide(facts)).toEqual({ accepted: true, why: "significant, p = 0.01" });
});

test("the last look may spend what the looks before it left of the rate", () => {
  const unsure = look({ gain: 0.05, familyProbability: 0.975 });
  expect(isClear(unsure)).toBe(false);
  const after = (looks: number) => decide(factsAfter(Array(looks).fill(unsure), 0.05, []));
  expect(after(1)).toEqual({ accepted: true, why: "significant, p = 0.025" });
  expect(after(3)).toEqual({ accepted: false, why: "not significant, p = 0.025" });
});

test("what did not run on a further fold is no gain, and neither is a loss", () => {
  const sure = look({ gain: 0.05, familyProbability: 1 });
  const failed = decide(factsAfter([sure], 0.05, ["attempt-1"]));
  expect(failed).toEqual({ accepted: false, why: "did not run on every fold and seed" });
  const loss = look({ gain: -0.05, familyProbability: 1 });
  expect(decide(factsAfter([loss], 0.05, []))).toEqual({ accepted: false, why: "not better" });
});

test("three challengers at most survive: near the best, likely better, and run on every view so far", () => {
  const open = { familyProbability: 0.5, views: 2 };
  const ids = survivorsOf(
    look(
      { ...open, gain: 0.03 },
      { ...open, gain: 0.031, views: 1 },
      { ...open, gain: 0.01 },
      { ...open, gain: 0.029, probability: 0.4 },
      { ...open, gain: 0.028 },
    ),
  );
  expect(ids).toEqual(["attempt-1"]);
  const equals = [0.03, 0.03, 0.03, 0.03].map((gain) => ({ gain, familyProbability: 0.5 }));
  expect(survivorsOf(look(...equals))).toEqual(["attempt-1", "attempt-2", "attempt-3"]);
});

test("the rates of all steps together are what was asked for, and looks keep to theirs", () => {
  const rate = rateOfStep({ acceptProbability: 0.9, outerSteps: 4 });
  expect((1 - rate) ** 4).toBeCloseTo(0.9, 12);
  const one = look({ gain: 1, familyProbability: 1 });
  expect(keepToRate([one, one], 0.04)).toBe(true);
  expect(keepToRate([one, one, one], 0.04)).toBe(false);
  expect(keepToRate([one, { ...one, level: 0.01 }], 0.04)).toBe(false);
});
