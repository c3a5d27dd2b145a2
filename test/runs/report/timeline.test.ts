import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../runs/record/journal.ts";
import { timelineOf } from "../../../runs/report/timeline.ts";
import { execution, freshFolder, handClock, reply, start, verdict } from "../journal-fixture.ts";

/** Two scripts of one track that ran at the same time, and a refinement that waited for a slot. */
async function events() {
  const clock = handClock();
  const journal = await openJournal(join(await freshFolder(), "j.jsonl"), { clock });
  await journal.append("run-started", "run-started", start());
  clock.pass(2);
  await journal.append("answered", "track-1/init-1/initializer/1", reply({ seconds: 2 }));
  clock.pass(10);
  const base = "track-1/init-1";
  await journal.append("executed", `${base}/fold-0/run`, execution(base, { seconds: 10 }));
  clock.pass(1);
  const other = "track-1/init-2";
  await journal.append(
    "executed",
    `${other}/fold-0/run`,
    execution(other, { seconds: 9, outcome: "timed-out" }),
  );
  await journal.append("evaluated", `${base}/evaluated`, verdict(base, null, 10));
  clock.pass(9);
  const tried = "track-1/refine-1/attempt-1";
  await journal.append("executed", `${tried}/fold-0/run`, execution(tried, { seconds: 4 }));
  await journal.append("evaluated", `${tried}/evaluated`, verdict(tried, base, 9));
  await journal.close();
  return journal.events;
}

test("a span lies where the run's clock had it, and says what it waited for and how long", async () => {
  const spans = timelineOf(await events());
  expect(
    spans.map(({ kind, start, end, row, isFailed }) => [kind, start, end, row, isFailed]),
  ).toEqual([
    ["model", 0, 2, 0, false],
    ["execution", 2, 12, 0, false],
    ["execution", 4, 13, 1, true],
    ["execution", 18, 22, 0, false],
  ]);
  expect(spans.map(({ after }) => after)).toEqual([
    null,
    "track-1/init-1/initializer/1",
    "track-1/init-1/initializer/1",
    "track-1/init-1/fold-0/run",
  ]);
  expect(spans.at(-1)?.waited).toBe(6);
  expect(new Set(spans.map(({ lane }) => lane))).toEqual(new Set(["track-1"]));
});
