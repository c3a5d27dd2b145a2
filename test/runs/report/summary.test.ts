import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { noTokens } from "../../../runs/ledger.ts";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { summarize, summarizeRun } from "../../../runs/report/summary.ts";
import { formatEvent } from "../../../runs/report/text/event-text.ts";
import { summaryText } from "../../../runs/report/text/summary-text.ts";
import { end, freshFolder, handClock, journalRun, reply, start } from "../journal-fixture.ts";

async function fixture(started: Parameters<typeof journalRun>[2] = {}) {
  const folder = await createRun(await freshFolder(), "houses", "r1");
  const events = await journalRun(runFiles(folder).journal, undefined, started);
  await writeFile(runFiles(folder).submission, "id,price\n");
  return { folder, events };
}

test("a summary holds what the run came to, every figure a fold of its journal", async () => {
  const { folder } = await fixture();
  const { files, cost, ...summary } = await summarizeRun(folder);
  expect(summary).toEqual({
    run: "r1",
    competition: "houses",
    title: "House prices",
    metric: "rmse",
    direction: "minimize",
    status: "finished",
    limit: null,
    startedAt: "2026-01-02T03:04:05.000Z",
    submission: runFiles(folder).submission,
    submitted: {
      kind: "checked",
      solution: "track-1/refine-1/attempt-2/fix-1",
      unchecked: [],
      isBest: true,
    },
    bestSolution: "track-1/refine-1/attempt-2/fix-1",
    searchScore: 8,
    searchInterval: [7, 9],
    correctedScore: 8.2,
    tries: 6,
    sealedScore: 8.5,
    sealedInterval: [8, 9],
    expectedScore: null,
    constantReached: null,
    thresholds: null,
    gap: 0.5,
    attempts: 6,
    executions: 2,
    modelCalls: 5,
    tokens: 675,
    tokensByKind: { ...noTokens(), input: 500, cacheRead: 50, cacheWrite: 25, output: 100 },
    usd: 1.5,
    seconds: 100,
    mode: "referee",
    model: "playbook",
    sandbox: "process",
    protectsFiles: true,
    network: "none",
    seed: 1,
    findings: [],
    helpedMost: [
      {
        solution: "track-1/refine-1/attempt-2/fix-1",
        gain: 2,
        standardError: 0.5,
        what: 'refine of "Features": log target',
      },
    ],
  });
  expect(cost.total).toMatchObject({ usd: 1.5, accepted: 1 });
  expect(Object.keys(files).sort()).toEqual(["attempts", "folder", "journal", "submission"]);
});

test("the text for people begins with it when scripts could read the files of the user", async () => {
  const { folder, events } = await fixture({ protectsFiles: false });
  const text = summaryText(summarize(events, folder));
  expect(text.split("\n")[0]).toMatch(/^UNPROTECTED: .* a score could have been faked\.$/u);
});

test("the text for people never calls a validation score a test score, and says how far the sealed one lies off", async () => {
  const { folder, events } = await fixture();
  const text = summaryText(summarize(events, folder));
  expect(text.split("\n")[0]).toBe("houses/r1: finished");
  expect(text).toContain("search score   8 [7, 9], corrected for 6 tries 8.2\n");
  expect(text).toContain("sealed score   8.5 [8, 9], 0.5 worse than search\n");
  expect(text).toContain(
    '+2 ± 0.5  track-1/refine-1/attempt-2/fix-1  refine of "Features": log target',
  );
  expect(text).not.toMatch(/test score/iu);
});

test("a self-reported run says so on its first line", async () => {
  const { folder, events } = await fixture({ mode: "self-reported" });
  expect(summaryText(summarize(events, folder)).split("\n")[0]).toContain("SELF-REPORTED");
});

test("what a look at the data found stands in the summary", async () => {
  const finding = { text: "code alone predicts price", advice: "drop_columns: [code]" };
  const { folder, events } = await fixture({ findings: [finding] });
  const text = summaryText(summarize(events, folder));
  expect(text).toContain("data           code alone predicts price (drop_columns: [code])\n");
});

test.each([
  [{ search: 12, sealed: 8.9 }, "sealed", 8.9],
  [{ search: 8.5, sealed: 12 }, "search", 8.5],
  [{ search: 6, sealed: null }, "search", 6],
] as const)(
  "a score whose interval reaches a constant's says so: %j",
  async (scores, of, constantScore) => {
    const { folder, events } = await fixture({ constantScores: scores });
    const summary = summarize(events, folder);
    expect(summary.constantReached).toEqual({ of, constantScore });
    expect(summaryText(summary)).toContain(
      `constant       the ${of} score may be no better than a constant: its interval reaches ${constantScore}, the score of one prediction for all rows\n`,
    );
  },
);

test("a score that leaves chance says nothing of it", async () => {
  const { folder, events } = await fixture({ constantScores: { search: 12, sealed: 12 } });
  const summary = summarize(events, folder);
  expect(summary.constantReached).toBeNull();
  expect(summaryText(summary)).not.toContain("constant");
});

test("a positive gap means the sealed score is worse, also where higher is better", async () => {
  const competition = {
    id: "houses",
    title: "t",
    metric: "auc",
    direction: "maximize" as const,
    thresholds: null,
  };
  const { folder, events } = await fixture({ competition });
  expect(summarize(events, folder).gap).toBe(-0.5);
});

