import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJournal } from "../../../../runs/record/journal.ts";
import { trajectoriesOf } from "../../../../runs/report/across/trajectories.ts";
import { freshFolder, handClock, journalRun, reply, start } from "../../journal-fixture.ts";

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

test("a row holds the whole conversation, what was looked up, and what of the memory was shown and cited", async () => {
  const file = join(await freshFolder(), "journal.jsonl");
  const journal = await openJournal(file, { clock: handClock() });
  onTestFinished(() => journal.close());
  const at = "track-1/refine-1/attempt-1";
  const item = { version: 1, kind: "lesson" as const, title: "t", text: "t", subject: null };
  const shown = ["m1", "m2"].map((id) => ({ ...item, id, worth: 0, fix: null, competitions: [] }));
  await journal.append("run-started", "run-started", start({ brief: { text: "the brief" } }));
  await journal.append("memory-shown", `${at}/planner/memory`, {
    role: "planner",
    query: "q",
    considered: ["m1", "m2"],
    shown,
    keptOut: {},
    reranker: 0,
    failure: null,
  });
  const sources = [{ url: "https://a.example/b", title: "B" }];
  await journal.append("answered", `${at}/planner/1`, reply({ role: "planner", text: "" }));
  await journal.append("answered", `${at}/planner/2`, reply({ role: "planner", sources }));
  await journal.append("memory-cited", `${at}/planner/cited`, {
    role: "planner",
    shown: ["m1", "m2"],
    cited: ["m2"],
  });
  const rows = await trajectoriesOf(journal.events, {
    run: "r",
    split: "train",
    read: async () => "",
  });
  expect(rows.map(({ memoryShown, memoryCited }) => ({ memoryShown, memoryCited }))).toEqual([
    { memoryShown: ["m1", "m2"], memoryCited: [] },
    { memoryShown: ["m1", "m2"], memoryCited: ["m2"] },
  ]);
  expect(rows[1]?.messages).toEqual([
    { role: "system", content: "the brief" },
    { role: "user", content: "improve this" },
    { role: "assistant", content: "done" },
  ]);
  expect(rows[1]?.toolCalls).toEqual([
    { name: "web_search", argument: "https://a.example/b", result: "B" },
  ]);
});
