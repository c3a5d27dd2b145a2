import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withSettings } from "../../../agent/models/fallback.ts";
import type { Model } from "../../../agent/models/model.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";
import { someRequest } from "../../fakes/request.ts";
import { runWorld, values } from "../../fakes/run-world.ts";
import { mleStar, type Started, start } from "../program.ts";
import { byHand, makeTinyFamily, trainer, trainerEnvironment } from "./tiny.ts";

const QUESTION = "Which block?";

type Reply = {
  error?: { message: string };
  choices: {
    message: { content: string };
    finish_reason: string;
    logprobs?: { content: { logprob: number; top_logprobs: { logprob: number }[] }[] };
  }[];
  usage: Record<string, number>;
};

describe.skipIf(trainer === null)("models that write an answer together", () => {
  let place: string;
  let hand: Record<string, unknown>;
  let server: Started;
  let at: { url: string; socket: string; hasNoNetwork: boolean; models: string };
  let stalled: Promise<string>;
  const of = (name: string) => join(place, "family", name);

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "mle-together-"));
    await makeTinyFamily(join(place, "family"), 32_768);
    const fused = ["models", "serve-local", of("base"), "--fuse", `${of("a")},${of("b")}`];
    server = start([...fused, "--device", "cpu", "--json"], trainerEnvironment);
    const [line] = (await once(server.child.stdout ?? server.child, "data")) as [Buffer];
    at = JSON.parse(String(line)) as typeof at;
    // Its end is looked for in the last test, since it takes as long as a client may.
    const half = connect(at.socket);
    half.write("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
    stalled = text(half);
    hand = await byHand("mixtures-by-hand.py", join(place, "family"), QUESTION);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
    await rm(place, { recursive: true, force: true });
  });

  const ask = (more: object, headers: Record<string, string> = {}) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const options = { socketPath: at.socket, path: "/v1/chat/completions", method: "POST" };
      const sent = request({ ...options, headers }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
      });
      sent.on("error", reject);
      const messages = [{ role: "user", content: QUESTION }];
      sent.end(JSON.stringify({ messages, max_tokens: 12, ...more }));
    });
  const reply = async (more: object): Promise<Reply> => JSON.parse((await ask(more)).body) as Reply;
  const said = async (more: object) => (await reply(more)).choices[0]?.message.content ?? "";

  test("formulas have the values of a calculation by hand, over several tokens and on shared weights", () => {
    const near = (each: number): unknown => expect.closeTo(each, 6);
    const half = Math.log(0.5);
    expect(hand.fused).toEqual([
      near((Math.log(0.25) + half) / 2),
      near((Math.log(0.75) + half) / 2),
    ]);
    // A third as likely as the likeliest one: below half of it, and so not to be drawn.
    expect(hand.contrasted).toEqual([null, near(Math.log(1.5))]);
    expect(hand.shifted).toEqual([near(0), near(0)]);
    const ways = hand.ways as Record<string, { difference: number; switched: number }>;
    for (const way of ["fuse", "fuse of three", "contrast", "proxy", "switch"])
      expect(ways[way]?.difference).toBeLessThan(1e-5);
    // An adapter alone is merged: its weights are rounded once.
    expect(ways.alone?.difference).toBeLessThan(1e-4);
    expect(ways.switch?.switched).toBeGreaterThan(0);
    expect(ways.switch?.switched).toBeLessThan(6);
  });

  test("the server tells the same log-probabilities, counts tokens, and keeps to seed, stop and length", async () => {
    expect(at.models).toBe(`the mean of the log-probabilities of ${of("a")}, ${of("b")}`);
    const told = await reply({ logprobs: true, top_logprobs: 5 });
    const expected = hand.asked as { tokens: number; logprobs: number[] };
    const first = told.choices[0]?.logprobs?.content[0];
    expect(first?.top_logprobs.map(({ logprob }) => logprob)).toEqual(
      expected.logprobs.map((each): unknown => expect.closeTo(each, 5)),
    );
    expect(first?.logprob).toBe(first?.top_logprobs[0]?.logprob);
    const { tokens } = expected;
    const usage = { prompt_tokens: tokens, completion_tokens: 12, total_tokens: tokens + 12 };
    expect(told).toMatchObject({ usage, choices: [{ finish_reason: "length" }] });
    const warm = { temperature: 1, max_tokens: 40 };
    const drawn = await said({ ...warm, seed: 7 });
    expect(await said({ ...warm, seed: 7 })).toBe(drawn);
    expect(await said({ ...warm, seed: 8 })).not.toBe(drawn);
    // Where almost no share of the probability is left, only the likeliest token is.
    expect(await said({ ...warm, top_p: 1e-6 })).toBe(await said({ max_tokens: 40 }));
    const stop = drawn.slice(5, 8);
    const cut = await reply({ ...warm, seed: 7, stop });
    expect(cut.choices[0]).toMatchObject({
      message: { content: drawn.slice(0, drawn.indexOf(stop)) },
      finish_reason: "stop",
    });
  });

  test("a stream brings the same answer piece by piece, with its usage when it was asked for", async () => {
    const drawn = { temperature: 1, seed: 3, max_tokens: 60 };
    const { body } = await ask({ ...drawn, stream: true, stream_options: { include_usage: true } });
    const events = body.split("\n\n").map((line) => line.replace(/^data: /u, ""));
    expect(events.slice(-2)).toEqual(["[DONE]", ""]);
    const chunks = events.slice(0, -2).map((each) => JSON.parse(each) as Chunk);
    const pieces = chunks.flatMap(({ choices }) => choices[0]?.delta.content ?? []);
    expect(pieces.length).toBeGreaterThan(3);
    const whole = await reply(drawn);
    expect(pieces.join("")).toBe(whole.choices[0]?.message.content);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe(whole.choices[0]?.finish_reason);
    expect((await ask({ stream: true })).body).not.toContain("usage");
  });
  type Chunk = {
    choices: { delta: { content?: string }; finish_reason: string | null }[];
    usage?: object;
  };

  const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
  const refusals: [string, object, string][] = [
    ["no message", { messages: [] }, "messages: expected a list of one or more"],
    ["a tool", { tools: [{}] }, "tools are not supported"],
    ["JSON", { response_format: { type: "json_object" } }, "response_format is not supported"],
    ["two answers", { n: 2 }, "n is not supported: one answer a request"],
    ["a hot one", { temperature: "hot" }, "temperature: expected a number, from 0 to 2"],
    ["none", { max_tokens: 0 }, "max_tokens: expected a whole number, 1 or more"],
    ["an empty end", { stop: [""] }, "stop: expected a text, or up to 4"],
    ["a picture", user([{ type: "image_url" }]), "messages: only text can be read, no image_url"],
    [
      "too much",
      user("é".repeat(20_000)),
      "maximum context length is 32768 tokens, 40015 in the messages",
    ],
  ];
  test.for(refusals)("a request for %s is refused by its name", async ([, more, message]) => {
    const refused = await ask(more);
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({ error: { message } });
  });

  test("a request of too many bytes is refused before it is read", async () => {
    const refused = await ask({}, { "content-length": String(17 * 1024 ** 2) });
    expect(refused.status).toBe(413);
    expect(refused.body).toContain("a request has 16777216 bytes at most, this one 17825792");
  });

  test("through the client of all models it plays a role, and the run finishes", async () => {
    const planner = withSettings(
      openAiModel({
        ...{ name: "local:together", apiKey: null, baseUrl: at.url },
        ...{ prices: null, rulesWithBrief: false },
      }),
      { effort: null, maxOutputTokens: 24 },
    );
    const { signal } = new AbortController();
    expect((await planner.ask(someRequest(), signal)).tokens.output).toBeGreaterThan(0);
    const modelOver = (scripted: Model): Model => ({
      ...scripted,
      ask: (request, signal, allow) =>
        (request.role === "planner" ? planner : scripted).ask(request, signal, allow),
    });
    await using ran = await runWorld({ modelOver, config: { replyTries: 1 } });
    const plans = values(ran.world, "answered").filter(({ role }) => role === "planner");
    expect(plans.length).toBeGreaterThan(0);
    expect(ran.finished.solution).not.toBeNull();
  });

  test("models with different tokenizers are refused in one line, before they are loaded", async () => {
    expect(hand.refusal).toBe(
      "base and foreign have different tokenizers (300 and 290 tokens): their tokens cannot be combined",
    );
    const members = ["--contrast", `${of("base")},${of("foreign")}`];
    const refused = await mleStar(["models", "serve-local", of("base"), ...members], {
      ...trainerEnvironment,
    });
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toBe(
      `error: model local:${of("base")}: ${of("base")} and ${of("foreign")} have different tokenizers (300 and 290 tokens): their tokens cannot be combined\n`,
    );
  });

  test("a request that never comes whole is refused, and nothing is left when its command is killed", async () => {
    expect(await stalled).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*the request has not come whole within 30 s/u,
    );
    server.child.kill("SIGKILL");
    await server.ended;
    await expect
      .poll(
        () =>
          ask({}).then(
            ({ status }) => status,
            (error: Error) => error.message,
          ),
        {
          timeout: 60_000,
        },
      )
      .toMatch(/ENOENT/u);
  });
});
