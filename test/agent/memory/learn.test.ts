import { expect, test } from "vitest";
import type { UsedCall } from "../../../agent/memory/bank/uses.ts";
import { learnFrom, rewardsOf, usefulness } from "../../../agent/memory/learn.ts";
import { logitsOf } from "../../../agent/memory/reranker.ts";
import { bankWith, draft, embedder } from "./made-items.ts";

const call: UsedCall = {
  at: "track-1/refine-1/attempt-1",
  role: "planner",
  query: "features of categories",
  considered: ["a", "b", "c"],
  drawn: ["b", "a"],
  cited: ["b"],
  gain: 2,
};

test.each([
  ["citation", 2, [1, -1]],
  ["citation", null, [1, -1]],
  ["gain", 2, [Math.tanh(2), null]],
  ["gain", -1, [Math.tanh(-1), null]],
  ["gain", null, [null, null]],
  ["both", 2, [(1 + Math.tanh(2)) / 2, -1]],
  ["both", -9, [(1 + Math.tanh(-9)) / 2, -1]],
  ["both", null, [1, -1]],
] as const)("the reward by %s of a gain of %s", (kind, gain, expected) => {
  expect(rewardsOf({ ...call, gain }, kind)).toEqual(expected);
});

test("an item that is cited again and again moves up, and one that gained nothing down", async () => {
  const titles = ["target encoding", "count encoding", "weekly lags"];
  const folder = await bankWith(titles.map((title) => draft(title)));
  const bank = await folder.read();
  const { signal } = new AbortController();
  const [target = "", count = ""] = bank.ids;
  const query = "encoding of categories";
  const calls = (cited: string[], gain: number): UsedCall[] =>
    Array.from({ length: 40 }, () => ({
      ...call,
      query,
      considered: [...bank.ids],
      drawn: [target, count],
      cited,
      gain,
    }));
  const [vector = new Float32Array()] = await embedder.embed([query], signal);
  const vectors = bank.ids.map((id) => bank.vector(id) ?? new Float32Array());
  const lead = async (cited: string[], gain: number, kind: "citation" | "gain") => {
    const learned = await learnFrom(bank, embedder, calls(cited, gain), kind, signal);
    const [a = 0, b = 0] = logitsOf(learned, vector, vectors);
    return a - b;
  };
  const [a = 0, b = 0] = logitsOf(bank.reranker, vector, vectors);
  expect(await lead([target], 1, "citation")).toBeGreaterThan(a - b);
  expect(await lead([count], 1, "citation")).toBeLessThan(a - b);
  expect(await lead([target], -3, "gain")).toBeLessThan(a - b);
});

test("where none of what was shown was cited, no item loses its rank", async () => {
  const folder = await bankWith([draft("target encoding"), draft("weekly lags")]);
  const bank = await folder.read();
  const never = [{ ...call, considered: [...bank.ids], drawn: [...bank.ids], cited: [] }];
  const { signal } = new AbortController();
  const learned = await learnFrom(bank, embedder, never, "citation", signal);
  expect(learned.queryWeights).toEqual(bank.reranker.queryWeights);
  expect(learned.itemWeights).toEqual(bank.reranker.itemWeights);
});

test("items that are gone are left out of what is learned from", async () => {
  const folder = await bankWith([draft("one"), draft("two")]);
  const [first = "", second = ""] = (await folder.read()).ids;
  await folder.change(({ remove }) => remove(first));
  const bank = await folder.read();
  const calls = [{ ...call, considered: [first, second], drawn: [first, second], cited: [second] }];
  const { signal } = new AbortController();
  expect((await learnFrom(bank, embedder, calls, "citation", signal)).updates).toBe(1);
  const none = [{ ...call, considered: [first], drawn: [first], cited: [first] }];
  expect((await learnFrom(bank, embedder, none, "citation", signal)).updates).toBe(0);
});

test("usefulness counts what was shown, cited, and cited by a change that gained", () => {
  const calls = [call, { ...call, gain: -1 }, { ...call, cited: [], gain: 3 }];
  expect(usefulness(calls)).toEqual({ shown: 6, cited: 2, useful: 1, gain: 0.5 });
});
