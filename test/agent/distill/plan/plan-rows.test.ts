import { expect, test } from "vitest";
import { type PlanOptions, planAsked, planRows } from "../../../../agent/distill/plan/plan-rows.ts";
import { spoilerIn } from "../../../../agent/distill/plan/spoiler.ts";
import type { Trajectory } from "../../../../runs/report/across/trajectories.ts";
import { madeCall } from "../made-calls.ts";

const usual: PlanOptions = {
  mode: "m2",
  minScore: 80,
  minGain: 1,
  perQuestion: 5,
  licenses: new Map(),
  asked: planAsked("full"),
};

/** What becomes of a single call: its gain, or why it is dropped. */
function fate(call: Trajectory, options: Partial<PlanOptions> = {}): unknown {
  const [judged] = planRows([call], { ...usual, ...options });
  return judged === undefined || "dropped" in judged ? judged?.dropped : judged.row.measured.gain;
}

test("a plan that was liked and gained more than noise is a row: brief and question, then the plan alone", () => {
  const call = madeCall();
  expect(planRows([call], usual)).toEqual([
    {
      row: {
        id: "plan/houses/r1/track-1/refine-1/attempt-1/planner/1",
        role: "planner",
        split: "train",
        provenance: {
          competition: "houses",
          run: "r1",
          step: call.step,
          model: "playbook",
          license: "MIT (mle-star)",
        },
        parts: [{ name: "answer", messages: call.messages }],
        measured: { gain: 2, noise: 0.5, planScore: 90 },
      },
    },
  ]);
});

test("each filter drops by itself, and says why", () => {
  expect([
    fate(madeCall({ said: " " })),
    fate(madeCall({ planScore: null })),
    fate(madeCall({ planScore: 79 })),
    fate(madeCall({ planScore: -100 })),
    fate(madeCall({ execution: null })),
    fate(madeCall({ scoreAfter: null })),
    fate(madeCall({ scoreBefore: null })),
    fate(madeCall({ scoreAfter: 12 })),
    fate(madeCall({ noise: null })),
    fate(madeCall({ noise: 2 })),
  ]).toEqual([
    "no plan could be read",
    "no verifier judged the plan",
    "verifier below 80",
    "verifier below 80",
    "what carried it out did not run",
    "what carried it out did not run",
    "no score to compare with",
    "no gain",
    "noise of the gain not known",
    "gain within noise",
  ]);
});

test("each filter can be set, and a gain has the direction of its metric", () => {
  expect([
    fate(madeCall({ planScore: null }), { minScore: null }),
    fate(madeCall({ noise: 1 }), { minGain: 2 }),
    fate(madeCall({ noise: 0.9 }), { minGain: 2 }),
    fate(madeCall({ scoreAfter: 12 }), { minGain: null }),
    fate(madeCall({ direction: "maximize", scoreAfter: 12 })),
    fate(madeCall({ direction: "maximize" })),
  ]).toEqual([2, "gain within noise", 2, -2, 2, "no gain"]);
});

test("with m1 the code that carried the plan out follows it, and a plan without such code is dropped", () => {
  const coder = madeCall({
    role: "coder",
    step: "track-1/refine-1/attempt-1/coder/1",
    said: "```python\nfit()\n```",
  });
  const [judged] = planRows([madeCall(), coder], { ...usual, mode: "m1" });
  const row = judged !== undefined && "row" in judged ? judged.row : null;
  expect(row?.parts[0]?.messages.at(-1)?.content).toBe(
    "Clip the target at its 99th percentile before the fit.\n\n```python\nfit()\n```",
  );
  expect(fate(madeCall(), { mode: "m1" })).toBe("no code carried the plan out (m1)");
});

test("of one question the plans that gained most are kept, and the same plan once", () => {
  const calls = [9.2, 8, 9, 8].map((scoreAfter, index) =>
    madeCall({
      scoreAfter,
      step: `track-1/refine-1/attempt-${index + 1}/planner/1`,
      said: index === 3 ? "Plan  1." : `plan ${index}.`,
    }),
  );
  const fates = planRows(calls, { ...usual, perQuestion: 1 }).map((each) =>
    "row" in each ? each.row.measured.gain : each.dropped,
  );
  expect(fates).toEqual([
    "more than 1 plans of one question",
    2,
    "more than 1 plans of one question",
    "the same plan of the same competition",
  ]);
});

test("a spoiler names its score, goes by hidden rows, or holds the code that carried it out; prose does not", () => {
  const call = madeCall({ scoreAfter: 0.91234 });
  const found = [
    "It should reach 0.912.",
    "It should reach 0.913, as 0.9 did.",
    "Fit to the private leaderboard.",
    "Write model.fit(x, y.clip(upper=y.quantile(0.99))) here.",
    "Keep model.fit(x, y) as it is and clip the target.",
  ].map((plan) => spoilerIn(plan, call));
  expect(found).toEqual([
    "spoiler: names its score",
    null,
    "spoiler: goes by hidden rows",
    "spoiler: holds a line of the code that carried it out",
    null,
  ]);
  expect(fate(madeCall({ said: "Fit to the test labels." }))).toBe("spoiler: goes by hidden rows");
});
