import { expect, test } from "vitest";
import { callGroups, pairsIn } from "../../../../agent/distill/merge/role-calls.ts";
import { madeCall } from "../made-calls.ts";

const failed = { outcome: "error", exitCode: 1, exception: "ValueError", traceback: "" } as const;

test("calls that began at one solution are compared by what came of them, on dev competitions only", () => {
  const dev = { split: "dev" } as const;
  const groups = callGroups(
    [
      madeCall({ ...dev, said: "Better." }),
      madeCall({ ...dev, said: "Worse.", scoreAfter: 11 }),
      madeCall({ ...dev, said: "Broken.", execution: failed, scoreAfter: null }),
      madeCall({ ...dev, said: "Nobody ran it.", execution: null }),
      madeCall({ ...dev, said: "Another start.", parent: "track-2/init-1" }),
      madeCall({ said: "To train on." }),
      madeCall({ ...dev, said: "Another role.", role: "coder" }),
    ],
    "planner",
  );
  expect(groups.map(({ id }) => id)).toEqual(["houses/r1/track-1/init-1"]);
  expect(
    groups[0]?.calls.map(({ messages, outcome }) => [messages.at(-1)?.content, outcome]),
  ).toEqual([
    ["Better.", 1],
    ["Worse.", 0.5],
    ["Broken.", 0],
  ]);
  expect(pairsIn(groups)).toBe(3);
});

test("first scripts have no start, repairs as many as there are broken scripts: those of one run are compared", () => {
  const first = { split: "dev", role: "initializer", parent: null, scoreBefore: null } as const;
  const broken = { execution: failed, scoreAfter: null };
  const groups = callGroups([madeCall(first), madeCall({ ...first, ...broken })], "initializer");
  expect(groups[0]?.calls.map(({ outcome }) => outcome)).toEqual([1, 0]);
  const repair = { split: "dev", role: "debugger", scoreBefore: null } as const;
  const repairs = [
    madeCall({ ...repair, parent: "track-1/init-1" }),
    madeCall({ ...repair, ...broken, parent: "track-1/init-2" }),
  ];
  expect(pairsIn(callGroups(repairs, "debugger"))).toBe(1);
});
