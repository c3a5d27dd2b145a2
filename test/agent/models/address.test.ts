import { expect, test } from "vitest";
import { readAddress } from "../../../agent/models/address.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { someRequest } from "../../fakes/request.ts";
import { loopbackChat, loopbackModel } from "../../fakes/servers/loopback-model.ts";
import { failing, saying } from "../../fakes/servers/loopback-server.ts";

const { signal } = new AbortController();
const withUser = (url: string) => url.replace("http://", "http://ann:p%40ss@");
const basic = `Basic ${Buffer.from("ann:p@ss").toString("base64")}`;

test("an address is read without its user, who becomes a header", () => {
  expect(readAddress("https://ann:p%40ss@host/v1?a=b@c", "X")).toEqual({
    url: "https://host/v1?a=b@c",
    authorization: basic,
  });
  expect(readAddress("https://host/v1/@me", "X")).toEqual({
    url: "https://host/v1/@me",
    authorization: null,
  });
  expect(() => readAddress("ann:secret@host", "X")).toThrow(/^X: expected .*, got "host"$/u);
});

test("a server behind a password gets it beside the key, and no failure shows it", async () => {
  const asked = await loopbackModel(({ count }) =>
    count === 1 ? saying("hello") : failing(404, "no such model"),
  );
  const { server } = asked;
  const { model } = await loopbackModel(() => saying(""), { baseUrl: withUser(server.url) });
  expect((await model.ask(someRequest(), signal)).text).toBe("hello");
  expect(server.calls[0]?.headers).toMatchObject({
    authorization: basic,
    "x-api-key": "secret-key-123",
  });
  const failure = await model.ask(someRequest(), signal).catch((error: unknown) => String(error));
  expect(failure).toContain(server.url);
  expect(failure).not.toContain("p%40ss");
});

test("a chat server takes either a password or a key, which share a header", async () => {
  const { server } = await loopbackChat(() => saying("hello"));
  const baseUrl = withUser(server.url);
  const { model } = await loopbackChat(() => saying(""), { apiKey: null, baseUrl });
  expect((await model.ask(someRequest(), signal)).text).toBe("hello");
  expect(server.calls[0]?.headers).toMatchObject({ authorization: basic });
  const both = () => openAiModel({ name: "any", apiKey: "key-123456", prices: null, baseUrl });
  expect(both).toThrow(ConfigInvalid);
  expect(both).toThrow(/^http:\/\/127[^@]*unset the key/u);
});
