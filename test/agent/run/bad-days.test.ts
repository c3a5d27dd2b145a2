import { expect, test } from "vitest";
import { anthropicModel } from "../../../agent/models/anthropic/anthropic.ts";
import { withFallback } from "../../../agent/models/fallback.ts";
import type { Model, Request } from "../../../agent/models/model.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";
import { spentOn } from "../../../runs/ledger.ts";
import { startChatServer } from "../../fakes/chat-server.ts";
import { type Behaviour, failing, politely, saying } from "../../fakes/loopback-server.ts";
import { startMessagesServer } from "../../fakes/messages-server.ts";
import { runWorld, values } from "../../fakes/run-world.ts";

const long = "x = 1\n".repeat(40);

/** What goes wrong, in turn, with every third call; and whether the server has begun to answer, so that it is paid. */
const troubles: readonly [Behaviour, boolean][] = [
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
  const behave = async ({ count, prompt }: Call): Promise<Behaviour> => {
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
    const opened: { close(): Promise<void> }[] = [];
    let counted: { paid: number[]; met: ReadonlySet<unknown> } = { paid: [], met: new Set() };
    const over = (scripted: Model): Model => {
      const { behave, ...counts } = troubled(scripted, asked);
      counted = counts;
      const real = start(behave).then((server) => {
        opened.push(server);
        const options = { name: "claude-opus-5-5", apiKey: "secret", prices: null, idleMs: 300 };
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
    const { world, finished } = await runWorld({
      modelOver: over,
      config: { candidates: 3, outerSteps: 2, attempts: 3, tracks: 2, ensembleAttempts: 2 },
    });
    expect(finished.solution).not.toBeNull();
    const answers = values(world, "answered");
    const tries = [...answers, ...values(world, "unanswered")].flatMap((each) => each.tries);
    // Each call that the server began to answer stands in the journal, once.
    expect(tries).toHaveLength(counted.paid.length);
    expect(new Set(tries.map(({ requestId }) => requestId)).size).toBe(tries.length);
    expect(tries.map(({ requestId }) => requestId).sort()).toEqual(
      counted.paid.map((count) => `req_${count}`).sort(),
    );
    // Every kind of trouble was met, and good days between.
    expect(counted.met.size).toBe(troubles.length + 1);
    // An answer is asked for again only when it was no answer.
    for (const { tries: own } of answers)
      expect(own.filter(({ outcome }) => outcome === "answered").length).toBeLessThanOrEqual(1);
    // The ledger is the sum of what was paid.
    const spent = spentOn(world.journal.events);
    const sum = tries.reduce((total, { usd }) => total + (usd ?? Number.NaN), 0);
    expect(spent.usd).toBeCloseTo(sum, 9);
    expect(spent.tokens.output).toBe(tries.reduce((total, { tokens }) => total + tokens.output, 0));
    for (const server of opened) await server.close();
    await world.close();
  },
  120_000,
);
