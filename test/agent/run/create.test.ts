import { expect, test } from "vitest";
import { Interrupted } from "../../../runs/errors.ts";
import { openWorld } from "../../fakes/world.ts";

test("once a run is aborted nothing more becomes a fact of it", async () => {
  await using world = await openWorld();
  const { journal } = world.handle.run;
  const value = { track: "track-2", why: "no candidate could be scored" };
  world.handle.abort();
  const step = journal.step("track-failed", "track-2/failed", async () => value);
  await expect(step).rejects.toBeInstanceOf(Interrupted);
  expect(world.journal.events.map(({ type }) => type)).toEqual(["run-started"]);
});
