import { expect, test } from "vitest";
import { IN_FULL } from "../../../../agent/distill/asked.ts";
import { type SkdOptions, skdRows } from "../../../../agent/distill/skd/skd-rows.ts";
import type { Trajectory } from "../../../../runs/report/across/trajectories.ts";
import { madeCall } from "../made-calls.ts";

const options: SkdOptions = {
  roles: ["debugger", "coder", "leakage-checker"],
  maxChangedLines: 2,
  asked: IN_FULL,
  licenses: new Map(),
};
const failed = {
  outcome: "error" as const,
  exitCode: 1,
  exception: "ValueError",
  traceback: "Traceback …\nValueError: NaN",
};

/** A call of the debugger about the attempt `track-1/init-1`. */
function debugged(round: number, some: Partial<Trajectory> & { said?: string } = {}): Trajectory {
  const at = round === 1 ? "" : `fix-${round - 1}/`;
  return madeCall({
    role: "debugger",
    step: `track-1/init-1/${at}debugger/1`,
    said: "```python\nmodel.fit(x.fillna(0), y)\n```",
    ...some,
  });
}

test("a call whose answer ran is a row whose teacher is shown that answer and its score", () => {
  const [one] = skdRows([debugged(1)], options);
  expect(one).toMatchObject({
    row: {
      id: "skd/houses/r1/track-1/init-1/debugger/1",
      role: "debugger",
      ran: true,
      measured: { gain: 2 },
      privileged:
        "# What came of answers to this\nThis answer ran and scored 8:\n\n```python\nmodel.fit(x.fillna(0), y)\n```",
    },
  });
});

test("the teacher of a call whose answer failed is shown its traceback and the later answer that ran", () => {
  const first = debugged(1, {
    execution: failed,
    scoreAfter: null,
    said: "```python\nfit(x)\n```",
  });
  const messages = [
    { role: "user" as const, content: "again" },
    { role: "assistant" as const, content: "```python\nfit(x, y)\n```" },
  ];
  const rows = skdRows([first, debugged(2, { messages })], options);
  expect(rows).toMatchObject([
    {
      row: {
        ran: false,
        privileged:
          "# What came of answers to this\nAn earlier answer failed:\n\n```\nTraceback …\nValueError: NaN\n```\n\nThis answer ran and scored 8:\n\n```python\nfit(x, y)\n```",
      },
    },
    { row: { ran: true } },
  ]);
  const [alone] = skdRows([first], options);
  expect(alone).toMatchObject({
    row: { ran: false, privileged: expect.stringMatching(/^# What came.*ValueError: NaN\n```$/su) },
  });
});

test("what student and teacher cannot write anew is dropped with its reason", () => {
  const calls = [
    debugged(1, { execution: null }),
    debugged(1, { competition: "cats" }),
    debugged(2, { competition: "cats" }),
    madeCall({ role: "coder", competition: "dogs", codeAfter: "a\nb\nc\nd\n" }),
    madeCall({ role: "planner" }),
  ];
  expect(skdRows(calls, options).map((each) => ("dropped" in each ? each.dropped : "row"))).toEqual(
    ["nothing was run of it", "row", "the same question again", "more than 2 changed lines"],
  );
});

test("an answer that cannot be read has not run; a verdict must only be read", () => {
  const prose = debugged(1, { said: "I would fill the gaps." });
  const verdict = (said: string) => madeCall({ role: "leakage-checker", execution: null, said });
  expect(skdRows([prose], options)).toMatchObject([{ row: { ran: false } }]);
  expect(skdRows([verdict('{"leaky": false, "block": "", "why": "none"}')], options)).toMatchObject(
    [{ row: { ran: true, privileged: null } }],
  );
  expect(skdRows([verdict("perhaps")], options)).toMatchObject([{ row: { ran: false } }]);
});

test("a student that is asked in short is shown the question from the script on", () => {
  const content = "# Rules\nbe brief\n# Script\nfit(x)";
  const messages = [
    { role: "system" as const, content: "the brief" },
    { role: "user" as const, content },
    { role: "assistant" as const, content: "```python\nfit(x, y)\n```" },
  ];
  const asked = { brief: false, from: "# Script", ownFrames: false, patch: false };
  const [row] = skdRows([debugged(1, { messages })], { ...options, asked });
  expect(row).toMatchObject({
    row: { parts: [{ messages: [{ content: "# Script\nfit(x)" }, { role: "assistant" }] }] },
  });
});
