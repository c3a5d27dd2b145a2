import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Config } from "../../../agent/config.ts";
import { withFallback } from "../../../agent/models/fallback.ts";
import {
  type Allowance,
  allowAll,
  type Model,
  type Reply,
  type Request,
} from "../../../agent/models/model.ts";
import { maxPrice, type PriceTable, priceOf } from "../../../agent/models/pricing.ts";
import { ask } from "../../../agent/run/ask/ask.ts";
import { measuredSlowdown, openBudget, secondsToFinalize } from "../../../agent/run/budget.ts";
import type { Run } from "../../../agent/run/run.ts";
import { LimitReached, ModelUnavailable } from "../../../runs/errors.ts";
import type { PaidTry } from "../../../runs/events/events.ts";
import { allTokens, costOf, noTokens, spentOn } from "../../../runs/ledger.ts";
import type { Journal } from "../../../runs/record/journal.ts";
import { memoryJournal } from "../../fakes/memory-journal.ts";
import { someBrief } from "../../fakes/request.ts";
import { noWeb } from "../../fakes/web.ts";
import { sampledRuns } from "../../sample.ts";

/** Numbers from 0 to 1, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

type Habits = { seed: number; fails: number; refuses: number; unusable: number };

/** A model that bills honestly up to its sizes, breaks off, refuses, answers uselessly, and asks for each further call as clients do. */
function unreliableModel(
  name: string,
  sizes: { input: number; output: number },
  prices: PriceTable,
  habits: Habits,
): Model {
  const random = numbers(habits.seed);
  const worst = () => ({
    tokens: sizes.input + sizes.output,
    usd: maxPrice(name, sizes.input, sizes.output, prices),
  });
  const paid = (outcome: PaidTry["outcome"]): PaidTry => {
    const used = Math.floor(sizes.input * random());
    const cacheRead = Math.floor(used * random());
    const cacheWrite = Math.floor((used - cacheRead) * random());
    const tokens = {
      ...noTokens(),
      input: used - cacheRead - cacheWrite,
      cacheRead,
      cacheWrite,
      output: Math.floor(sizes.output * random()),
    };
    const usd = priceOf(name, tokens, prices);
    const rest = { why: null, estimated: false, seconds: 0, requestId: null };
    return { model: name, outcome, tokens, usd, ...rest };
  };
  const attempt = async (tries: PaidTry[]): Promise<Reply | null> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (random() < habits.fails) {
      tries.push(paid("broken"));
      return null;
    }
    const isRefusal = random() < habits.refuses;
    tries.push(paid(isRefusal ? "refused" : "answered"));
    const text = random() < habits.unusable ? "" : "It teaches something.";
    const said = {
      text,
      model: name,
      requestId: null,
      sources: [],
      handovers: [],
      cut: null,
      turn: null,
    };
    return { ...costOf(tries), ...said, stop: isRefusal ? "refusal" : "end" };
  };
  return {
    name,
    worstCase: worst,
    async ask(_: Request, __: AbortSignal, allow: Allowance = allowAll) {
      const tries: PaidTry[] = [];
      for (let turn = 1; turn <= 3; turn++) {
        const limit = await allow(worst(), name);
        if (limit !== null) throw new LimitReached(limit, { tries });
        const reply = await attempt(tries);
        if (reply !== null) return reply;
      }
      throw new ModelUnavailable("it broke off", { tries });
    },
  };
}

const web = noWeb({ id: "toy", title: "Toy" });
const dollars = fc.double({ min: 0, max: 60, noNaN: true });
const band = fc.record({
  upTo: fc.constant(null),
  input: dollars,
  output: dollars,
  cacheWrite: dollars,
  cacheRead: dollars,
});
const sizes = fc.record({
  input: fc.integer({ min: 1, max: 50_000 }),
  output: fc.integer({ min: 1, max: 32_000 }),
});
const chance = fc.double({ min: 0, max: 0.9, noNaN: true });
const habits = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  fails: chance,
  refuses: chance,
  unusable: chance,
});
const scenario = fc.record({
  bands: fc.tuple(band, band),
  sizes: fc.tuple(sizes, sizes),
  habits: fc.tuple(habits, habits),
  maxUsd: fc.double({ min: 0.001, max: 8, noNaN: true }),
  maxTokens: fc.option(fc.integer({ min: 1000, max: 500_000 })),
  calls: fc.integer({ min: 1, max: 12 }),
});