test("before its end a run is unfinished and shows its best so far; a submission counts only once journaled", async () => {
  const { folder, events } = await fixture();
  const early = summarize(
    events.filter((event) => !["run-ended", "submission-written"].includes(event.type)),
    folder,
  );
  expect(early).toMatchObject({
    status: "unfinished",
    searchScore: 8,
    sealedScore: null,
    gap: null,
    submission: null,
  });
  expect(summarize([], folder)).toMatchObject({
    competition: "houses",
    run: "r1",
    status: "unfinished",
    searchScore: null,
  });
});

test("a set-up that the time limit ended is told as that limit, with the sample submission marked, until the run goes on", async () => {
  const journal = await openJournal(join(await freshFolder(), "j.jsonl"), { clock: handClock() });
  const summary = () => summarize(journal.events, "/runs/houses/r1");
  const sample = { solution: null, unchecked: [], isBest: false, isSample: true };
  const written = { ...sample, sha256: "0", why: "late" };
  await journal.append("submission-written", "publish/sample", written);
  await journal.append("set-up-cut", "set-up-cut", { by: "seconds", identity: null });
  expect(summary()).toMatchObject({
    status: "limit",
    limit: "seconds",
    submitted: { kind: "sample", solution: null },
  });
  expect(summaryText(summary())).toContain("the sample submission, of no script");
  await journal.append("run-resumed", "run-resumed", { session: 2, pid: 1 });
  expect(summary()).toMatchObject({ status: "unfinished", limit: null });
  await journal.append("set-up-cut", "set-up-cut", { by: "SIGINT", identity: null });
  expect(summary()).toMatchObject({ status: "paused", limit: null });
});

test("a fault is a run's state until it is resumed, and an unknown price makes the sum unknown", async () => {
  const journal = await openJournal(join(await freshFolder(), "j.jsonl"), { clock: handClock() });
  const status = () => summarize(journal.events, "/runs/houses/r1").status;
  await journal.append("run-started", "run-started", start());
  await journal.append("answered", "a/coder/1", reply({ usd: null }));
  await journal.append("faulted", "faulted", { name: "ModelUnavailable", message: "down" });
  expect(status()).toBe("faulted");
  expect(summarize(journal.events, "/runs/houses/r1").usd).toBeNull();
  await journal.append("run-resumed", "run-resumed", { session: 2, pid: 1 });
  expect(status()).toBe("unfinished");
  await journal.append("run-ended", "run-ended", { ...end, status: "limit", limit: "usd" });
  expect(status()).toBe("limit");
  await journal.append("faulted", "faulted", { name: "Fault", message: "no space left" });
  expect(status()).toBe("faulted");
  await journal.append("run-resumed", "run-resumed", { session: 3, pid: 1 });
  expect(status()).toBe("limit");
  await journal.close();
});

test("every event has one line in words, without control characters of what a model wrote", async () => {
  const { events } = await fixture();
  const lines = events.map(formatEvent);
  expect(lines).toMatchInlineSnapshot(`
    [
      "run started: House prices (rmse, minimize), model playbook, sandbox process, seed 1",
      "track-1/init-1/initializer/1: test-model answered as initializer in 1.0s (135 tokens, $0.25)",
      "track-1/init-1 on fold-0: finished in 2.0s, 100 MB",
      "track-1/init-1: 10 [9, 11], 2.0s · LightGBM",
      "track-1/refine-1/ablation-1: 12 [11, 13] (was 10), 2.0s",
      "track-1/refine-1/ablation-1 against track-1/init-1: -2 ± 0.5",
      "track-1/refine-1/extractor/1: test-model answered as extractor in 1.0s (135 tokens, $0.50)",
      "track-1/refine-1: next is block "Features": add ratios",
      "track-1/refine-1/attempt-1/coder/1: test-model answered as coder in 1.0s (135 tokens, $0.25)",
      "track-1/refine-1/attempt-1: 11 [10, 12] (was 10), 2.0s · add [31m ratios",
      "against track-1/init-1: track-1/refine-1/attempt-1 -1 ± 0.5",
      "track-1/refine-1/attempt-1 rejected: not better (-1 ± 0.5)",
      "track-1/refine-1/attempt-2/coder/1: test-model answered as coder in 1.0s (135 tokens, $0.25)",
      "track-1/refine-1/attempt-2 on fold-0: error (exit code 1) in 2.0s, 100 MB",
      "track-1/refine-1/attempt-2: failed (was 10), 2.0s · ValueError: no such column",
      "track-1/refine-1/attempt-2/debugger/1: test-model answered as debugger in 1.0s (135 tokens, $0.25)",
      "track-1/refine-1/attempt-2/fix-1: 8 [7, 9] (was 10), 2.0s · log target",
      "against track-1/init-1: track-1/refine-1/attempt-2/fix-1 +2 ± 0.5",
      "track-1/refine-1/attempt-2/fix-1 kept: significant, p = 0.01 (+2 ± 0.5)",
      "blend/mean: mean of 2 solutions: 9 [8, 10]",
      "submission.csv is of track-1/refine-1/attempt-2/fix-1, the best so far: chosen",
      "run ended (finished): track-1/refine-1/attempt-2/fix-1, search 8, sealed 8.5 [8, 9]",
    ]
  `);
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
});
