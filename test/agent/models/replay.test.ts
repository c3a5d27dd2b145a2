import { expect, test } from "vitest";
import { replayModel } from "../../../agent/models/replay.ts";
import { scriptedModel } from "../../../agent/models/scripted.ts";
import { Interrupted, ModelUnavailable } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events/events.ts";
import { noTokens } from "../../../runs/ledger.ts";
import { madeSplit } from "../../fakes/made-split.ts";
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
      role: "initializer",
      prompt,
      prefixHash: "0",
      text: "said once",
      model: "claude-opus-5-5",
      stop: "end",
      tokens: { ...noTokens(), input: 10, cacheRead: 20, cacheWrite: 30, output: 40 },
      usd: 1.5,
      seconds: 9,
      requestId: "req_1",
      sources: [{ url: "https://example.org", title: "A page" }],
      estimated: false,
      tries: [],
      handovers: [],
      cut: null,
      turn: null,
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
      competition: { id, title: "Toy", metric: "rmse", direction: "minimize", thresholds: null },
      config: {},
      configHash: "a",
      dataHash: "b",
      seed: 1,
      model: "claude-opus-5-5",
      sandbox: "process",
      protectsFiles: true,
      intervalRule: "bca-1",
      network: "none",
      packages: [],
      mode: "referee",
      split: madeSplit(),
      frozen: {},
      replays: null,
      constantScores: null,
      findings: [],
      brief: "",
    },
  };
}

test("a recorded answer comes back with its tokens, at no cost, under a name that says replay", async () => {
  const model = replayModel([started("toy"), recorded(request.at, request.prompt)]);
  expect(model.name).toBe("replay:claude-opus-5-5");
  expect(await model.ask(request, signal)).toMatchObject({
    text: "said once",
    model: "replay:claude-opus-5-5",
    stop: "end",
    tokens: { ...noTokens(), input: 10, cacheRead: 20, cacheWrite: 30, output: 40 },
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
    "@@ -1,3 +1,3 @@\n exit code 1 after 13.0 s\n fitted in 9 seconds\n-score 0.81, 12 s\n+score 0.82, 7 s",
  );
});

test("a changed prompt is a miss that names role, place and the first difference", async () => {
  const model = replayModel([recorded(request.at, "First line\nAnother line\nThird line")]);
  const answer = model.ask(request, signal);
  await expect(answer).rejects.toThrow(ModelUnavailable);
  await expect(answer).rejects.toThrow(
    `the prompt of role initializer at ${request.at} is not the recorded one (- recorded, + now):\n@@ -1,3 +1,3 @@\n First line\n-Another line\n+Second line\n Third line`,
  );
});

test("a prompt that only grew is a miss too", async () => {
  const model = replayModel([recorded(request.at, "First line\nSecond line")]);
  await expect(model.ask(request, signal)).rejects.toThrow(
    "@@ -1,2 +1,3 @@\n First line\n Second line\n+Third line",
  );
});

test("a long difference is cut, and says by how much", async () => {
  const lines = (word: string) =>
    Array.from({ length: 40 }, (_, index) => `${word} ${index}`).join("\n");
  const model = replayModel([recorded(request.at, lines("old"))]);
  const answer = model.ask({ ...request, prompt: lines("new") }, signal);
  await expect(answer).rejects.toThrow(/-old 11\n-\[… 28 more lines …\]\n\+new 0\n/u);
});

test("from the place a replay ends at, the live model answers; before it, the journal does", async () => {
  const [early, late] = ["track-1/init-1/initializer/1", "track-1/merge-1/merger/1"];
  const events = [started("toy"), recorded(early, "asked"), { ...recorded(late, "asked"), seq: 3 }];
  const live = scriptedModel(() => "said now", "live");
  const model = replayModel(events, { until: "track-1/merge-1", live });
  expect(model.name).toBe("replay:claude-opus-5-5 until track-1/merge-1, then live");
  const ask = async (at: string, prompt: string) =>
    (await model.ask({ ...request, at, prompt }, signal)).text;
  expect(await ask(early, "asked")).toBe("said once");
  expect(await ask(late, "asked in other words")).toBe("said now");
  await expect(ask(early, "asked in other words")).rejects.toThrow("is not the recorded one");
  expect(live.asked.map(({ at }) => at)).toEqual([late]);
  expect(() => replayModel(events, { until: "track-2/merge-1", live })).toThrow(
    'replayUntil "track-2/merge-1": the recorded run has no such place; track-1/merge-1/merger/1',
  );
});

test("a place the recorded run never reached is a miss", async () => {
  const model = replayModel([recorded("elsewhere", request.prompt)]);
  await expect(model.ask(request, signal)).rejects.toThrow(
    `no answer for role initializer at ${request.at}`,
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
