import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AnthropicOptions } from "../../../../agent/models/anthropic/anthropic.ts";
import {
  Interrupted,
  LimitReached,
  ModelUnavailable,
  paidBefore,
} from "../../../../runs/errors.ts";
import { someRequest } from "../../../fakes/request.ts";
import { loopbackChat, loopbackModel } from "../../../fakes/servers/loopback-model.ts";
import {
  type Behavior,
  failing,
  inTurn,
  politely,
  saying,
} from "../../../fakes/servers/messages-server.ts";

const { signal } = new AbortController();
const well = saying("well");

const passing: [string, Behavior][] = [
  ["429 with retry-after", failing(429, "slow down", { "retry-after": "0.05" })],
  ["429 without retry-after", failing(429, "slow down", {})],
  ["500", failing(500)],
  ["503", failing(503)],
  ["529", failing(529)],
  ["a reset before the answer", { does: "resets", when: "at-once" }],
  ["a reset in the answer", { does: "resets", when: "midway" }],
  ["a stall before the answer", { does: "stalls", when: "at-once" }],
  ["a stall in the answer", { does: "stalls", when: "midway" }],
  ["a stream of pings", { does: "pings" }],
  ["a stream that ends half-way", { does: "ends-early", when: "after-half" }],
  ["an empty stream", { does: "ends-early", when: "empty" }],
  ["garbled JSON", { does: "garbles" }],
  ["overload in mid-stream", { does: "errs-midway", type: "overloaded_error" }],
  ["an error under status 200", politely('{"type":"error","error":{}}')],
  ["a page under status 200", politely("<html>hello</html>", "text/html")],
];

const lasting: [string, Behavior, number, string][] = [
  ["resets every time", { does: "resets", when: "at-once" }, 3, "cannot be reached"],
  ["a storm of 529", failing(529), 3, "failed (529)"],
  ["rate limits without end", failing(429), 3, "limits the rate (429)"],
  ["a stall every time", { does: "stalls", when: "midway" }, 2, "sent nothing for 1.2 s"],
  ["pings every time", { does: "pings" }, 2, "sent nothing for 1.2 s"],
  ["a broken stream every time", { does: "ends-early", when: "after-half" }, 2, "broke off"],
  ["no server of this kind", politely("<html>"), 2, "does it speak the "],
  ["a bad key", failing(401, "invalid key secret-key-123"), 1, "_API_KEY to a valid one"],
  ["no payment", failing(402), 1, "asks for payment (402)"],
  ["no permission", failing(403, "not yours, secret-key-123"), 1, "(403): not yours, (key)"],
  ["an unknown model", failing(404), 1, 'has no model "claude-opus-5-5" (404): choose another'],
  ["too large a request", failing(413), 1, "rejects a request of this size (413)"],
  ["a bad request", failing(400, "no such thing: billing"), 1, "rejected the request (400)"],
  [
    "a question too long",
    failing(400, "prompt is too long"),
    1,
    "longer than the context of model claude-opus-5-5",
  ],
  ["a bad request midway", { does: "errs-midway", type: "invalid_request_error" }, 1, "busy"],
];

/** Both wire formats, each through its real SDK, and what its messages name. */
const wires = [
  ["the Messages API", loopbackModel, "ANTHROPIC"],
  ["the Chat Completions API", loopbackChat, "OPENAI"],
] as const;

