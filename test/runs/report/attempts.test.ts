import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../runs/record/journal.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { type AttemptNode, attemptsOf, attemptTree } from "../../../runs/report/attempts.ts";
import { showAudit } from "../../../runs/report/formats.ts";
import { formatEvent } from "../../../runs/report/text/event-text.ts";
import {
  execution,
  freshFolder,
  handClock,
  journalRun,
  start,
  verdict,
} from "../journal-fixture.ts";

async function fixture() {
  return journalRun(join(await freshFolder(), "journal.jsonl"));
}

function outline(nodes: readonly AttemptNode[], depth = 0): string[] {
  return nodes.flatMap(({ attempt, children }) => [
    `${" ".repeat(depth)}${attempt.id}`,
    ...outline(children, depth + 1),
  ]);
}

test("attempts form a tree by what each came from; blends stand at the top", async () => {
  expect(outline(attemptTree(attemptsOf(await fixture())))).toEqual([
    "track-1/init-1",
    " track-1/refine-1/ablation-1",
    " track-1/refine-1/attempt-1",
    " track-1/refine-1/attempt-2",
    "  track-1/refine-1/attempt-2/fix-1",
    "blend/mean",
  ]);
});

test("an attempt knows its verdict, its gain and whether it is better than its parent, whichever way the metric points", async () => {
  const rows = attemptsOf(await fixture()).map(
    ({ id, status, score, change, verdict: decided, gain }) => [
      id.split("/").slice(1).join("/"),
      status,
      score,
      change,
      decided,
      gain,
    ],
  );
  expect(rows).toEqual([
    ["init-1", "scored", 10, null, null, null],
    ["refine-1/ablation-1", "scored", 12, "worse", null, null],
    ["refine-1/attempt-1", "scored", 11, "worse", "rejected", -1],
    ["refine-1/attempt-2", "failed", null, null, null, null],
    ["refine-1/attempt-2/fix-1", "scored", 8, "better", "accepted", 2],
    ["mean", "scored", 9, null, null, null],
  ]);
});

test("what an attempt did besides reading its input is that of all its executions, each thing once", async () => {
  const file = join(await freshFolder(), "journal.jsonl");
  const journal = await openJournal(file, { clock: handClock() });
  const seen = (processes: string[], outside: string[]) => ({
    audit: { processes, sockets: [], outside, forbidden: null },
  });
  const id = "track-1/init-1";
  await journal.append("executed", `${id}/a/run`, execution(id, seen(["lscpu"], ["/etc/fonts"])));
  await journal.append("executed", `${id}/b/run`, execution(id, seen(["lscpu", "gcc a.c"], [])));
  await journal.append("evaluated", `${id}/evaluated`, verdict(id, null, 1));
  // A script that was refused before it ran did nothing.
  await journal.append("evaluated", "track-1/init-2/evaluated", verdict("track-1/init-2", null, 1));
  await journal.close();
  const [first, second] = attemptsOf(await readEvents(file)).map(({ audit }) => audit);
  expect(first).toEqual({ processes: ["gcc a.c", "lscpu"], sockets: [], outside: ["/etc/fonts"] });
  expect(second).toBeNull();
  expect(showAudit(first ?? {})).toBe("used 2 programs, 1 file of the system");
});

test("what an attempt did with GPUs is the most memory of its executions, and their utilization by time", async () => {
  const file = join(await freshFolder(), "journal.jsonl");
  const journal = await openJournal(file, { clock: handClock() });
  for (const id of ["track-1/init-1", "track-1/init-2", "track-1/init-3"]) {
    const [one, two] = [
      { peakMb: 2048, utilization: 90 },
      { peakMb: 512, utilization: 10 },
    ];
    const given = { "track-1/init-1": [one, two], "track-1/init-2": [null, null] }[id];
    const [first, second] = given?.map((gpu) => ({ gpu })) ?? [{}, {}];
    await journal.append("executed", `${id}/a/run`, execution(id, { seconds: 3, ...first }));
    await journal.append("executed", `${id}/b/run`, execution(id, { seconds: 1, ...second }));
    await journal.append("evaluated", `${id}/evaluated`, verdict(id, null, 1));
  }
  await journal.close();
  const events = await readEvents(file);
  expect(attemptsOf(events).map(({ gpu }) => gpu)).toEqual([
    { peakMb: 2048, utilization: 70 },
    null,
    null,
  ]);
  const shown = events.filter(({ type }) => type === "executed").map(formatEvent);
  expect(shown[0]).toBe("track-1/init-1 on fold-0: finished in 3.0s, 100 MB, GPU 2.0 GB 90 %");
  expect(shown[2]).toBe("track-1/init-2 on fold-0: finished in 3.0s, 100 MB");
});

test("what was asked for an attempt is charged to it, and what was asked for none alone to none", async () => {
  const costs = attemptsOf(await fixture()).map(({ modelCalls, tokens, usd }) => [
    modelCalls,
    tokens,
    usd,
  ]);
  expect(costs).toEqual([
    [1, 135, 0.25],
    [0, 0, 0],
    [1, 135, 0.25],
    [2, 270, 0.5],
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test("the best is what the run chose; while it has not, the best score that is no ablation's", async () => {
  const events = await fixture();
  const best = (until: number) =>
    attemptsOf(events.slice(0, until)).find((each) => each.isBest)?.id;
  expect(best(events.length)).toBe("track-1/refine-1/attempt-2/fix-1");
  expect(best(events.findIndex((event) => event.key === "publish/final"))).toBe(
    "track-1/refine-1/attempt-2/fix-1",
  );
  expect(best(events.findIndex((event) => event.key.includes("fix-1")))).toBe("track-1/init-1");
  expect(best(2)).toBeUndefined();
});

test("a script evaluated twice counts with its last verdict, and an unknown parent makes a root", async () => {
  const journal = await openJournal(join(await freshFolder(), "j.jsonl"), { clock: handClock() });
  await journal.append("run-started", "run-started", start());
  await journal.append("evaluated", "a/evaluated", verdict("a", "gone", 3));
  await journal.append("evaluated", "a/evaluated-again", verdict("a", "gone", 2));
  await journal.append("executed", "a/run", execution("a"));
  const attempts = attemptsOf(journal.events);
  expect(attempts.map((each) => each.score)).toEqual([2]);
  expect(outline(attemptTree(attempts))).toEqual(["a"]);
  await journal.close();
});
