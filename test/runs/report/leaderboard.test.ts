import { join } from "node:path";
import { expect, test } from "vitest";
import type { Event } from "../../../runs/events/events.ts";
import { leaderboardOf, whyItWon } from "../../../runs/report/leaderboard.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";

const fixed = "track-1/refine-1/attempt-2/fix-1";

async function events(): Promise<Event[]> {
  return journalRun(join(await freshFolder(), "journal.jsonl"));
}

/** The holdout as it is opened before the run ends. */
function opened(all: readonly Event[], chosen: string): Event[] {
  const finalists = ["blend/mean", fixed].map((solution) => ({
    solution,
    search: 8,
    sealed: 8.5,
    sealedInterval: [7.9, 9.1] as [number, number],
  }));
  const value = { finalists, chosen, why: "best mean of both", selectionBias: 0 };
  const end = all.findIndex(({ type }) => type === "run-ended");
  const head = { v: 1, seq: end, time: "2026-01-02T03:04:05.000Z", elapsed: 90 } as const;
  const event: Event = { ...head, type: "sealed-opened", key: "finalize/sealed-opened", value };
  return [...all.slice(0, end), event, ...all.slice(end)];
}

test("the leaderboard has every scored candidate, best first, and marks what the first one's interval holds", async () => {
  expect(
    leaderboardOf(await events()).map(({ rank, attempt, isTied }) => [rank, attempt.id, isTied]),
  ).toEqual([
    [1, fixed, false],
    [2, "blend/mean", true],
    [3, "track-1/init-1", false],
    [4, "track-1/refine-1/attempt-1", false],
  ]);
});

test("finalists stand there with their sealed score and its interval", async () => {
  const places = leaderboardOf(opened(await events(), fixed));
  const sealed = places.map((place) => [place.attempt.id, place.sealed, place.sealedInterval]);
  expect(sealed.slice(0, 3)).toEqual([
    [fixed, 8.5, [7.9, 9.1]],
    ["blend/mean", 8.5, [7.9, 9.1]],
    ["track-1/init-1", null, null],
  ]);
});

test("a sentence says by what the winner won and what helped most", async () => {
  const all = await events();
  expect(whyItWon(all)).toBe(
    `${fixed} won by its search score (search 8 [7, 9]), 1 other within its interval; what helped most was ${fixed} (+2 ± 0.5).`,
  );
  expect(whyItWon(opened(all, fixed))).toBe(
    `${fixed} won among 2 finalists by best mean of both (search 8 [7, 9]); what helped most was ${fixed} (+2 ± 0.5).`,
  );
  expect(whyItWon(opened(all, "blend/mean"))).toContain(
    "though blend/mean was chosen among 2 finalists",
  );
});

test("before the end it is the winner so far, and before the first score there is none", async () => {
  const all = await events();
  expect(whyItWon(all.filter(({ type }) => type !== "run-ended"))).toMatch(
    / won so far by its search score /u,
  );
  expect(whyItWon([])).toBeNull();
});
