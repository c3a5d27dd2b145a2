import { expect, test } from "vitest";
import {
  type DoneCall,
  emptyState,
  expectedState,
  stateProblem,
} from "../../../../agent/distill/tools/state.ts";
import type { FinalState } from "../../../../agent/distill/tools/task.ts";

const done = (tool: string, given: object, value: unknown = null, text = ""): DoneCall => ({
  ...{ tool, value, text },
  arguments: { ...given },
});

const calls = [
  done("write_script", { script: "a", code: "x = 1\n" }),
  done("score", { script: "a" }, { solution: "native/attempt-1", status: "scored" }),
  done("edit_block", { script: "a", old: "x = 1", new: "x = $&" }),
  done(
    "ablate",
    { solution: "native/attempt-1", variants: [{ what: "w", old: "1", new: "2" }] },
    { variants: [{ status: "error" }] },
  ),
  done("remember", { kind: "plan", text: "one" }),
  done("remember", { kind: "plan", text: "two" }),
  done("preview", { file: "train.csv" }, null, "rows"),
  done("submit", { note: "enough" }),
];

test("the state that calls mean: scripts, attempts, notes, looks and the end", () => {
  const state = expectedState(calls);
  expect(state).toMatchObject({
    scripts: { a: "x = $&\n" },
    attempts: [
      { code: "x = 1\n", status: "scored" },
      { code: "x = 2\n", status: "error" },
    ],
    notes: [
      { kind: "plan", text: "two" },
      { kind: "fact", text: "enough" },
    ],
    isOver: true,
  });
  expect(state.looks).toHaveLength(1);
});

test("another state is told by what is other in it; to look at more does no harm", () => {
  const right = expectedState(calls);
  const with_ = (change: Partial<FinalState>) => stateProblem(right, { ...right, ...change });
  expect(with_({})).toBeNull();
  expect(with_({ looks: [...right.looks, "more"] })).toBeNull();
  expect(with_({ looks: [] })).toBe("not all was looked at");
  expect(with_({ scripts: {} })).toBe("other scripts");
  expect(with_({ attempts: [] })).toBe("other attempts");
  expect(with_({ notes: [] })).toBe("other notes");
  expect(with_({ isOver: false })).toBe("not ended");
  expect(stateProblem(emptyState(), { ...emptyState(), isOver: true })).toBe("ended too early");
});