describe.each(wires)("before a server of %s", (_api, open, prefix) => {
  const serve = (behaviors: [Behavior, ...Behavior[]], options: Partial<AnthropicOptions> = {}) =>
    open(inTurn(...behaviors), { idleMs: 1200, tries: 2, httpRetries: 2, ...options });

  test.concurrent.each(passing)(
    "after %s the same call is made once more, and answered",
    async (_, bad) => {
      const { model, server } = await serve([bad, well]);
      expect(await model.ask(someRequest(), signal)).toMatchObject({ text: "well", stop: "end" });
      expect(server.calls).toHaveLength(2);
      expect(server.calls[1]?.body).toEqual(server.calls[0]?.body);
    },
  );

  test.concurrent.each(lasting)(
    "%s ends as an unavailable model that says why",
    async (_, bad, calls, said) => {
      const { model, server } = await serve([bad]);
      const asking = model.ask(someRequest({ schema: { type: "object" } }), signal);
      await expect(asking).rejects.toThrow(ModelUnavailable);
      await expect(asking).rejects.toThrow(said);
      await expect(asking).rejects.not.toThrow(prefix === "OPENAI" ? /ANTHROPIC/u : /OPENAI/u);
      await expect(asking).rejects.not.toThrow(/secret-key|\n/u);
      expect(server.calls).toHaveLength(calls);
    },
  );

  test("what a broken attempt cost is on the bill", async () => {
    const { model } = await serve([{ does: "ends-early", when: "after-half" }, well]);
    const single = await (await serve([well])).model.ask(someRequest(), signal);
    const reply = await model.ask(someRequest(), signal);
    expect(reply.tries.map(({ outcome }) => outcome)).toEqual(["broken", "answered"]);
    const [broken, whole] = reply.tries;
    expect(whole?.tokens.output).toBe(single.tokens.output);
    expect(reply.tokens.output).toBeGreaterThan(single.tokens.output);
    expect(reply.tokens.output).toBe((broken?.tokens.output ?? 0) + single.tokens.output);
    expect(reply.tokens.input).toBe((broken?.tokens.input ?? 0) + (whole?.tokens.input ?? 0));
    expect(reply.usd).toBeGreaterThan(single.usd ?? 0);
  });

  test("an answer that is whole but for its last event is not paid twice", async () => {
    const { model, server } = await serve([
      { does: "ends-early", when: "without-stop-event" },
      well,
    ]);
    expect(await model.ask(someRequest(), signal)).toMatchObject({
      text: "Some words that nobody will read.",
    });
    expect(server.calls).toHaveLength(1);
  });

  test("a stream that is left open after its last event is not paid twice", async () => {
    const { model, server } = await serve([saying("all of it", { leaveOpen: true }), well]);
    expect(await model.ask(someRequest(), signal)).toMatchObject({ text: "all of it" });
    expect(server.calls).toHaveLength(1);
  });

  test("a slow first byte within the limit is waited for", async () => {
    const { model, server } = await serve([saying("late", { afterMs: 200 })]);
    expect((await model.ask(someRequest(), signal)).text).toBe("late");
    expect(server.calls).toHaveLength(1);
  });

  test("waiting as long as the server asked is not silence", async () => {
    const { model, server } = await serve([failing(429, "wait", { "retry-after": "2" }), well], {
      tries: 1,
    });
    expect((await model.ask(someRequest(), signal)).text).toBe("well");
    expect(server.calls).toHaveLength(2);
  });

  test("the total time is a limit over all retries", async () => {
    const { model } = await serve([failing(529, "busy", { "retry-after": "60" })], {
      totalMs: 300,
    });
    const asking = model.ask(someRequest(), signal);
    await expect(asking).rejects.toThrow(ModelUnavailable);
    await expect(asking).rejects.toThrow("no complete answer in 0.3 s");
  });

  test.each<[string, Behavior]>([
    ["in a stall", { does: "stalls", when: "midway" }],
    ["while it waits to retry", failing(529, "busy", { "retry-after": "60" })],
  ])("a stop by the user %s is a stop, not a stall", async (_, bad) => {
    const { model, server } = await serve([bad], { idleMs: 10_000 });
    const stop = new AbortController();
    const asking = model.ask(someRequest(), stop.signal);
    while (server.calls.length === 0) await sleep(10);
    stop.abort();
    await expect(asking).rejects.toThrow(Interrupted);
    expect(server.calls).toHaveLength(1);
  });

  test("a stopped run sends nothing", async () => {
    const { model, server } = await serve([well]);
    await expect(model.ask(someRequest(), AbortSignal.abort())).rejects.toThrow(Interrupted);
    expect(server.calls).toHaveLength(0);
  });

  test("a server that is not there is named with what to check", async () => {
    const { model, server } = await serve([well], { httpRetries: 0 });
    await server.close();
    const asking = model.ask(someRequest(), signal);
    await expect(asking).rejects.toThrow(ModelUnavailable);
    await expect(asking).rejects.toThrow(
      /cannot be reached \(.*ECONNREFUSED.*\): check the network/u,
    );
  });

  test("a call that is ended while it waits to connect again was never sent, and is booked as nothing", async () => {
    const { model, server } = await serve([well], { httpRetries: 8 });
    await server.close();
    const failure = await model
      .ask(someRequest(), AbortSignal.timeout(700))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Interrupted);
    expect(paidBefore(failure)).toEqual([]);
  });

  test("a server that could not be reached is tried once per call until it answers again", async () => {
    const reset: Behavior = { does: "resets", when: "at-once" };
    const { model, server } = await serve([reset, reset, reset, reset, well, reset, well]);
    await expect(model.ask(someRequest(), signal)).rejects.toThrow(ModelUnavailable);
    expect(server.calls).toHaveLength(3);
    await expect(model.ask(someRequest(), signal)).rejects.toThrow(ModelUnavailable);
    expect(server.calls).toHaveLength(4);
    expect((await model.ask(someRequest(), signal)).text).toBe("well");
    expect((await model.ask(someRequest(), signal)).text).toBe("well");
    expect(server.calls).toHaveLength(7);
  });

  test("calls that were paid for nothing travel with the failure", async () => {
    const { model } = await serve([{ does: "ends-early", when: "after-half" }]);
    const failure = await model.ask(someRequest(), signal).catch((error: unknown) => error);
    const paid = { outcome: "broken", model: "claude-opus-5-5", usd: expect.any(Number) };
    expect(failure).toBeInstanceOf(ModelUnavailable);
    expect(failure).toMatchObject({ tries: [paid, paid] });
  });

  test("a broken call is repeated only if the budget has room for one more", async () => {
    const { model, server } = await serve([{ does: "ends-early", when: "after-half" }, well]);
    let calls = 0;
    const asking = model.ask(someRequest(), signal, async () => (++calls > 1 ? "usd" : null));
    await expect(asking).rejects.toThrow(LimitReached);
    await expect(asking).rejects.toMatchObject({ limit: "usd", tries: [{ outcome: "broken" }] });
    expect(server.calls).toHaveLength(1);
  });
});
