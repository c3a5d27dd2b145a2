import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { anthropicModel } from "../../../../agent/models/anthropic/anthropic.ts";
import { withFallback } from "../../../../agent/models/fallback.ts";
import type { Model, Request } from "../../../../agent/models/model.ts";
import { openAiModel } from "../../../../agent/models/openai/openai.ts";
import { pipeline } from "../../../../agent/pipeline.ts";
import { LimitReached, Paused } from "../../../../runs/errors.ts";
import type { PaidTry } from "../../../../runs/events/events.ts";
import { noTokens, spentOn } from "../../../../runs/ledger.ts";
import { script } from "../../../fakes/answers.ts";
import { fenced, inTurn, runWorld, small, values } from "../../../fakes/run-world.ts";
import { startChatServer } from "../../../fakes/servers/chat-server.ts";
import {
  type Behavior,
  failing,
  politely,
  saying,
} from "../../../fakes/servers/loopback-server.ts";
import { startMessagesServer } from "../../../fakes/servers/messages-server.ts";
import { openWorld } from "../../../fakes/world.ts";

test("empty, refused and truncated replies fail the step, not the run (defects 6, 8)", async () => {
  const answers = (request: Request) => {
    if (request.role === "merger") return { text: "", stop: "refusal" as const };
    return request.role === "ablation" ? { text: "[{", stop: "max-tokens" as const } : null;
  };
  await using ran = await runWorld({ answers });
  expect(ran.finished.solution).not.toBeNull();
});

test("tells the model what was unreadable when it asks again", async () => {
  await using ran = await runWorld({
    answers: inTurn("initializer", ["sorry, no code", fenced(script(0.6))]),
    config: { candidates: 1, outerSteps: 0 },
  });
  const asked = ran.world.model.asked.filter((each) => each.role === "initializer");
  expect(asked).toHaveLength(2);
  expect(asked[1]?.prompt).toContain("could not be used");
});

test("what a call cost that brought no reply is journaled, and a call that may not go on is not begun again", async () => {
  const paid: PaidTry = {
    model: "big",
    outcome: "broken",
    why: "cut",
    usd: 0.5,
    seconds: 1,
    requestId: null,
    tokens: { ...noTokens(), input: 7 },
    estimated: false,
  };
  const lost = new LimitReached("usd", { tries: [paid, paid] });
  const answers = (request: Request) => (request.role === "merger" ? lost : null);
  await using ran = await runWorld({ answers });
  expect(ran.finished.solution).not.toBeNull();
  expect(values(ran.world, "unanswered")).toMatchObject([
    { role: "merger", why: "limit reached: usd", usd: 1, tokens: { input: 14 } },
  ]);
  expect(spentOn(ran.world.journal.events)).toMatchObject({ usd: 1, tokens: { input: 14 } });
  expect([...ran.world.handle.reached]).toEqual(["usd"]);
  const key = "track-1/merge-1/merger/1/limit";
  expect(ran.world.journal.find("limit-checked", key)?.value).toMatchObject({
    allowed: false,
    limit: "usd",
  });
});

test.each([
  ["the end of the run's time", "seconds", 5],
  ["a pause", "interrupted", null],
] as const)(
  "a model that is deaf to %s is booked at its worst case, and may send nothing more",
  async (_, limit, timeLimit) => {
    const worst = { tokens: 1000, usd: 2 };
    let begun: () => void = () => undefined;
    let further: Promise<string | null> | null = null;
    const over = (scripted: Model): Model => ({
      name: "deaf",
      worstCase: () => worst,
      async ask(request, signal, allow) {
        if (request.role !== "retriever") return scripted.ask(request, signal);
        await allow?.(worst, "deaf");
        setImmediate(begun);
        // Until it is left to itself, and beyond.
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        await setTimeout(3000);
        further = allow?.(worst, "deaf") ?? null;
        return new Promise(() => undefined);
      },
    });
    await using world = await openWorld({ modelOver: over, config: { ...small, timeLimit } });
    if (timeLimit === null) begun = world.handle.pause;
    const ended = pipeline(world.handle.run).catch((error: unknown) => error);
    while (further === null) await setTimeout(20);
    expect(await further).toBe(limit);
    expect((await ended) instanceof Paused).toBe(timeLimit === null);
    const { events } = world.journal;
    expect(events.filter(({ type }) => type === "call-sent")).toHaveLength(1);
    expect(spentOn(events)).toMatchObject({ usd: 2 });
  },
);

const long = "x = 1\n".repeat(40);

