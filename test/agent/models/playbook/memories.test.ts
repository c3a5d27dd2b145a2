import { expect, test } from "vitest";
import type { Context } from "../../../../agent/models/playbook/answers/context.ts";
import { debug } from "../../../../agent/models/playbook/answers/debug.ts";
import { coder, plan } from "../../../../agent/models/playbook/answers/plan.ts";
import { retrieve } from "../../../../agent/models/playbook/answers/retrieve.ts";
import { openFragments } from "../../../../agent/models/playbook/fragments.ts";
import { citationsIn } from "../../../../agent/roles/reply/citations.ts";
import type { ShownMemory } from "../../../../runs/events/memory.ts";
import { sampleInputs } from "../../roles/sample-inputs.ts";
import { brief } from "./table-brief.ts";

function memory(
  subject: string | null,
  worth: number,
  some: Partial<ShownMemory> = {},
): ShownMemory {
  const about = { id: "m", version: 1, kind: "lesson" as const, title: "t", text: "t" };
  return { ...about, subject, worth, fix: null, competitions: [], ...some };
}

function contextOf(memories: readonly ShownMemory[]): Context {
  return { brief, fragments: openFragments(null), seed: 0, memories };
}

const asked = { ...sampleInputs.retriever, count: 3, exclude: [], hits: [] };
const familiesOf = (reply: string) =>
  (JSON.parse(reply) as { cards: { family: string }[] }).cards.map(({ family }) => family);

test("families that won elsewhere come first and are cited, those that lost come later", () => {
  const usual = familiesOf(retrieve(asked, contextOf([])));
  const [first = "", , third = ""] = usual;
  const context = contextOf([memory(third, 1), memory(first, -1)]);
  const reply = retrieve(asked, context);
  expect(familiesOf(reply)[0]).toBe(third);
  expect(citationsIn(reply, 2)).toContain(0);
});

test("plan and code cite the items that are about their recipes, and none where none is", () => {
  const used = contextOf([memory("smaller-steps", 0.5), memory("other", 1)]);
  const input = { ...sampleInputs.coder, plan: "Learn slower [smaller-steps]." };
  expect(citationsIn(coder(input, used), 2)).toEqual([0]);
  expect(coder(input, contextOf([memory("other", 1)]))).toMatch(/\nMemories used: none\n$/u);
});

test("without a memory every answer is what it was", () => {
  const none = contextOf([]);
  for (const reply of [
    plan(sampleInputs.planner, none),
    coder(sampleInputs.coder, none),
    debug(sampleInputs.debugger, none),
    retrieve(asked, none),
  ])
    expect(reply).not.toContain("Memories used");
});

test("a repair of the same error is made again where its lines stand in the script once", () => {
  const fix = { removed: ["rate = 5"], added: ["rate = 0.05"] };
  const known = memory(null, 0.3, { kind: "pitfall", title: "ValueError in lightgbm 4.7.0", fix });
  const failure = {
    ...sampleInputs.debugger,
    round: 1,
    code: "a = 1\nrate = 5\n",
    error: "ValueError: rate",
  };
  const reply = debug(failure, contextOf([memory("other", 1), known]));
  expect(reply).toContain("a = 1\nrate = 0.05");
  expect(citationsIn(reply, 2)).toEqual([1]);
  const other = debug({ ...failure, error: "KeyError: 'rate'" }, contextOf([known]));
  expect(citationsIn(other, 1)).toEqual([]);
});
