import { join } from "node:path";
import { expect, test } from "vitest";
import { trajectoriesOf } from "../../../runs/report/trajectories.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";

test("each role call becomes a row with the code before and after, the outcome and the noise of its score", async () => {
  const events = await journalRun(join(await freshFolder(), "journal.jsonl"));
  const rows = await trajectoriesOf(events, {
    run: "r1",
    split: "train",
    read: async (commit) => `code ${commit[0]}`,
  });
  const base = "track-1/init-1";
  const tried = "track-1/refine-1/attempt-2";
  expect(
    rows.map(
      ({ step, parent, codeBefore, codeAfter, scoreBefore, scoreAfter, noise, accepted }) => [
        step,
        parent,
        codeBefore,
        codeAfter,
        scoreBefore,
        scoreAfter,
        noise,
        accepted,
      ],
    ),
  ).toEqual([
    [`${base}/initializer/1`, null, null, "code 1", null, 10, null, null],
    ["track-1/refine-1/extractor/1", base, "code 1", null, 10, null, null, null],
    ["track-1/refine-1/attempt-1/coder/1", base, "code 1", "code 2", 10, 11, 0.5, false],
    [`${tried}/coder/1`, base, "code 1", "code a", 10, null, null, null],
    [`${tried}/debugger/1`, tried, "code a", "code 3", 10, 8, 0.5, true],
  ]);
  expect(rows[3]?.execution).toMatchObject({
    outcome: "error",
    exitCode: 1,
    exception: "ValueError",
  });
  expect(rows[3]?.execution?.traceback).toMatch(/^Traceback.*no such column$/su);
  expect(rows[0]).toMatchObject({
    schema: 1,
    competition: "houses",
    split: "train",
    run: "r1",
    role: "initializer",
    prompt: "improve this",
    model: "test-model",
  });
});

test("a commit's code is read once, however many calls it serves", async () => {
  const events = await journalRun(join(await freshFolder(), "journal.jsonl"));
  const reads: string[] = [];
  const read = async (commit: string) => {
    reads.push(commit);
    return "";
  };
  await trajectoriesOf(events, { run: "r1", split: "dev", read });
  expect(reads.length).toBe(new Set(reads).size);
});
