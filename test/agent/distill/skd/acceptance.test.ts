import { expect, test } from "vitest";
import { acceptanceCurve } from "../../../../agent/distill/skd/acceptance.ts";
import { acceptanceLines } from "../../../../agent/distill/skd/skd-card.ts";

test("acceptance is told by steps and by places of an answer, at 20 points at most", () => {
  const judgements = [
    { step: 1, row: 0, accepted: "10" },
    { step: 1, row: 1, accepted: "0" },
    { step: 2, row: 0, accepted: "111" },
  ];
  const curve = acceptanceCurve(judgements, { prompts: 2, accepted: 0.5, chosen: "skd" });
  expect(curve).toEqual({
    schedule: { prompts: 2, accepted: 0.5, chosen: "skd" },
    overall: { from: 1, to: 2, tokens: 6, accepted: 4 / 6 },
    bySteps: [
      { from: 1, to: 1, tokens: 3, accepted: 1 / 3 },
      { from: 2, to: 2, tokens: 3, accepted: 1 },
    ],
    byPlaces: [
      { from: 1, to: 1, tokens: 3, accepted: 2 / 3 },
      { from: 2, to: 2, tokens: 2, accepted: 0.5 },
      { from: 3, to: 3, tokens: 1, accepted: 1 },
    ],
  });
  expect(acceptanceLines(curve)).toEqual([
    "- schedule: 50.0 % accepted on 2 prompts before the first step, so skd",
    "- accepted: 66.7 % of 6 tokens; by steps 33.3 % at 1-1, 100.0 % at 2-2; by places 66.7 % at 1-1, 100.0 % at 3-3 (all of it: acceptance.json)",
  ]);
  const long = Array.from({ length: 45 }, (_, index) => ({
    step: index + 1,
    row: 0,
    accepted: "1",
  }));
  const points = acceptanceCurve(long, null)?.bySteps ?? [];
  expect(points).toHaveLength(15);
  expect(points.at(-1)).toEqual({ from: 43, to: 45, tokens: 3, accepted: 1 });
});

test("where nothing was judged there is no curve", () => {
  expect(acceptanceCurve([], null)).toBeNull();
  expect(acceptanceLines(null)).toEqual([]);
});
