import fc from "fast-check";
import { expect, test } from "vitest";
import type { Event } from "../../runs/events/events.ts";
import {
  createLedger,
  type Limits,
  type Need,
  noTokens,
  spentOn,
  wouldPass,
} from "../../runs/ledger.ts";
import { openJournal } from "../../runs/record/journal.ts";
import { execution, freshFolder, handClock, journalRun, reply } from "./journal-fixture.ts";

const none: Limits = { seconds: null, usd: null, tokens: null, executions: null };
const nothing: Need = { seconds: 0, usd: 0, tokens: 0, executions: 0 };
const spent = spentOn([]);

test("what was spent is a fold of the journal: calls, tokens by kind, dollars, executions, time at work", async () => {
  const events = await journalRun(`${await freshFolder()}/journal.jsonl`);
  expect(spentOn(events)).toEqual({
    seconds: 100,
    executions: 2,
    modelCalls: 5,
    tokens: { ...noTokens(), input: 500, cacheRead: 50, cacheWrite: 25, output: 100 },
    usd: 1.5,
    unpricedCalls: 0,
  });
});

test.each<[string, Partial<Limits>, Partial<Need>, Partial<Need>[], string | null]>([
  ["nothing is limited", {}, { tokens: 1e9, usd: null, executions: 1e9, seconds: 1e9 }, [], null],
  ["the limit is met exactly", { executions: 2 }, { executions: 1 }, [{ executions: 1 }], null],
  [
    "one in flight takes the rest",
    { executions: 1 },
    { executions: 1 },
    [{ executions: 1 }],
    "executions",
  ],
  ["tokens would be passed", { tokens: 100 }, { tokens: 101 }, [], "tokens"],
  ["dollars would be passed", { usd: 1 }, { usd: 0.6 }, [{ usd: 0.6 }], "usd"],
  ["the price is unknown and dollars are limited", { usd: 1 }, { usd: null }, [], "unknown-price"],
  ["the price is unknown and dollars are free", {}, { usd: null }, [], null],
  ["time side by side is not summed", { seconds: 10 }, { seconds: 8 }, [{ seconds: 8 }], null],
  ["time would run out", { seconds: 10 }, { seconds: 11 }, [], "seconds"],
  [
    "what costs nothing passes a limit that is used up",
    { executions: 1 },
    {},
    [{ executions: 1 }],
    null,
  ],
])(
  "When %s, the answer names the limit or lets it pass.",
  (_, limits, need, inFlight, expected) => {
    const all = inFlight.map((each) => ({ ...nothing, ...each }));
    expect(wouldPass({ ...none, ...limits }, spent, { ...nothing, ...need }, all)).toBe(expected);
  },
);

test("a dollar limit cannot be kept once a call at an unknown price was made", () => {
  const unknown = { ...spent, unpricedCalls: 1 };
  expect(wouldPass({ ...none, usd: 9 }, unknown, { ...nothing, usd: 0.1 }, [])).toBe(
    "unknown-price",
  );
  expect(wouldPass({ ...none, usd: 9 }, unknown, { ...nothing, executions: 1 }, [])).toBeNull();
});

test("what is kept for finalizing is out of reach until finalizing begins", () => {
  const ledger = createLedger(
    { events: [], elapsed: () => 70 },
    { ...none, seconds: 100, executions: 3 },
    { ...nothing, seconds: 20, executions: 2 },
  );
  expect(ledger.reserve({ ...nothing, executions: 2 })).toBe("executions");
  expect(ledger.reserve({ ...nothing, seconds: 15 })).toBe("seconds");
  ledger.beginFinalizing();
  expect(ledger.reserve({ ...nothing, executions: 3, seconds: 30 })).toHaveProperty("release");
});

test("limits are kept across sessions: a new ledger on the same journal goes on counting", async () => {
  const file = `${await freshFolder()}/journal.jsonl`;
  for (const expected of ["object", "object", "string"]) {
    const journal = await openJournal(file, { clock: handClock() });
    const ledger = createLedger(journal, { ...none, executions: 2 }, nothing);
    expect(typeof ledger.reserve({ ...nothing, executions: 1 })).toBe(expected);
    await journal.append("executed", `run-${journal.events.length}`, execution("a"));
    await journal.close();
  }
});

test("however effects overlap, limits are never passed while each uses at most what it reserved", async () => {
  const effect = fc.record({
    tokens: fc.nat(50),
    cents: fc.nat(30),
    executions: fc.nat(1),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
    awhile: fc.nat(5),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(effect, { maxLength: 40 }),
      fc.nat(300),
      fc.nat(200),
      fc.nat(8),
      async (effects, tokens, cents, executions) => {
        const events: Event[] = [];
        const limits = { seconds: null, tokens, usd: cents / 100, executions };
        const ledger = createLedger({ events, elapsed: () => 0 }, limits, nothing);
        await Promise.all(
          effects.map(async (each, index) => {
            for (let turn = 0; turn < index % 7; turn++) await null;
            const need = {
              seconds: 0,
              tokens: each.tokens,
              usd: each.cents / 100,
              executions: each.executions,
            };
            const held = ledger.reserve(need);
            if (typeof held === "string") return;
            for (let turn = 0; turn < each.awhile; turn++) await null;
            const input = Math.floor(each.used * each.tokens);
            const tokensUsed = { ...noTokens(), input };
            const line = {
              v: 1 as const,
              seq: events.length + 1,
              time: "",
              elapsed: 0,
              key: `${index}`,
            };
            events.push({
              ...line,
              type: "answered",
              value: reply({ tokens: tokensUsed, usd: each.used * need.usd }),
            });
            if (each.executions === 1)
              events.push({ ...line, type: "executed", value: execution("a") });
            held.release();
          }),
        );
        const total = ledger.spent();
        expect(total).toEqual(spentOn(events));
        expect(total.executions).toBeLessThanOrEqual(executions);
        expect(total.tokens.input).toBeLessThanOrEqual(tokens);
        expect(total.usd).toBeLessThanOrEqual(cents / 100 + 1e-9);
      },
    ),
    { numRuns: 300 },
  );
});

test("a call that was paid for and brought no reply is spent all the same", () => {
  const { tokens, usd, seconds } = reply();
  const line = { v: 1 as const, seq: 1, time: "", elapsed: 0, key: "a/coder/1/unanswered" };
  const value = { role: "coder", why: "it broke off", tokens, usd, seconds, tries: [] };
  expect(spentOn([{ ...line, type: "unanswered", value }])).toMatchObject({
    modelCalls: 1,
    tokens,
    usd: 0.25,
  });
});

test("what an effect needs more of is set aside beside all that is in flight, or refused by name", () => {
  const ledger = createLedger({ events: [], elapsed: () => 0 }, { ...none, usd: 1 }, nothing);
  const first = ledger.reserve({ ...nothing, usd: 0.4 });
  const second = ledger.reserve({ ...nothing, usd: 0.4 });
  if (typeof first === "string" || typeof second === "string") throw new Error("refused");
  expect(first.more({ ...nothing, usd: 0.3 })).toBe("usd");
  expect(first.more({ ...nothing, usd: 0.2 })).toBeNull();
  expect(second.more({ ...nothing, usd: 0.1 })).toBe("usd");
  first.release();
  expect(second.more({ ...nothing, usd: 0.6 })).toBeNull();
  expect(second.more({ ...nothing, usd: null })).toBe("unknown-price");
});
