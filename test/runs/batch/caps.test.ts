import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_LIMITS } from "../../../runs/batch/batch.ts";
import { type Account, limitOptions, limitsOfNext } from "../../../runs/batch/caps.ts";
import { NOTHING } from "../../../runs/batch/spent.ts";

const account: Account = {
  limits: NO_LIMITS,
  jobLimits: NO_LIMITS,
  spent: NOTHING,
  atWork: [],
  waiting: 4,
};

test("without a limit of the batch a job has its own", () => {
  const jobLimits = { usd: 5, tokens: null, hours: 24 };
  expect(limitsOfNext({ ...account, jobLimits }, NOTHING)).toEqual(jobLimits);
});

test("what is left is shared among the jobs that wait, running ones keep what they may use", () => {
  const limits = { usd: 10, tokens: null, hours: null };
  const spent = { usd: 2, tokens: 0, hours: 1 };
  const atWork = [{ limits: { usd: 4, tokens: null, hours: null }, spent: NOTHING }];
  expect(limitsOfNext({ ...account, limits, spent, atWork }, NOTHING)).toEqual({
    usd: 1,
    tokens: null,
    hours: null,
  });
});

test("a job that goes on keeps what it has used, and a used-up batch says so", () => {
  const limits = { usd: 10, tokens: null, hours: null };
  const spent = { usd: 6, tokens: 0, hours: 0 };
  const own = { usd: 3, tokens: 0, hours: 0 };
  expect(limitsOfNext({ ...account, limits, spent, waiting: 1 }, own)).toMatchObject({ usd: 7 });
  const all = { ...spent, usd: 10 };
  expect(limitsOfNext({ ...account, limits, spent: all }, own)).toBe(
    "the batch's limit of $10 is reached",
  );
});

test("however jobs start and end, all together never pass the limit of the batch", () => {
  const step = fc.record({
    starts: fc.boolean(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const steps = fc.array(step, { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.double({ min: 0.1, max: 50, noNaN: true }), (moves, each) => {
      const limits = { usd: 20, tokens: null, hours: null };
      const jobLimits = { usd: each, tokens: null, hours: null };
      let spent = 0;
      const running: number[] = [];
      for (const { starts, share } of moves) {
        if (!starts) {
          spent += share * (running.pop() ?? 0);
          continue;
        }
        const atWork = running.map((usd) => ({
          limits: { ...NO_LIMITS, usd },
          spent: NOTHING,
        }));
        const now = { ...account, limits, jobLimits, atWork, spent: { ...NOTHING, usd: spent } };
        const next = limitsOfNext(now, NOTHING);
        if (typeof next !== "string") running.push(next.usd ?? Number.NaN);
        const worst = running.reduce((sum, usd) => sum + usd, spent);
        expect(worst).toBeLessThanOrEqual(20 + 1e-9);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("limits are options of a run", () => {
  expect(limitOptions({ usd: 2.5, tokens: 1000, hours: 0.5 })).toEqual([
    "--max-usd",
    "2.5",
    "--max-tokens",
    "1000",
    "--time-limit",
    "1800s",
  ]);
});
