import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLimiter, type Limiter, type Slot } from "../../../agent/models/limiter.ts";
import { someRequest } from "../../fakes/request.ts";
import { loopbackModel } from "../../fakes/servers/loopback-model.ts";
import { failing, saying } from "../../fakes/servers/loopback-server.ts";

const { signal } = new AbortController();

/** Lets `count` calls in, and tells which have got through. */
function crowd(limiter: Limiter, count: number, tokens = 1) {
  const inside: Slot[] = [];
  for (let call = 0; call < count; call++)
    void limiter.acquire(tokens, signal).then((slot) => inside.push(slot));
  return inside;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}

test("calls side by side are halved by an overload, grow with every success, and the rest wait", async () => {
  const limiter = createLimiter();
  const first = crowd(limiter, 9);
  await until(() => first.length === 8);
  await sleep(20);
  expect(first).toHaveLength(8);
  // All eight get the same overload: it counts once.
  for (const slot of [...first]) {
    slot.onResponse(529, new Headers({ "retry-after-ms": "5" }));
    slot.release();
  }
  await until(() => first.length === 9);
  first[8]?.release();
  const second = crowd(limiter, 9);
  await until(() => second.length === 4);
  await sleep(20);
  expect(second).toHaveLength(4);
  for (const slot of [...second]) slot.onResponse(200, new Headers());
  await sleep(20);
  expect(second).toHaveLength(4);
  second[0]?.onResponse(200, new Headers());
  second[0]?.release();
  await until(() => second.length === 6);
});

test.each([
  [
    "of Anthropic",
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-input-tokens-reset",
  ],
  ["of OpenAI", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
])(
  "a quota %s that is used up is waited for, by the server's own clock",
  async (name, left, reset) => {
    const limiter = createLimiter();
    const [slot] = [await limiter.acquire(1, signal)];
    // The server's clock is years ahead of ours.
    const date = "Fri, 01 Jan 2100 00:00:00 GMT";
    const at = name === "of OpenAI" ? "150ms" : "2100-01-01T00:00:00.150Z";
    slot.onResponse(200, new Headers({ date, [left]: "100", [reset]: at }));
    slot.release();
    const small = crowd(limiter, 1, 60);
    await until(() => small.length === 1);
    const large = crowd(limiter, 1, 60);
    await sleep(20);
    expect(large).toHaveLength(0);
    await until(() => large.length === 1);
  },
);

test("who is stopped while it waits leaves the queue, and the next one goes", async () => {
  const limiter = createLimiter();
  const slots = await Promise.all(Array.from({ length: 8 }, () => limiter.acquire(1, signal)));
  const stop = new AbortController();
  const waiting = limiter.acquire(1, stop.signal);
  const next = crowd(limiter, 1);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  slots[0]?.release();
  await until(() => next.length === 1);
});

test("after a limit of the rate all tracks together wait, not each for itself", async () => {
  let refused = 0;
  const { model, server } = await loopbackModel(({ count }) => {
    if (count !== 1) return saying("ok");
    refused += 1;
    return failing(429, "slow down", { "retry-after": "1" });
  });
  const asked = ["one", "two", "three"].map((prompt, at) =>
    model.ask(
      someRequest({ prompt, at: `track-${at}`, brief: { ...someRequest().brief, text: prompt } }),
      signal,
    ),
  );
  const replies = await Promise.all(asked);
  expect(replies.map(({ text }) => text)).toEqual(["ok", "ok", "ok"]);
  expect(refused).toBe(1);
  expect(server.calls).toHaveLength(4);
});

test("of parallel tracks one writes the brief to the cache, the others read it", async () => {
  const { model } = await loopbackModel(async () => {
    await sleep(50);
    return saying("ok");
  });
  const asked = Array.from({ length: 4 }, (_, at) =>
    model.ask(someRequest({ at: `track-${at}`, prompt: `Question ${at}` }), signal),
  );
  const replies = await Promise.all(asked);
  const written = replies.filter(({ tokens }) => tokens.cacheWrite > 0);
  expect(written).toHaveLength(1);
  expect(replies.filter(({ tokens }) => tokens.cacheRead > 0)).toHaveLength(3);
});

test("when the one that goes ahead fails, another does", async () => {
  const { model } = await loopbackModel(async ({ count }) => {
    await sleep(30);
    return count === 1 ? failing(400, "billing") : saying("ok");
  });
  const asked = ["one", "two", "three"].map((prompt) => model.ask(someRequest({ prompt }), signal));
  const ended = await Promise.allSettled(asked);
  expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
  const written = ended.filter(
    (each) => each.status === "fulfilled" && each.value.tokens.cacheWrite > 0,
  );
  expect(written).toHaveLength(1);
});
