import { join } from "node:path";
import { expect, test } from "vitest";
import type { PaidTry } from "../../../runs/events/events.ts";
import { noTokens, spentOn } from "../../../runs/ledger.ts";
import { phaseOf } from "../../../runs/phases.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { costOfRun } from "../../../runs/report/cost.ts";
import { freshFolder, handClock, journalRun, reply } from "../journal-fixture.ts";

test("a place in the algorithm tells its phase", () => {
  const places = {
    "retrieve/search": "initialize",
    "track-1/retrieve/retriever/1": "initialize",
    "track-2/init-1/initializer/1": "initialize",
    "track-1/merge-2/leakage-1/leakage-checker/1": "initialize",
    "track-1/data-usage/data-usage/1": "initialize",
    "track-12/refine-3/attempt-2/fix-1/debugger/1": "refine",
    "ensemble-4/ensembler/1": "ensemble",
    "blend/mean": "ensemble",
    "finalize/sealed": "finalize",
    "run-started": "other",
  };
  for (const [place, phase] of Object.entries(places))
    expect([place, phaseOf(place)]).toEqual([place, phase]);
});

test("what a run cost is told by phase, role, model and accepted improvement, and adds up to what was spent", async () => {
  const events = await journalRun(join(await freshFolder(), "journal.jsonl"));
  const { total, byPhase, byRole, byModel } = costOfRun(events);
  expect(
    byPhase.map(({ name, calls, usd, accepted, usdPerAccepted }) => [
      name,
      calls,
      usd,
      accepted,
      usdPerAccepted,
    ]),
  ).toEqual([
    ["initialize", 1, 0.25, 0, null],
    ["refine", 4, 1.25, 1, 1.25],
  ]);
  expect(byRole.map(({ name, calls, usd }) => [name, calls, usd])).toEqual([
    ["coder", 2, 0.5],
    ["extractor", 1, 0.5],
    ["initializer", 1, 0.25],
    ["debugger", 1, 0.25],
  ]);
  expect(byModel.map(({ name }) => name)).toEqual(["test-model"]);
  const spent = spentOn(events);
  expect(total).toMatchObject({
    calls: spent.modelCalls,
    usd: spent.usd,
    tokens: spent.tokens,
    usdPerAccepted: 1.5,
  });
  expect(total.cacheHits).toBeCloseTo(50 / 575, 9);
});

test("each try counts under the model that was paid for it, with its request, also when nothing came of it", async () => {
  const journal = await openJournal(join(await freshFolder(), "journal.jsonl"), {
    clock: handClock(),
  });
  const tried = (model: string, outcome: PaidTry["outcome"], usd: number | null): PaidTry => ({
    model,
    outcome,
    usd,
    why: null,
    estimated: usd === null,
    seconds: 2,
    requestId: `req-${model}`,
    tokens: { ...noTokens(), input: 10, output: 5, thinking: 3 },
  });
  const tries = [tried("first", "refused", 0.5), tried("second", "answered", 0.25)];
  await journal.append(
    "answered",
    "track-1/init-1/initializer/1",
    reply({ role: "initializer", tries }),
  );
  const lost = tried("first", "broken", null);
  const { tokens, seconds } = lost;
  await journal.append("unanswered", "ensemble-1/ensembler/1/unanswered", {
    role: "ensembler",
    why: "it broke off",
    tokens,
    usd: null,
    seconds,
    tries: [lost],
  });
  await journal.close();
  const { total, byModel, calls } = costOfRun(journal.events);
  expect(byModel.map(({ name, calls: count, usd }) => [name, count, usd])).toEqual([
    ["second", 1, 0.25],
    ["first", 2, null],
  ]);
  expect(total.usd).toBeNull();
  expect(total.tokens).toMatchObject({ input: 30, output: 15, thinking: 9 });
  expect(calls[2]).toMatchObject({
    at: "ensemble-1/ensembler/1/unanswered",
    role: "ensembler",
    phase: "ensemble",
    model: "first",
    outcome: "broken",
    estimated: true,
    requestId: "req-first",
  });
});
