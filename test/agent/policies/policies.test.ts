import { describe, expect, test } from "vitest";
import { abmcts } from "../../../agent/policies/abmcts.ts";
import { auto, isSmallModel } from "../../../agent/policies/auto.ts";
import { bon } from "../../../agent/policies/bon.ts";
import { hybrid } from "../../../agent/policies/hybrid.ts";
import { iad } from "../../../agent/policies/iad.ts";
import type { Archive, Policy, Tried } from "../../../agent/policies/policy.ts";
import { drawsOf } from "../../../agent/policies/random.ts";
import { meanValue, playSlots } from "./slot-world.ts";

/** IAD that is shown any two attempts as best and worst. */
const shuffled: Policy = (archive, random) => {
  const move = iad(archive);
  if (move.do !== "attempt" || archive.tried.length < 2) return move;
  const any = () => archive.tried[Math.floor(random() * archive.tried.length)]?.id ?? "";
  const shown = { best: any(), worst: any() };
  return { ...move, draws: move.draws.map(() => ({ from: shown.best, shown })) };
};

describe("in the slot world", () => {
  const seeds = 80;

  test("feedback is worth its calls where scores have no noise, and not by sampling alone", async () => {
    const world = { calls: 24, sigma: 0, round: 1 };
    const value = await meanValue(iad, world, seeds);
    expect(value - (await meanValue(bon, world, seeds))).toBeGreaterThanOrEqual(0.04);
    expect(value - (await meanValue(shuffled, world, seeds))).toBeGreaterThanOrEqual(0.1);
  });

  test("auto takes independent attempts where the noise is larger than the spread", async () => {
    const world = { calls: 24, sigma: 0.4 };
    const value = await meanValue(auto, world, seeds);
    expect(value).toBeGreaterThanOrEqual((await meanValue(bon, world, seeds)) - 0.02);
  });

  test("the tree search beats best of N where scores have no noise", async () => {
    const world = { calls: 48, sigma: 0 };
    const value = await meanValue(abmcts, world, seeds);
    expect(value).toBeGreaterThan(await meanValue(bon, world, seeds));
  });

  test.each([
    ["bon", bon],
    ["iad", iad],
    ["hybrid", hybrid],
    ["abmcts", abmcts],
    ["auto", auto],
  ])("%s asks for as many attempts as it may, no more, and the same again", async (_, policy) => {
    for (const calls of [1, 7, 24]) {
      const world = { seed: 3, calls, sigma: 0.1 };
      const first = await playSlots(policy, world);
      expect(first.calls).toBe(calls);
      expect(first.archive.left).toBe(0);
      expect((await playSlots(policy, world)).archive).toEqual(first.archive);
    }
  });

  test("what stands never gets worse", async () => {
    let standing = Number.NEGATIVE_INFINITY;
    const watched: Policy = (archive) => {
      const { value } =
        [archive.base, ...archive.tried].find(({ id }) => id === archive.incumbent) ?? archive.base;
      expect(value).toBeGreaterThanOrEqual(standing);
      standing = value ?? standing;
      return iad(archive);
    };
    await playSlots(watched, { seed: 1, calls: 24, sigma: 0 });
    expect(standing).toBeGreaterThan(0.5);
  });

  test("from the second round on a question holds the best and the worst script with their scores, and no other attempt", async () => {
    const prompts: string[] = [];
    const { archive } = await playSlots(iad, {
      seed: 5,
      calls: 9,
      sigma: 0,
      onPrompt: (prompt) => prompts.push(prompt),
    });
    expect(prompts.slice(0, 3).join()).not.toContain("# Best script so far");
    const first = archive.tried.slice(0, 3);
    const values = first.map(({ value }) => value ?? 0);
    const best = first.find(({ value }) => value === Math.max(...values));
    const worst = first.findLast(({ value }) => value === Math.min(...values));
    const other = first.find((each) => each !== best && each !== worst);
    for (const prompt of prompts.slice(3, 6)) {
      expect(prompt).toContain(`# Best script so far, ${Number(best?.value?.toPrecision(6))}`);
      expect(prompt).toContain(`# Worst script so far, ${Number(worst?.value?.toPrecision(6))}`);
      expect(prompt).toContain(best?.code.trim());
      expect(prompt).toContain(worst?.code.trim());
      expect(prompt).not.toContain(other?.code.trim());
    }
  });
});

const script = (id: string, value: number | null, more: Partial<Tried> = {}): Tried => ({
  id,
  parent: "base",
  value,
  standardError: 0,
  evaluations: 1,
  code: id,
  plan: null,
  critique: null,
  seconds: 1,
  ...more,
});