/** What goes wrong, in turn, with every third call; and whether the server has begun to answer, so that it is paid. */
const troubles: readonly [Behavior, boolean][] = [
  [failing(429, "slow down", { "retry-after": "0.01" }), false],
  [failing(429, "slow down", {}), false],
  [failing(500), false],
  [failing(529, "overloaded", { "retry-after-ms": "1" }), false],
  [{ does: "resets", when: "at-once" }, false],
  [{ does: "resets", when: "midway" }, true],
  [{ does: "stalls", when: "midway" }, true],
  [{ does: "stalls", when: "at-once" }, false],
  [{ does: "ends-early", when: "after-half" }, true],
  [{ does: "ends-early", when: "empty" }, false],
  [{ does: "garbles" }, true],
  [{ does: "errs-midway", type: "overloaded_error" }, true],
  [{ does: "pings" }, false],
  [politely('{"error":{"type":"api_error","message":"no"}}'), false],
  [politely("<html>", "text/html"), false],
  [saying("", { blocks: [] }), true],
  [saying("", { blocks: [{ type: "thinking", thinking: "hm" }] }), true],
  [saying('{"cards": [{"modelName": "a'), true],
  [saying("", { stop: "refusal" }), true],
  [saying(long, { stop: "max_tokens" }), true],
  [saying("", { usage: false }), true],
  [
    saying("", {
      blocks: [{ type: "tool_use", id: "t", name: "f", input: { a: 1 } }],
      headers: { date: "Fri, 01 Jan 2100 00:00:00 GMT" },
    }),
    true,
  ],
];

type Call = { count: number; prompt: string };

/** A server that answers as the scripted model would, but for every third call. */
function troubled(scripted: Model, asked: ReadonlyMap<string, Request>) {
  const paid: number[] = [];
  const met = new Set<unknown>();
  const { signal } = new AbortController();
  const behave = async ({ count, prompt }: Call): Promise<Behavior> => {
    const trouble = count % 3 === 0 ? troubles[(count / 3 - 1) % troubles.length] : undefined;
    if (trouble?.[1] ?? true) paid.push(count);
    met.add(trouble);
    if (trouble !== undefined) return trouble[0];
    const request = asked.get(prompt);
    if (request === undefined) throw new Error(`nobody asked: ${prompt.slice(0, 200)}`);
    return saying((await scripted.ask(request, signal)).text);
  };
  return { paid, met, behave };
}

const wires = [
  ["Messages", startMessagesServer, anthropicModel, ({ prompt }: Request) => prompt],
  [
    "Chat Completions",
    startChatServer,
    openAiModel,
    ({ parts }: Request) => parts.script + parts.rest,
  ],
] as const;

test.each(wires)(
  "a run by the %s API comes to its end through every kind of trouble; no call is paid twice, none is lost",
  async (_, start, open, textSent) => {
    const asked = new Map<string, Request>();
    let counted: { paid: number[]; met: ReadonlySet<unknown> } = { paid: [], met: new Set() };
    const over = (scripted: Model): Model => {
      const { behave, ...counts } = troubled(scripted, asked);
      counted = counts;
      const real = start(behave).then((server) => {
        onTestFinished(() => server.close());
        const options = { name: "claude-opus-5-5", apiKey: "secret", prices: null, idleMs: 3000 };
        return withFallback(open({ ...options, baseUrl: server.url }), scripted);
      });
      return {
        name: "troubled",
        async ask(request, signal, allow) {
          asked.set(textSent(request), request);
          return (await real).ask(request, signal, allow);
        },
        worstCase: () => ({ tokens: 0, usd: 0 }),
      };
    };
    await using ran = await runWorld({
      modelOver: over,
      config: { candidates: 3, outerSteps: 2, attempts: 3, tracks: 2, ensembleAttempts: 2 },
    });
    expect(ran.finished.solution).not.toBeNull();
    const answers = values(ran.world, "answered");
    const tries = [...answers, ...values(ran.world, "unanswered")].flatMap((each) => each.tries);
    // Each call that the server began to answer is in the journal, once.
    expect(tries).toHaveLength(counted.paid.length);
    expect(new Set(tries.map(({ requestId }) => requestId)).size).toBe(tries.length);
    expect(tries.map(({ requestId }) => requestId).sort()).toEqual(
      counted.paid.map((count) => `req_${count}`).sort(),
    );
    // Every kind of trouble was met, and calls without any between.
    expect(counted.met.size).toBe(troubles.length + 1);
    // An answer is asked for again only when it was no answer.
    for (const { tries: own } of answers)
      expect(own.filter(({ outcome }) => outcome === "answered").length).toBeLessThanOrEqual(1);
    // The ledger is the sum of what was paid.
    const spent = spentOn(ran.world.journal.events);
    const sum = tries.reduce((total, { usd }) => total + (usd ?? Number.NaN), 0);
    expect(spent.usd).toBeCloseTo(sum, 9);
    expect(spent.tokens.output).toBe(tries.reduce((total, { tokens }) => total + tokens.output, 0));
  },
  120_000,
);
