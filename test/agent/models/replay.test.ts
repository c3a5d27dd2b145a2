import { expect, test } from "vitest";
import { replayModel } from "../../../agent/models/replay.ts";
import { Interrupted, ModelUnavailable } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events.ts";
import { someRequest } from "../../fakes/request.ts";

const { signal } = new AbortController();
const request = someRequest({ prompt: "First line\nSecond line\nThird line" });

function recorded(key: string, prompt: string): Event {
  return {
    v: 1,
    seq: 2,
    time: "2026-01-01T00:00:00.000Z",
    elapsed: 1,
    type: "answered",
    key,
    value: {
      role: "initialiser",
      prompt,
      prefixHash: "0",
      text: "said once",
      model: "claude-opus-5-5",
      stop: "end",
      tokens: { input: 10, cacheRead: 20, cacheWrite: 30, output: 40 },
      usd: 1.5,
      seconds: 9,
      requestId: "req_1",
      sources: [{ url: "https://example.org", title: "A page" }],
    },
  };
}

function started(id: string): Event {
  return {
    v: 1,
    seq: 1,
    time: "2026-01-01T00:00:00.000Z",
    elapsed: 0,
    type: "run-started",
    key: "run",
    value: {
      version: "0.1.0",
      competition: { id, title: "Toy", metric: "rmse", direction: "minimize" },
      config: {},
      configHash: "a",
      dataHash: "b",
      seed: 1,
      model: "claude-opus-5-5",
      sandbox: "process",
      packages: [],
      mode: "referee",
      split: {},
      brief: "",
    },
  };
}

test("a recorded answer comes back with its tokens, at no cost, under a name that says replay", async () => {
  const model = replayModel([started("toy"), recorded(request.at, request.prompt)]);
  expect(model.name).toBe("replay:claude-opus-5-5");
  expect(await model.ask(request, signal)).toEqual({
    text: "said once",
    model: "replay:claude-opus-5-5",
    stop: "end",
    tokens: { input: 10, cacheRead: 20, cacheWrite: 30, output: 40 },
    usd: 0,
    seconds: 0,
    requestId: "req_1",
    sources: [{ url: "https://example.org", title: "A page" }],
  });
  expect(model.worstCase(request)).toEqual({ tokens: 100, usd: 0 });
});

test("a prompt that differs only in how long things took is the same question", async () => {
  const asked = "exit code 1 after 0.4 s\nfitted in 1.25 seconds\nscore 0.81, 12 s";
  const model = replayModel([recorded(request.at, asked)]);
  const slower = "exit code 1 after 13.0 s\nfitted in 9 seconds\nscore 0.81, 7 s";
  expect((await model.ask({ ...request, prompt: slower }, signal)).text).toBe("said once");
  const answer = model.ask({ ...request, prompt: slower.replace("0.81", "0.82") }, signal);
  await expect(answer).rejects.toThrow(
    'part at line 3: recorded "score 0.81, 12 s", now "score 0.82, 7 s"',
  );
});

test("a changed prompt is a miss that names role, place and the first difference", async () => {
  const model = replayModel([recorded(request.at, "First line\nAnother line\nThird line")]);
  const answer = model.ask(request, signal);
  await expect(answer).rejects.toThrow(ModelUnavailable);
  await expect(answer).rejects.toThrow(
    `the prompt of role initialiser at ${request.at} is not the recorded one; they part at line 2: recorded "Another line\\nThird line", now "Second line\\nThird line"`,
  );
});

test("a prompt that only grew is a miss too", async () => {
  const model = replayModel([recorded(request.at, "First line\nSecond line")]);
  await expect(model.ask(request, signal)).rejects.toThrow(
    'they part at line 3: recorded (the end), now "Third line"',
  );
});

test("a place the recorded run never reached is a miss", async () => {
  const model = replayModel([recorded("elsewhere", request.prompt)]);
  await expect(model.ask(request, signal)).rejects.toThrow(
    `no answer for role initialiser at ${request.at}`,
  );
});

test("a recorded run of another competition is refused", async () => {
  const model = replayModel([started("other"), recorded(request.at, request.prompt)]);
  await expect(model.ask(request, signal)).rejects.toThrow("of competition other, not toy");
});

test("a stopped run is not answered", async () => {
  const model = replayModel([recorded(request.at, request.prompt)]);
  await expect(model.ask(request, AbortSignal.abort())).rejects.toThrow(Interrupted);
});
