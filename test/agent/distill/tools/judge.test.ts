import { expect, test } from "vitest";
import { judge } from "../../../../agent/distill/tools/judge.ts";
import type { PlayedTurn, TaskTurn } from "../../../../agent/distill/tools/task.ts";

const from = (argument: string, call: number | null) => [
  { argument, from: call === null ? ("question" as const) : ("answer" as const), call },
];

/** Write and score; then read its log; then something that nobody can do. */
const reference: TaskTurn[] = [
  {
    question: "Write a.py and have it scored.",
    missing: null,
    calls: [
      ...[{ id: 0, tool: "write_script", arguments: { script: "a.py" }, nestedIn: null, step: 0 }],
      ...[{ id: 1, tool: "score", arguments: { script: "a.py" }, nestedIn: 0, step: 1 }],
    ].map((call) => ({ ...call, sources: from("script", call.id === 0 ? null : 0) })),
  },
  {
    question: "What did it print?",
    missing: null,
    calls: [
      {
        ...{ id: 2, tool: "read_log", nestedIn: null, step: 0 },
        ...{ arguments: { solution: "s1" }, sources: from("solution", 1) },
      },
    ],
  },
  { question: "Plot it.", missing: { kind: "function", tool: "ablate" }, calls: [] },
];

type Made = [tool: string, given: Record<string, unknown>, isError?: boolean];
const played = (...turns: { calls: Made[]; last?: string }[]): PlayedTurn[] =>
  turns.map(({ calls, last = "Done." }) => ({
    question: "",
    steps: calls.map(([tool, given, isError = false]) => ({
      ...{ said: "", answers: "0.12345" },
      calls: [{ tool, arguments: given, isError, text: "0.12345" }],
    })),
    last,
  }));

const write: Made = ["write_script", { script: "a.py", change: "more" }];
const score: Made = ["score", { script: "a.py" }];
const read: Made = ["read_log", { solution: "s1" }];

const cases: [string, PlayedTurn[], [number, string, string | null][]][] = [
  ["nothing", played({ calls: [write, score] }, { calls: [read] }, { calls: [] }), []],
  [
    "a nested call that is missing",
    played({ calls: [write] }, { calls: [read] }, { calls: [] }),
    [[0, "nested call missing", "score"]],
  ],
  [
    "a short dependency",
    played({ calls: [write, ["score", { script: "b.py" }]] }, { calls: [read] }, { calls: [] }),
    [[0, "short dependency", "score"]],
  ],
  [
    "a long dependency",
    played({ calls: [write, score] }, { calls: [["read_log", { solution: "s2" }]] }, { calls: [] }),
    [[1, "long dependency", "read_log"]],
  ],
  [
    "a wrong summary",
    played({ calls: [write, score], last: "It scores 0.98765." }, { calls: [read] }, { calls: [] }),
    [[0, "wrong summary", null]],
  ],
  [
    "a missing function that was not seen",
    played({ calls: [write, score] }, { calls: [read] }, { calls: [["score", {}]] }),
    [[2, "missing function or parameters not seen", "score"]],
  ],
  [
    "a refused call and one that was not made",
    played({ calls: [["write_script", { script: "a.py" }, true], score] }, { calls: [] }),
    [
      [0, "other", "write_script"],
      [1, "other", "read_log"],
    ],
  ],
];

test.each(cases)("what is wrong is seen by rule: %s", (_, turns, errors) => {
  const found = judge(reference, turns).map(({ turn, kind, tool }) => [turn, kind, tool]);
  expect(found).toEqual(errors);
});

test("a summary may name what was answered, and short numbers", () => {
  const last = "It scores 0.12345 after 2 tries.";
  const turns = played({ calls: [write, score], last }, { calls: [read] }, { calls: [] });
  expect(judge(reference, turns)).toEqual([]);
});
