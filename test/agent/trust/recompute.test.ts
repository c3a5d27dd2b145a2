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

const noise = { acceptance: "noise" as const };

const nearTie = (_a: number, _b: number, views: readonly string[]) =>
  views.length === 1 ? 0.8 : 0.99;

test.each([
  ["expected gains", {}],
  ["expected gains of two tracks", { config: { tracks: 2, outerSteps: 2 } }],
  ["clear gains", { config: noise }],
  ["near-ties that were run again", { config: noise, compare: nearTie }],
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

const rules = [
  ["noise", "significant-gain"],
  ["expected", "expected-gain"],
] as const;

test.each(
  rules.flatMap(([acceptance, rule]) =>
    forged.map(([what, forge]) => ({ acceptance, rule, what, forge })),
  ),
)("$what that does not follow is found, by $rule", async ({ acceptance, rule, forge }) => {
  const isDecided = (event: Event): event is Event<"decided"> =>
    event.type === "decided" && event.value.rule === rule;
  const findings = await recomputed({ config: { acceptance } }, (event) => {
    if (isDecided(event)) forge(event.value);
  });
  expect(findings).toMatchObject({ decisions: false });
});

test("predictions that lie otherwise against the truth than the journal says are found", async () => {
  expect(await recomputed({})).toMatchObject({ diagnosis: true });
  const findings = await recomputed({}, (event) => {
    if (event.type === "diagnosed") event.value.rows = 7;
  });
  expect(findings).toMatchObject({ diagnosis: false });
});

test("an expected gain by another prior is found", async () => {
  const findings = await recomputed({}, (event) => {
    if (event.type === "decided" && event.value.rule === "expected-gain")
      event.value.prior.mean += 0.01;
  });
  expect(findings).toMatchObject({ decisions: false });
});

test("a gain that was not measured is found", async () => {
  const findings = await recomputed({}, (event) => {
    if (event.type === "compared") event.value.gain += 1;
  });
  expect(findings).toMatchObject({ gains: false });
});
