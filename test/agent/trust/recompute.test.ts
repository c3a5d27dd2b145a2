import { expect, test } from "vitest";
import { recompute } from "../../../agent/trust/recompute.ts";
import type { Event, EventValue } from "../../../runs/events/events.ts";
import { runWorld, values } from "../../fakes/run-world.ts";
import type { WorldOptions } from "../../fakes/world.ts";

/** Findings about a run that has ended, after its journal was changed by somebody. */
async function recomputed(options: WorldOptions, change: (event: Event) => void = () => undefined) {
  const { world } = await runWorld(options);
  await using _ = world;
  const events = structuredClone([...world.journal.events]);
  for (const event of events) change(event);
  const [started] = values(world, "run-started");
  if (started === undefined) throw new Error("the run never started");
  const findings = await recompute(world.handle.run.referee, events, started);
  return Object.fromEntries(findings.map(({ check, ok }) => [check, ok]));
}

const nearTie = (_a: number, _b: number, views: readonly string[]) =>
  views.length === 1 ? 0.8 : 0.99;

test.each([
  ["clear gains", {}],
  ["near-ties that were run again", { compare: nearTie }],
  ["the paper's rule", { config: { acceptance: "strict" as const } }],
])("every decision of a run follows again: %s", async (_, options) => {
  expect(await recomputed(options)).toMatchObject({ scores: true, gains: true, decisions: true });
});

const forged: [string, (value: EventValue<"decided">) => void][] = [
  ["an outcome", (value) => Object.assign(value, { accepted: !value.accepted })],
  ["another challenger", (value) => Object.assign(value, { challenger: "track-1/init-1" })],
  ["another rate", (value) => Object.assign(value, { level: 0.9 })],
  ["another rule", (value) => Object.assign(value, { rule: "score", ties: "accept" })],
];

test.each(forged)("%s that does not follow is found", async (_, forge) => {
  const isDecided = (event: Event): event is Event<"decided"> =>
    event.type === "decided" && event.value.rule === "significant-gain";
  const findings = await recomputed({}, (event) => {
    if (isDecided(event)) forge(event.value);
  });
  expect(findings).toMatchObject({ decisions: false });
});

test("a gain that was not measured is found", async () => {
  const findings = await recomputed({}, (event) => {
    if (event.type === "compared") event.value.gain += 1;
  });
  expect(findings).toMatchObject({ gains: false });
});
