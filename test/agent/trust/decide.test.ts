import { expect, test } from "vitest";
import {
  decide,
  factsAfter,
  isClear,
  keepToRate,
  type Look,
  levelsOf,
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
  const facts = factsAfter([clear], []);
  expect(facts).toMatchObject({ challenger: "attempt-1", level: 0.02 });
  expect(decide(facts)).toEqual({ accepted: true, why: "significant, p = 0.01" });
});

test("a look that was not taken lowers no bar", () => {
  const unsure = look({ gain: 0.05, familyProbability: 0.975 });
  expect(isClear(unsure)).toBe(false);
  const rejected = { accepted: false, why: "not significant, p = 0.025" };
  for (const looks of [1, 3])
    expect(decide(factsAfter(Array(looks).fill(unsure), []))).toEqual(rejected);
});

test("looks spend the rate as O'Brien and Fleming: little at first, most at the last, all of it together", () => {
  // Lan and DeMets 1983: cumulative spending of 0.05 at quarters of the information.
  const cumulated = levelsOf(0.05, 4).map((_, at, all) =>
    all.slice(0, at + 1).reduce((sum, each) => sum + each, 0),
  );
  const known = [0.00009, 0.00557, 0.02363, 0.05];
  for (const [at, value] of known.entries()) expect(cumulated[at]).toBeCloseTo(value, 5);
});

const expectedFacts = {
  rule: "expected-gain" as const,
  ...pair,
  gain: 0.002,
  standardError: 0.001,
  kind: "refine" as const,
  prior: { mean: 0, spread: 0.001 },
  expected: 0.001,
  probability: 0.92,
  familyProbability: 0.9,
  level: 0.02,
  failed: [],
};

test.each([
  [{}, true, "an expected gain of 0.001, not proved"],
  [{ familyProbability: 0.99 }, true, "an expected gain of 0.001, proved"],
  [{ expected: -0.001, familyProbability: 1 }, false, "no gain is expected"],
  [{ expected: 0 }, false, "no gain is expected"],
  [{ failed: ["b"] }, false, "did not run on every fold and seed"],
])("by expected gain, %o: accepted is %s, %s", (change, accepted, why) => {
  expect(decide({ ...expectedFacts, ...change })).toEqual({ accepted, why });
});

test("what did not run on a further fold is no gain, and neither is a loss", () => {
  const sure = look({ gain: 0.05, familyProbability: 1 });
  const failed = decide(factsAfter([sure], ["attempt-1"]));
  expect(failed).toEqual({ accepted: false, why: "did not run on every fold and seed" });
  const loss = look({ gain: -0.05, familyProbability: 1 });
  expect(decide(factsAfter([loss], []))).toEqual({ accepted: false, why: "not better" });
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
  expect(keepToRate([one, { ...one, level: 0.03 }], 0.04)).toBe(false);
});
