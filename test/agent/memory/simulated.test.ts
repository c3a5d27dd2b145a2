import { expect, test } from "vitest";
import { simulatedCompetitions, simulatedRun } from "../../fakes/simulated-competitions.ts";
import { bankWith, embedder } from "./made-items.ts";

const settings = { considered: 20, shown: 5, explores: true, reward: "both" as const };

/** Whole runs take a while: all with FULL=1, else so many that each topic comes up several times. */
const COUNT = process.env.FULL === "1" ? 60 : 15;

test("over simulated competitions, 60 of them in the full tests, plans are better where earlier runs left lessons, at as many calls", async () => {
  const bank = await bankWith([]);
  const [without, withMemory] = [
    { score: 0, calls: 0 },
    { score: 0, calls: 0 },
  ];
  for (const [index, competition] of simulatedCompetitions(COUNT, "test").entries()) {
    const plain = await simulatedRun(competition, null, `plain-${index}`);
    without.score += plain.score / COUNT;
    without.calls += plain.calls;
  }
  for (const [index, competition] of simulatedCompetitions(COUNT, "test").entries()) {
    const reminded = await simulatedRun(competition, { bank, embedder, ...settings }, `r-${index}`);
    withMemory.score += reminded.score / COUNT;
    withMemory.calls += reminded.calls;
  }
  expect(withMemory.calls).toBe(without.calls);
  expect(withMemory.score).toBeGreaterThan(without.score + 0.01);
  const { uses, reranker } = await bank.read();
  expect(uses.length).toBe(COUNT);
  expect(reranker.updates).toBeGreaterThan(0);
}, 600_000);
