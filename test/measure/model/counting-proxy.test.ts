import { expect, test } from "vitest";
import { saying, startMessagesServer } from "../../fakes/servers/messages-server.ts";
import { countingProxy } from "./counting-proxy.ts";

async function ask(baseUrl: string, stream: boolean): Promise<number> {
  const body = {
    model: "m",
    max_tokens: 9,
    stream,
    messages: [{ role: "user", content: "Hello" }],
  };
  const answer = await fetch(`${baseUrl}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "k" },
    body: JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

test("answers that were given are counted, whole and streamed, with their tokens, and no more than allowed", async () => {
  await using server = await startMessagesServer(({ body }) =>
    saying("Good morning to you", { unstreamed: body.stream !== true }),
  );
  await using proxy = await countingProxy(server.url, 2);
  expect([await ask(proxy.baseUrl, false), await ask(proxy.baseUrl, true)]).toEqual([200, 200]);
  expect(await ask(proxy.baseUrl, true)).toBe(400);
  expect(server.calls).toHaveLength(2);
  expect(proxy.counted).toMatchObject({ calls: 2, refused: 1 });
  expect(proxy.counted.inputTokens).toBeGreaterThan(0);
  expect(proxy.counted.outputTokens).toBeGreaterThan(0);
});

test("a call that failed is no answer", async () => {
  let count = 0;
  await using server = await startMessagesServer(() => {
    count += 1;
    return count === 1
      ? { does: "fails", status: 529, type: "overloaded_error", message: "busy", headers: {} }
      : saying("Hello");
  });
  await using proxy = await countingProxy(server.url, 1);
  expect([await ask(proxy.baseUrl, true), await ask(proxy.baseUrl, true)]).toEqual([529, 200]);
  expect(proxy.counted).toMatchObject({ calls: 1, refused: 0 });
});
