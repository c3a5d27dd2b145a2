import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveModel } from "../../../../agent/cli/distill/serve/served-model.ts";
import { AcceptanceCurve } from "../../../../agent/distill/skd/acceptance.ts";
import { withSettings } from "../../../../agent/models/fallback.ts";
import type { Model } from "../../../../agent/models/model.ts";
import { openAiModel } from "../../../../agent/models/openai/openai.ts";
import { runWorld, values } from "../../../fakes/run-world.ts";
import { sampled } from "../../../sample.ts";
import { type Ended, mleStar } from "../../program.ts";
import { killWhenItSays } from "../kill-training.ts";
import { makeTinyModel, trainer, trainerEnvironment } from "../tiny.ts";
import { makeCalls, vectors } from "./skd.ts";

describe.skipIf(trainer === null)("a tiny student and a tiny teacher", () => {
  let place: string;
  let whole: Ended;
  let found: Record<string, unknown>;
  const of = (name: string) => join(place, name);

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "mle-skd-"));
    await Promise.all([
      makeTinyModel(of("student"), 32_768),
      makeTinyModel(of("teacher"), 32_768, { width: 64 }),
      makeTinyModel(of("other"), 32_768, { vocabulary: 280 }),
      makeCalls(of("data")),
    ]);
    [whole, found] = await Promise.all([
      mleStar(commandFor("whole"), trainerEnvironment),
      vectors(of("student"), of("other")),
    ]);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  const commandFor = (out: string, ...more: string[]) => [
    ...["distill", "skd", "train", "--base", of("student"), "--teacher", of("teacher")],
    ...["--data", of("data"), "--out", of(out), "--answer-tokens", "12", "--k", "150"],
    ...["--epochs", "2", "--batch", "4", "--micro-batch", "2", "--learning-rate", "0.01"],
    ...["--rank", "4", "--alpha", "8", "--save-every", "2", ...more],
  ];

  test("on scripted logits the accepted tokens, the place of a replacement and the end are exact", () => {
    const drawn = (tokens: number[], accepted: number[], passes: number) => ({
      tokens,
      accepted,
      passes,
    });
    const replaced = (passes: number) => drawn([1, 2, 6, 4, 5, 6], [1, 1, 0, 1, 1, 1], passes);
    expect(found.sampler).toEqual({
      // The student says 1 to 6; the teacher's likeliest third token is 6.
      k1: replaced(2),
      // 3 is the second likeliest of the teacher, and so among two.
      near: drawn([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], 2),
      "gamma 1": replaced(6),
      "gamma beyond": replaced(2),
      "end of the student": drawn([1, 7], [1, 1], 1),
      "end replaced": drawn([1, 2, 3, 7], [1, 0, 1, 0], 2),
      "end of the teacher": drawn([1, 2, 7], [1, 1, 0], 1),
      top1: replaced(2),
      "student again": replaced(2),
      most: drawn([1], [1], 1),
    });
  });

  test("the token that was tested is the one that stands, and the others are the teacher's draws", () => {
    const tested = found.tested as Record<string, number>;
    expect(tested.within).toBe(tested.accepted);
    expect(tested["by the teacher"]).toBe(tested.replaced);
    expect(tested.accepted).toBeGreaterThan(20);
    expect(tested.replaced).toBeGreaterThan(20);
  });

  test("with K of the whole vocabulary the student writes alone, with K of 1 a greedy teacher, and chunks change nothing", () => {
    const limits = found.limits as Record<string, number>;
    expect(limits).toMatchObject({ of: 10, own: 10, teacher: 10, chunks: 10 });
    expect(limits["passes saved"]).toBeGreaterThan(10);
    expect(found.cache).toBeLessThan(1e-4);
  });

  test("rules of acceptance go by the teacher's own logits, adaptive ones by how many tokens it hesitates between", () => {
    expect(found.acceptance).toEqual({
      "k 1": [1, 0, 0, 0],
      "k 2": [1, 1, 0, 0],
      "k beyond": [1, 1, 1, 1],
      "p .5": [1, 0, 0, 0],
      "p .76": [1, 1, 1, 0],
      choices: [4, 4, 1],
      "adaptive sure": [1, 0, 0, 0],
      "adaptive unsure": [1, 1, 1, 1],
      "adaptive capped": [1, 1, 0, 0],
      judged: [1, 0],
      nucleus: [0, 1, 1],
      pick: [1, 1, 2, 2],
    });
  });

  test("divergences are those of a hand calculation, over the first token of an answer and none of a prompt", () => {
    const { fkl, rkl, jsd } = found.divergence as Record<string, number>;
    expect(fkl).toBeCloseTo(0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1), 5);
    expect(rkl).toBeCloseTo(0.9 * Math.log(0.9 / 0.5) + 0.1 * Math.log(0.1 / 0.5), 5);
    expect(jsd).toBeCloseTo(0.101749, 5);
    const { loss, byHand, labels, notLearned } = found.loss as Record<string, number[]>;
    expect(loss?.[0]).toBeCloseTo(Number(byHand?.[0]), 5);
    expect(loss?.[1]).toBeCloseTo(Number(byHand?.[1]), 5);
    expect(labels).toEqual([notLearned, notLearned, notLearned, 20, 21, 22, 2]);
  });

  test("acceptance rises as a student learns", () => {
    const { first = 0, last = 0 } = found.toy as Record<string, number>;
    expect(last - first).toBeGreaterThan(0.1);
  });

  test("a teacher of another vocabulary is refused with what to do instead", () => {
    expect(found.refused).toBe(
      "teacher other and base base have different vocabularies (280 tokens, 300): take a teacher of the same family, or learn from its texts with distill plan or distill reverse",
    );
  });

  test("it tells what is accepted, comes closer to the teacher, and leaves the curve of acceptance beside the card", async () => {
    expect(whole).toMatchObject({ code: 0, signal: null });
    expect(whole.stderr).toMatch(/\nstep 1\/6 {2}loss \d\.\d{4} {2}accepted \d+\.\d % {2}learning/);
    const [, before = "", after = ""] =
      /dev loss (\S+) before, (\S+) after/u.exec(whole.stdout) ?? [];
    expect(Number(after)).toBeLessThan(Number(before));
    const kept = await readFile(join(of("whole"), "acceptance.json"), "utf8");
    const { overall, bySteps, byPlaces } = AcceptanceCurve.parse(JSON.parse(kept));
    expect(overall).toMatchObject({ from: 1, to: 6, tokens: 24 * 12 });
    expect(bySteps).toHaveLength(6);
    expect(byPlaces).toHaveLength(12);
    const card = await readFile(join(of("whole"), "README.md"), "utf8");
    expect(card).toContain("- loss: KL(teacher ‖ student) over the whole vocabulary");
    expect(card).toContain("accepted: the teacher's 150 likeliest; replaced by: teacher");
    expect(card).toContain(`- accepted: ${(100 * overall.accepted).toFixed(1)} % of 288 tokens;`);
  });

  test("killed in the middle, the same command ends with the same weights and the same curve", async () => {
    await killWhenItSays(commandFor("killed"), "step 3/6");
    const resumed = await mleStar(commandFor("killed"), trainerEnvironment);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.stderr).toMatch(/goes on from the checkpoint of step [24] of 6\n/);
    for (const name of ["adapter_model.safetensors", "acceptance.json"]) {
      const [one, other] = await Promise.all(
        ["whole", "killed"].map((out) => readFile(join(of(out), name))),
      );
      expect(one?.equals(other ?? Buffer.from(""))).toBe(true);
    }
  });

  test("the student answers as any other model does, and a run in which it plans finishes", async () => {
    await using served = await serveModel({
      ...{ python: trainer ?? "", cwd: place, cacheDir: of("cache") },
      ...{ model: { folder: "whole", mixture: null }, name: "local:whole" },
      ...{ host: "127.0.0.1", port: 0, device: "cpu" as const },
    });
    const settings = { apiKey: null, baseUrl: served.url, prices: null, rulesWithBrief: false };
    const student = withSettings(openAiModel({ name: "local:whole", ...settings }), {
      effort: null,
      maxOutputTokens: 24,
    });
    const modelOver = (scripted: Model): Model => ({
      ...scripted,
      ask: (request, signal, allow) =>
        (request.role === "planner" ? student : scripted).ask(request, signal, allow),
    });
    await using ran = await runWorld({ modelOver, config: { replyTries: 1 } });
    const answers = values(ran.world, "answered").filter(({ role }) => role === "planner");
    expect(answers.map(({ model }) => model)).toContain("local:whole");
    expect(ran.finished.solution).not.toBeNull();
  });

  const others = [
    { what: "supervised-kd", more: ["--trainer", "supervised-kd"] },
    { what: "sft", more: ["--trainer", "sft"] },
    { what: "on-policy", more: ["--trainer", "on-policy", "--divergence", "rkl"] },
    { what: "semi-on-policy", more: ["--trainer", "semi-on-policy", "--divergence", "jsd"] },
    { what: "schedule auto", more: ["--schedule", "auto", "--accept", "topp"] },
    { what: "the base as teacher, told more", more: ["--teacher", "self", "--accept", "adaptive"] },
    { what: "all parameters", more: ["--teacher", "self", "--method", "full"] },
  ];

  test.for(sampled(others, { size: 1, seed: 2 }))("$what trains to its end", async (other) => {
    const out = other.what.replaceAll(/\W/gu, "-");
    const ended = await mleStar(
      commandFor(out, ...other.more, "--epochs", "1"),
      trainerEnvironment,
    );
    expect(ended).toMatchObject({ code: 0 });
    const [, before = "", after = ""] =
      /dev loss (\S+) before, (\S+) after/u.exec(ended.stdout) ?? [];
    expect(Number(after)).toBeLessThan(Number(before));
  });
});
