import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pipeline } from "../../../agent/pipeline.ts";
import type { Finished } from "../../../agent/solution.ts";
import type { Clock } from "../../../runs/clock.ts";
import { Paused } from "../../../runs/errors.ts";
import { small, values } from "../../fakes/run-world.ts";
import { openWorld, scoreOf } from "../../fakes/world.ts";

/** What a session came to; null: it was paused. */
type Session = {
  finished: Finished | null;
  asked: string[];
  finalists: string[];
  executed: string[];
};

/** Sessions of one run in a world where scripts take 12 s, each paused after so many events of its own. */
async function sessionsOf(timeLimit: number, pausesAfter: readonly number[]): Promise<Session[]> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-finalists-"));
  let now = 0;
  const clock: Clock = { now: () => new Date(1000 * now), monotonic: () => now };
  const behavior = (code: string) => {
    now += 12;
    return { score: scoreOf(code), seconds: 12 };
  };
  const config = { ...small, timeLimit, slots: 1, canary: "finalists" as const };
  const sessions: Session[] = [];
  try {
    for (const after of pausesAfter) {
      await using world = await openWorld({ folder, clock, behavior, config });
      const { handle, journal } = world;
      let own = 0;
      journal.subscribe((_, replayed) => {
        own += replayed ? 0 : 1;
        if (own === after) handle.pause();
      });
      const finished = await pipeline(handle.run).catch((error: unknown) => {
        if (error instanceof Paused) return null;
        throw error;
      });
      await handle.settled();
      const finalists = values(world, "sealed-intended").flatMap((each) =>
        each.finalists.map(({ solution }) => solution),
      );
      const asked = journal.events.flatMap(({ type, key }) =>
        type === "limit-checked" && key.startsWith("finalize/") ? [key] : [],
      );
      sessions.push({ finished, asked, finalists, executed: world.executed.map(({ at }) => at) });
    }
    return sessions;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const TO_THE_END = Number.POSITIVE_INFINITY;

test.each([150, 190])(
  "a run of %i s that has ended ends so again, and nothing more is judged",
  async (timeLimit) => {
    const [whole, again] = await sessionsOf(timeLimit, [TO_THE_END, TO_THE_END]);
    expect(whole?.finalists.length).toBeGreaterThan(0);
    expect(again).toEqual({ ...whole, executed: [] });
  },
);

test("a run that is paused at any event of its end judges the finalists that were chosen before", async () => {
  let paused = 0;
  for (let place = 60; place < 120; place += 12) {
    const [first, second] = await sessionsOf(190, [place, TO_THE_END]);
    if (first?.finished !== null || first.finalists.length === 0) continue;
    paused += 1;
    expect([place, second?.finalists]).toEqual([place, first.finalists]);
    expect([place, second?.asked.slice(0, first.asked.length)]).toEqual([place, first.asked]);
  }
  expect(paused).toBeGreaterThan(0);
});
