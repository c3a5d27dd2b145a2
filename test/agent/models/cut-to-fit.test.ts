import { expect, test } from "vitest";
import { cutToFit } from "../../../agent/models/cut-to-fit.ts";
import type { Request } from "../../../agent/models/model.ts";
import { scriptedModel } from "../../../agent/models/scripted.ts";
import { planner } from "../../../agent/roles/planner.ts";
import { promptText } from "../../../agent/roles/role.ts";
import { ModelUnavailable } from "../../../runs/errors.ts";
import type { PaidTry } from "../../../runs/events/events.ts";
import { noTokens } from "../../../runs/ledger.ts";
import { madeBrief, someRequest } from "../../fakes/request.ts";
import { sampleInputs } from "../roles/sample-inputs.ts";

const { signal } = new AbortController();
const brief = await madeBrief();
const parts = planner.prompt(sampleInputs.planner);
const asking = (overrides: Partial<Request> = {}): Request =>
  someRequest({ role: "planner", brief, parts, prompt: promptText(parts), ...overrides });
const whole = brief.text.length + promptText(parts).length;

function paidTry(input: number): PaidTry {
  const paid = { model: "small", usd: 0, seconds: 0, requestId: null, estimated: false, why: null };
  return { ...paid, outcome: "answered", tokens: { ...noTokens(), input } };
}

/** A model to which every character is a token, as to those that are made in tests. */
function small(context: number, { tells = true, parts = 1 } = {}) {
  return scriptedModel(({ brief: { text }, prompt, conversation }) => {
    const tokens = text.length + prompt.length;
    if (tokens < context && conversation === null) {
      const read = { ...noTokens(), input: parts * tokens };
      const tries = Array.from({ length: parts }, () => paidTry(tokens));
      return { text: "Clip the target.", tokens: read, tries };
    }
    const numbers = tells ? ` is ${context} tokens, ${tokens} in the messages` : "";
    return new ModelUnavailable(`small: maximum context length${numbers}`);
  });
}

test("a question that its model refuses for its length is asked in short, and later ones at once", async () => {
  const model = small(2048);
  const short = cutToFit(model, null);
  const reply = await short.ask(asking(), signal);
  expect(reply).toMatchObject({ text: "Clip the target.", cut: { from: whole } });
  const { brief: seen, prompt } = model.asked.at(-1) ?? asking();
  expect(reply.cut?.to).toBe(seen.text.length + prompt.length);
  // There is room for an answer, too.
  expect(reply.cut?.to).toBeLessThan(2048 - 400);
  expect(prompt.startsWith(parts.rules)).toBe(true);
  const calls = model.asked.length;
  expect(await short.ask(asking(), signal)).toMatchObject({ cut: { from: whole } });
  expect(model.asked).toHaveLength(calls + 1);
  expect(await short.ask(someRequest(), signal)).toMatchObject({ cut: null });
});

test("an answer in several parts says nothing of how many characters are a token", async () => {
  const model = cutToFit(small(2048, { parts: 3 }), null);
  const [first, second] = [await model.ask(asking(), signal), await model.ask(asking(), signal)];
  expect(second.cut).toEqual(first.cut);
});

test("where its server tells no numbers a question is halved until it fits", async () => {
  const model = small(2000, { tells: false });
  const { cut } = await cutToFit(model, null).ask(asking(), signal);
  expect(cut?.to).toBeLessThan(2000);
  expect(model.asked.length).toBeGreaterThan(1);
});

test("a context that is told is kept to before anything is asked", async () => {
  const model = small(Number.POSITIVE_INFINITY);
  const { cut } = await cutToFit(model, 700).ask(asking(), signal);
  expect(model.asked).toHaveLength(1);
  // Three quarters of it are the question's, at 3.5 characters a token.
  expect(cut?.to).toBeLessThanOrEqual(0.75 * 700 * 3.5);
});

test("what would leave no question is refused as too long, so that others answer", async () => {
  await expect(cutToFit(small(300), null).ask(asking(), signal)).rejects.toThrow(
    /^the question is longer than the context of model scripted \(300 tokens\), and too little/u,
  );
});

test("other failures are none of its business, nor is a conversation", async () => {
  const down = scriptedModel(() => new ModelUnavailable("no route"));
  await expect(cutToFit(down, null).ask(asking(), signal)).rejects.toThrow("no route");
  expect(down.asked).toHaveLength(1);
  const model = small(2048);
  const conversation = { tools: [], mayCall: false, asText: false, digest: null, exchanges: [] };
  await expect(cutToFit(model, null).ask(asking({ conversation }), signal)).rejects.toThrow(
    "maximum context length is 2048",
  );
  expect(model.asked).toHaveLength(1);
});
