import { expect, test } from "vitest";
import { type Measurement, skdScore } from "../../../../agent/distill/skd/skd-eval.ts";

const rows = ["a", "a", "b"].map((competition, index) => ({ id: `row-${index}`, competition }));

function measured(row: number, some: Partial<Measurement> = {}): Measurement {
  const apart = { fkl: 1, rkl: 2, jsd: 0.5 };
  return { who: "m", row, entropy: row, ...apart, accepted: 1, judged: 2, ...some };
}

test("a model's scores are means over rows, with intervals over competitions", () => {
  const measurements = [measured(0), measured(1, { accepted: 2 }), measured(2, { entropy: null })];
  const ran = new Map([
    ["row-0", true],
    ["row-2", false],
  ]);
  const score = skdScore("trained", measurements, rows, { kind: "rkl", ran });
  expect(score).toMatchObject({
    who: "trained",
    rows: 3,
    // Of one competition only: what did not run has no cross-entropy.
    entropy: { mean: 0.5, interval: null },
    divergence: { mean: 2, interval: [2, 2] },
    acceptance: { interval: [0.5, 0.75] },
    ran: { mean: 0.5, interval: [0, 1] },
  });
  expect(score.acceptance.mean).toBeCloseTo(2 / 3);
});

test("where no answer was run there is no share of those that ran, and no measurement is no score", () => {
  const score = skdScore("base", [], rows, { kind: "fkl", ran: null });
  expect(score).toMatchObject({ rows: 0, ran: null, divergence: { mean: null, interval: null } });
});
