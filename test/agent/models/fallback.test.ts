import { expect, test } from "vitest";
import { withFallback } from "../../../agent/models/fallback.ts";
import { allowAll, type Model } from "../../../agent/models/model.ts";
import { scriptedModel } from "../../../agent/models/scripted.ts";
import { Interrupted, LimitReached, ModelUnavailable } from "../../../runs/errors.ts";
import type { PaidTry } from "../../../runs/events/events.ts";
import { noTokens } from "../../../runs/ledger.ts";
import { someRequest } from "../../fakes/request.ts";

const { signal } = new AbortController();
const playbook = scriptedModel(() => "from the book", "playbook");

function asked(first: Model): { model: Model; notes: string[] } {
  const notes: string[] = [];
  return { notes, model: withFallback(first, playbook, (why) => notes.push(why)) };
}

test("an answer of the first model is left alone", async () => {
  const { model, notes } = asked(scriptedModel(() => "mine", "big"));
  expect(await model.ask(someRequest(), signal)).toMatchObject({ text: "mine", model: "big" });
  expect(notes).toEqual([]);
});

test("a refusal is answered by the second, and what the refusal cost is kept", async () => {
  const { model, notes } = asked(
    scriptedModel(
      () => ({
        stop: "refusal",
        usd: 0.5,
        tokens: { ...noTokens(), input: 1, cacheRead: 2, cacheWrite: 3, output: 4 },
      }),
      "big",
    ),
  );
  expect(await model.ask(someRequest({ at: "here" }), signal)).toMatchObject({
    text: "from the book",
    model: "playbook",
    stop: "end",
    usd: 0.5,
    tokens: { input: 1, cacheRead: 2, cacheWrite: 3, output: 4 },
    handovers: [{ from: "big", to: "playbook", why: "big refused" }],
  });
  expect(notes).toEqual(["playbook answers here: big refused"]);
});

test("a refusal of unknown price leaves the price unknown", async () => {
  const { model } = asked(scriptedModel(() => ({ stop: "refusal", usd: null })));
  expect((await model.ask(someRequest(), signal)).usd).toBeNull();
});

test("a model that answered once and cannot be reached any more is replaced, with the reason noted", async () => {
  const { model, notes } = asked(
    scriptedModel(({ at }) => (at === "first" ? "mine" : new ModelUnavailable("no route")), "big"),
  );
  expect((await model.ask(someRequest({ at: "first" }), signal)).model).toBe("big");
  expect((await model.ask(someRequest({ at: "here" }), signal)).model).toBe("playbook");
  expect(notes).toEqual(["playbook answers here: no route"]);
});

test("a model that never answered is not replaced: its own message ends the run", async () => {
  const error = new ModelUnavailable("the key is wrong");
  const { model, notes } = asked(scriptedModel(() => error));
  for (const at of ["first", "again"])
    await expect(model.ask(someRequest({ at }), signal)).rejects.toBe(error);
  expect(notes).toEqual([]);
});

test("a question that is too long for a model is answered by another one, also the first: it would be too long again", async () => {
  const why =
    "the question is longer than the context of model small at here (400): maximum context length is 8192";
  const { model, notes } = asked(
    scriptedModel(({ at }) => (at === "long" ? new ModelUnavailable(why) : "short")),
  );
  expect((await model.ask(someRequest({ at: "long" }), signal)).model).toBe("playbook");
  expect(notes).toEqual([`playbook answers long: ${why}`]);
  expect((await model.ask(someRequest({ at: "next" }), signal)).model).not.toBe("playbook");
});

test("a refusal is an answer: the model is there, and may be replaced later", async () => {
  const { model } = asked(
    scriptedModel(({ at }) =>
      at === "first" ? { stop: "refusal" } : new ModelUnavailable("no route"),
    ),
  );
  for (const at of ["first", "here"])
    expect((await model.ask(someRequest({ at }), signal)).model).toBe("playbook");
});

test("a stop by the user and a bug are not hidden by the second model", async () => {
  for (const error of [new Interrupted("stop"), new TypeError("bug")]) {
    const { model } = asked(scriptedModel(() => error));
    await expect(model.ask(someRequest(), signal)).rejects.toBe(error);
  }
});

const broken: PaidTry = {
  model: "big",
  outcome: "broken",
  why: "it broke off",
  tokens: { ...noTokens(), input: 7 },
  usd: 0.5,
  estimated: false,
  seconds: 2,
  requestId: null,
};

test("what a lost model cost is on the bill of the one that answers", async () => {
  const lost = new ModelUnavailable("no route", { tries: [broken] });
  const { model } = asked(scriptedModel(({ at }) => (at === "first" ? "mine" : lost), "big"));
  await model.ask(someRequest({ at: "first" }), signal);
  expect(await model.ask(someRequest({ at: "here" }), signal)).toMatchObject({
    model: "playbook",
    usd: 0.5,
    tokens: { input: 7 },
    tries: [broken],
    handovers: [{ from: "big", to: "playbook", why: "no route" }],
  });
});

test("what was paid before it is on the bill of a second model that fails, too", async () => {
  const again = { ...broken, model: "small" };
  const small = scriptedModel(() => new ModelUnavailable("dead, too", { tries: [again] }), "small");
  const first = scriptedModel(() => new ModelUnavailable("no route", { tries: [broken] }), "big");
  const model = withFallback(first, small, undefined, { isFallback: true });
  await expect(model.ask(someRequest(), signal)).rejects.toMatchObject({
    message: "dead, too",
    tries: [broken, again],
  });
});

test("a second model is asked only if the budget has room for it", async () => {
  const needed: unknown[] = [];
  const worst = { tokens: 9, usd: 1 };
  const second: Model = {
    name: "small",
    worstCase: () => worst,
    async ask(_, __, allow = allowAll) {
      throw new LimitReached((await allow(worst, "small")) ?? "none");
    },
  };
  const first = scriptedModel(() => ({ stop: "refusal", tries: [broken] }));
  const asking = withFallback(first, second).ask(someRequest(), signal, async (...asked) => {
    needed.push(asked);
    return "usd";
  });
  await expect(asking).rejects.toThrow(LimitReached);
  await expect(asking).rejects.toMatchObject({ limit: "usd", tries: [broken] });
  expect(needed).toEqual([[worst, "small"]]);
});
