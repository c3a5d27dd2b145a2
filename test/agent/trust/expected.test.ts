import { expect, test } from "vitest";
import type { Look } from "../../../agent/trust/decide.ts";
import { contendersOf, expectedFacts, expectedGains } from "../../../agent/trust/expected.ts";
import type { Event } from "../../../runs/events/events.ts";

type Measured = [id: string, gain: number, standardError: number];

function look(step: string, ...measured: Measured[]): Look {
  return {
    step,
    incumbent: "base",
    level: 0.01,
    challengers: measured.map(([id, gain, standardError]) => ({
      id,
      gain,
      standardError,
      probability: 0.5,
      familyProbability: 0.5,
      views: ["fold-0"],
    })),
  };
}

function event(type: string, key: string, value: unknown): Event {
  return { type, key, value } as unknown as Event;
}

/** A run whose incumbent is better than a constant by one, and scripts of these origins. */
function journal(origins: Record<string, string>, ...looks: Look[]): Event[] {
  const evaluation = { score: 1, interval: [0.9, 1.1] };
  return [
    event("run-started", "run-started", { constantScores: { search: 0, sealed: 0 } }),
    ...Object.entries({ base: "init", ...origins }).map(([solution, origin]) =>
      event("evaluated", `${solution}/evaluated`, { solution, origin, evaluation }),
    ),
    ...looks.map((each) => event("challengers-compared", `${each.step}/look-1`, each)),
  ];
}

const decided = (events: Event[], last: Look, failed: string[] = []) =>
  expectedFacts(events, [last], failed);

test("the largest expected gain leads, not the largest measured one", () => {
  const last = look("two", ["noisy", 0.01, 0.02], ["exact", 0.006, 0.001]);
  const facts = decided(journal({ noisy: "refine", exact: "refine" }, last), last);
  expect(facts).toMatchObject({ challenger: "exact", kind: "refine" });
  expect(decided(journal({}, last), last, ["exact"])).toMatchObject({ challenger: "noisy" });
});

test("each kind has a prior of its own, fitted to the attempts of earlier steps", () => {
  const before = look("one", ["a", -0.02, 0.002], ["b", -0.02, 0.002], ["c", -0.02, 0.002]);
  const last = look("two", ["merged", 0.001, 0.005], ["refined", 0.001, 0.005]);
  const origins = { a: "refine", b: "refine", c: "refine", merged: "merge", refined: "refine" };
  const gains = expectedGains(journal(origins, before, last), [last]);
  const of = (id: string) => gains.find(({ measured }) => measured.id === id)?.posterior.mean ?? 0;
  expect(of("merged")).toBeGreaterThan(0);
  expect(of("refined")).toBeLessThan(0);
});

test("what comes into the journal after a step's first look changes nothing", () => {
  const last = look("two", ["x", 0.001, 0.002]);
  const late = look("three", ["y", -0.05, 0.001]);
  const origins = { x: "refine", y: "refine" };
  expect(decided(journal(origins, last, late), last)).toEqual(
    decided(journal(origins, last), last),
  );
});

test("near-ties are open, a sure leader that stands alone is not, nor is a hopeless field", () => {
  const open = (...measured: Measured[]) => {
    const last = look("two", ...measured);
    return contendersOf(journal({}, last), [last]);
  };
  expect(open(["a", 0.003, 0.003], ["b", 0.0025, 0.003])).toEqual(["a", "b"]);
  expect(open(["a", 0.02, 0.001], ["b", -0.02, 0.001])).toEqual([]);
  expect(open(["a", -0.03, 0.001], ["b", -0.02, 0.001])).toEqual([]);
});