const archiveOf = (tried: Tried[], more: Partial<Archive> = {}): Archive => ({
  base: script("base", 0.5, { parent: null, standardError: null }),
  tried,
  incumbent: "base",
  attempts: { most: 12, round: 3 },
  left: 12 - tried.length,
  retests: { left: 12, each: 3 },
  isSmallModel: false,
  ...more,
});

describe("iad", () => {
  test("goes on from what stands and shows a failed attempt as the worst", () => {
    const tried = [script("a", 0.6), script("b", null), script("c", 0.4)];
    expect(iad(archiveOf(tried, { incumbent: "a" }))).toMatchObject({
      do: "attempt",
      draws: Array.from({ length: 3 }, () => ({ from: "a", shown: { best: "a", worst: "b" } })),
    });
  });

  test("shows nothing while no attempt is better than the script it began with", () => {
    expect(iad(archiveOf([script("a", 0.4), script("b", 0.3)]))).toMatchObject({
      draws: [{ from: "base", shown: null }, {}, {}],
    });
  });
});

describe("hybrid", () => {
  const noisy = (id: string, value: number, evaluations = 1) =>
    script(id, value, { standardError: 0.1, evaluations });

  test("runs a noisy leader again before it builds on it, as often as it may", () => {
    const tried = [noisy("a", 0.7), noisy("b", 0.6), noisy("c", 0.5), noisy("d", 0.4)];
    const archive = archiveOf(tried, { incumbent: "a" });
    expect(hybrid(archive)).toMatchObject({ do: "run-again", script: "a" });
    const often = [noisy("a", 0.7, 4), ...tried.slice(1)];
    expect(hybrid({ ...archive, tried: often })).toMatchObject({ do: "attempt" });
    expect(hybrid({ ...archive, retests: { left: 0, each: 3 } })).toMatchObject({ do: "attempt" });
  });
});

describe("auto", () => {
  const noisy = (error: number) =>
    [0.4, 0.6, 0.8].map((value, at) => script(`${at}`, value, { standardError: error }));

  test.each([
    [0, "iad"],
    [0.14, "hybrid"],
    [0.6, "bon"],
  ])("chooses by noise over spread: an error of %d", (error, name) => {
    const move = auto(archiveOf(noisy(error), { incumbent: "2" }));
    expect(move.by).toBe(`auto: ${name}`);
    expect(move.facts).toMatchObject({ attempts: 12, spread: expect.closeTo(0.2, 6) });
  });

  test("gives a small model, or one with few attempts, independent ones", () => {
    const tried = noisy(0);
    expect(auto(archiveOf(tried, { isSmallModel: true })).by).toBe("auto: bon");
    expect(auto(archiveOf(tried, { attempts: { most: 11, round: 3 } })).by).toBe("auto: bon");
  });

  test("tells a small model by its name", () => {
    const small = ["openai:qwen2.5-coder:7b", "gemma-3-270m-it", "llama-3.1-8B", "gpt-9-nano"];
    expect(small.filter((name) => !isSmallModel(name))).toEqual([]);
    const large = ["anthropic:claude-opus-5-5", "openai:qwen3-235b-a22b", "playbook", "gpt-5.1"];
    expect(large.filter(isSmallModel)).toEqual([]);
  });
});

describe("abmcts", () => {
  test("goes deeper where what came of a script is good, and wider where it is not", () => {
    const children = Array.from({ length: 6 }, (_, at) =>
      script(`deep-${at}`, 0.9 + at / 100, { parent: "good" }),
    );
    const wide = Array.from({ length: 6 }, (_, at) => script(`wide-${at}`, 0.1 + at / 100));
    const archive = archiveOf([script("good", 0.85), ...children, ...wide], { left: 3 });
    const from = Array.from({ length: 40 }, (_, seed) => abmcts(archive, drawsOf(seed))).flatMap(
      (move) => (move.do === "attempt" ? move.draws.map((draw) => draw.from) : []),
    );
    const deeper = from.filter((id) => id === "good" || id.startsWith("deep-"));
    expect(deeper.length).toBeGreaterThan(0.7 * from.length);
  });

  test("never goes on from a script that failed", () => {
    const archive = archiveOf([script("a", null), script("b", null)]);
    for (let seed = 0; seed < 20; seed++)
      expect(abmcts(archive, drawsOf(seed))).toMatchObject({ draws: [{ from: "base" }, {}, {}] });
  });
});
