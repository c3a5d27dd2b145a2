import { expect, test } from "vitest";
import { emptyState } from "../../../../agent/distill/tools/state.ts";
import type { PlayedTurn, ToolTask } from "../../../../agent/distill/tools/task.ts";
import { evaluateTools, resultOf } from "../../../../agent/distill/tools/tool-eval.ts";

const task = (id: string, competition: string, missing = false): ToolTask => ({
  ...{ id, competition, split: "dev", tools: ["submit"], given: "solution" },
  turns: [
    {
      question: "Hand in what stands.",
      missing: missing ? { kind: "function", tool: "submit" } : null,
      calls: missing
        ? []
        : [{ id: 0, tool: "submit", arguments: {}, nestedIn: null, step: 0, sources: [] }],
    },
  ],
  state: { ...emptyState(), isOver: !missing },
});

const turns = (...errors: boolean[]): PlayedTurn[] => {
  const calls = errors.map((isError) => ({ tool: "submit", arguments: {}, isError, text: "" }));
  return [{ question: "", steps: [{ said: "", calls, answers: "" }], last: "Done." }];
};

test("a model is worth the calls that were done and the states that are right, beside its base", () => {
  const tasks = [task("a", "one"), task("b", "two"), task("c", "two", true)];
  const over = { ...emptyState(), isOver: true };
  const played = (state: ReturnType<typeof emptyState>, ...errors: boolean[]) => ({
    turns: turns(...errors),
    state,
  });
  const of = (plays: ReturnType<typeof played>[]) =>
    plays.flatMap((play, index) => (tasks[index] ? resultOf(tasks[index], play) : []));
  const trained = of([played(over, true, false), played(over, false), played(emptyState())]);
  const base = of([played(emptyState()), played(over, false), played(emptyState(), true)]);
  const found = evaluateTools(
    [
      { who: "trained", results: trained },
      { who: "base", results: base },
    ],
    "base",
  );
  expect(found).toMatchObject({ tasks: 3, competitions: 2 });
  const [first, second] = found.scores;
  expect(first).toMatchObject({ valid: { mean: 0.5 }, right: { mean: 1 }, errors: {} });
  expect(second?.right.mean).toBeCloseTo(1 / 3);
  expect(second?.errors).toEqual({ other: 1, "missing function or parameters not seen": 1 });
  expect(found.difference.mean).toBeCloseTo(2 / 3);
});
