import { expect, test } from "vitest";
import { scriptedModel } from "../../../agent/models/scripted.ts";
import { Interrupted, ModelUnavailable } from "../../../runs/errors.ts";
import { someRequest } from "../../fakes/request.ts";

const { signal } = new AbortController();

test("lists are answered in turn, per role, and every request is kept", async () => {
  const model = scriptedModel({ planner: ["one", "two"], coder: ["code"] });
  const said: string[] = [];
  for (const role of ["planner", "coder", "planner"]) {
    said.push((await model.ask(someRequest({ role }), signal)).text);
  }
  expect(said).toEqual(["one", "code", "two"]);
  expect(model.asked.map((request) => request.role)).toEqual(["planner", "coder", "planner"]);
});

test("a role that runs out names itself and the place", async () => {
  const model = scriptedModel({ planner: ["one"] });
  await model.ask(someRequest({ role: "planner" }), signal);
  await expect(
    model.ask(someRequest({ role: "planner", at: "track-2/refine-1" }), signal),
  ).rejects.toThrow("no answer 2 for role planner (asked at track-2/refine-1)");
});

test("a function answers by the request, with parts of a reply or an error", async () => {
  const model = scriptedModel(({ prompt }) =>
    prompt === "die" ? new ModelUnavailable("gone") : { text: prompt, stop: "refusal", usd: 2 },
  );
  const reply = await model.ask(someRequest({ prompt: "hello" }), signal);
  expect(reply).toMatchObject({ text: "hello", stop: "refusal", usd: 2, model: "scripted" });
  await expect(model.ask(someRequest({ prompt: "die" }), signal)).rejects.toThrow(ModelUnavailable);
});

test("a stopped run is not answered", async () => {
  await expect(scriptedModel(() => "x").ask(someRequest(), AbortSignal.abort())).rejects.toThrow(
    Interrupted,
  );
});