test("whatever prices, sizes and caps, and however many calls at once break, refuse and are asked again: spend is never above a cap", async () => {
  let limited = 0;
  let answered = 0;
  const property = fc.asyncProperty(scenario, async (made) => {
    const { maxUsd, maxTokens } = made;
    const prices = {
      date: "2026-01-01",
      perWebSearch: 0,
      models: { a: [made.bands[0]], b: [made.bands[1]] },
    };
    const [first, second] = (["a", "b"] as const).map((name, index) =>
      unreliableModel(
        name,
        made.sizes[index] ?? made.sizes[0],
        prices,
        made.habits[index] ?? made.habits[0],
      ),
    );
    if (first === undefined || second === undefined) throw new Error("two models were made");
    const journal = memoryJournal(() => {
      const { usd, tokens } = spentOn(journal.events);
      expect(usd).toBeLessThanOrEqual(maxUsd * (1 + 1e-9));
      if (maxTokens !== null) expect(allTokens(tokens)).toBeLessThanOrEqual(maxTokens);
    });
    const config = Config.parse({ timeLimit: null, maxUsd, maxTokens });
    const budget = openBudget(journal, config, { assumedSlowdown: 1, slots: 1 });
    const model = withFallback(first, second, () => undefined, { isFallback: true });
    const run = {
      config,
      brief: someBrief(),
      prefixHash: "0",
      signal: new AbortController().signal,
      journal: {
        step: journal.step,
        record: async (type, key, value) => void (await journal.append(type, key, value)),
      },
      budget: { reserve: budget.reserve, refuse: budget.refuse },
      models: { of: () => model, team: () => null },
      retrieval: { web },
    } satisfies { [K in keyof Run]?: Partial<Run[K]> } as unknown as Run;
    const input = { baseline: 0.5, variants: [] };
    const round = async (name: string) =>
      Promise.all(
        Array.from({ length: made.calls }, (_, index) =>
          ask(run, `${name}-${index}`, "summarizer", input).catch((error: unknown) => {
            if (!(error instanceof ModelUnavailable)) throw error;
          }),
        ),
      );
    await round("search");
    budget.beginFinalizing();
    await round("end");
    limited += budget.reached.size > 0 ? 1 : 0;
    answered += journal.events.some((event) => event.type === "answered") ? 1 : 0;
  });
  const runs = sampledRuns(1000, { size: 200, seed: 19 });
  await fc.assert(property, runs);
  // Both happened often: a test of caps that nothing comes near would prove nothing.
  expect(limited).toBeGreaterThan(0.3 * runs.numRuns);
  expect(answered).toBeGreaterThan(0.3 * runs.numRuns);
});

test("all the data is expected to take as much longer as the first submission's script took, and at most as the rows are more", () => {
  const seconds: Record<string, number> = { "one/final/run": 12, "one/fold-0/run": 8 };
  const find = (type: string, key: string) => ({
    value: type === "submission-written" ? { solution: "one" } : { seconds: seconds[key] },
  });
  const slowdown = (assumed: number) =>
    measuredSlowdown({ find } as unknown as Pick<Journal, "find">, assumed);
  expect(slowdown(8.4)).toBeCloseTo(1.875);
  expect(slowdown(1.5)).toBe(1.5);
  expect(measuredSlowdown({ find: () => null }, 8.4)).toBe(8.4);
});

test("the search leaves the best script the time of its tests and its runs, however short the limit", () => {
  // A script of 8 s: two tests side by side, then sealed rows, all rows and all rows again, each half as long again.
  const needed = 8 * (1 + 3 * 1.5);
  expect(secondsToFinalize([8, 11, 8, 12], 130, 1.5, 2)).toBeGreaterThanOrEqual(needed);
  expect(secondsToFinalize([8, 11, 8, 12], 130, 1.5, 2)).toBeLessThan(130 / 2);
  expect(secondsToFinalize([60, 60, 60], 130, 1.5, 2)).toBe(130 / 2);
  expect(secondsToFinalize([8, 11, 8, 12], 3600, 1.5, 2)).toBeLessThan(0.3 * 3600);
  expect(secondsToFinalize([], 130, 1.5, 2)).toBeCloseTo(0.08 * 130);
});
