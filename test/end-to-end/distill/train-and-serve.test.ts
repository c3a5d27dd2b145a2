import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveModel } from "../../../agent/cli/distill/serve/served-model.ts";
import { withSettings } from "../../../agent/models/fallback.ts";
import type { Model } from "../../../agent/models/model.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";
import { someRequest } from "../../fakes/request.ts";
import { runWorld, values } from "../../fakes/run-world.ts";
import { sampled } from "../../sample.ts";
import { type Ended, lastObject, mleStar } from "../program.ts";
import { killWhenItSays } from "./kill-training.ts";
import {
  lossByHand,
  makeArms,
  makeData,
  makeTinyModel,
  trainer,
  trainerEnvironment,
} from "./tiny.ts";

describe.skipIf(trainer === null)("training a model of a few thousand parameters", () => {
  let place: string;
  let whole: Ended;
  const of = (name: string) => join(place, name);

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "mle-train-"));
    await Promise.all([makeTinyModel(of("tiny"), 32_768), makeData(of("data"))]);
    whole = await mleStar(commandFor("whole"), trainerEnvironment);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  const commandFor = (out: string, ...more: string[]) => [
    ...["distill", "plan", "train", "--base", of("tiny"), "--data", of("data"), "--out", of(out)],
    ...["--epochs", "2", "--batch", "4", "--micro-batch", "2", "--learning-rate", "0.01"],
    ...["--rank", "4", "--alpha", "8", "--save-every", "2", ...more],
  ];

  test("it tells its progress, lowers the loss on dev, leaves an adapter with its card, and is not done twice", async () => {
    expect(whole).toMatchObject({ code: 0, signal: null });
    expect(whole.stderr).toMatch(
      /0\.042M parameters, 0\.004M of them trained, on CPU; 12 rows to train on, 2 for dev\n/,
    );
    expect(whole.stderr).toMatch(
      /\nstep 1\/6 {2}loss \d\.\d{4} {2}learning rate 1\.00e-2 {2}\d+ tokens\/s {2}\S+s left\n/,
    );
    expect(whole.stderr).toMatch(/step 2\/6: dev loss \d\.\d{4}, the best so far\n/);
    const [, before = "", after = ""] =
      /dev loss (\S+) before, (\S+) after/u.exec(whole.stdout) ?? [];
    expect(Number(after)).toBeLessThan(Number(before));
    expect(await readdir(of("whole"))).toContain("adapter_model.safetensors");
    const card = await readFile(join(of("whole"), "README.md"), "utf8");
    expect(card).toContain("- written by playbook (rule-based, no language model)\n");
    expect(card).toContain(`- dev loss ${before} before, ${after} after\n`);
    const again = await mleStar(commandFor("whole"), trainerEnvironment);
    expect(again).toMatchObject({ code: 0, stdout: whole.stdout });
    expect(again.stderr).not.toContain("step 1/6");
    const other = await mleStar([...commandFor("whole"), "--seed", "1"], trainerEnvironment);
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain("was trained with another seed: name another --out, or begin");
  });

  test("the loss is the mean over the parts of all rows, of their answers alone", async () => {
    const { loss, byHand, packedOff, tokensSaved, ...rest } = await lossByHand(of("tiny"));
    expect(loss).toBeCloseTo(Number(byHand), 5);
    // Also where what parts begin with is read once.
    expect(packedOff).toBeLessThan(1e-5);
    expect(tokensSaved).toBeGreaterThan(0);
    expect(rest).toEqual({
      canPack: true,
      sequences: 6,
      learnedPadding: 0,
      firstLearned: Array.from({ length: 6 }, () => "Cl"),
      lastLearned: Array.from({ length: 6 }, () => "</s>"),
      tooLong: 2,
    });
  });

  test("killed in the middle, nothing goes on alone, and the same command ends with the same weights", async () => {
    await killWhenItSays(commandFor("killed"), "step 2/6: checkpoint written");
    const resumed = await mleStar(commandFor("killed"), trainerEnvironment);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.stderr).toMatch(/goes on from the checkpoint of step [24] of 6\n/);
    const weights = (out: string) => readFile(join(of(out), "adapter_model.safetensors"));
    expect((await weights("killed")).equals(await weights("whole"))).toBe(true);
  });

  const serve = (name: string) =>
    serveModel({
      ...{ python: trainer ?? "", cwd: place, cacheDir: of("cache") },
      ...{ model: { folder: name, mixture: null }, name: `local:${name}` },
      ...{ host: "127.0.0.1", port: 0, device: "cpu" as const },
    });
  const clientOf = (name: string, url: string): Model =>
    withSettings(
      openAiModel({ name, apiKey: null, baseUrl: url, prices: null, rulesWithBrief: false }),
      { effort: null, maxOutputTokens: 24 },
    );

  test("an adapter answers as any other model does, and a run in which it plans finishes", async () => {
    await using adapter = await serve("whole");
    const planner = clientOf("local:whole", adapter.url);
    const { signal } = new AbortController();
    const said = await planner.ask(someRequest(), signal);
    expect(said.model).toBe("local:whole");
    expect(said.tokens.output).toBeGreaterThan(0);
    expect(said.tokens.input).toBeGreaterThan(30);
    expect((await planner.ask(someRequest(), signal)).text).toBe(said.text);
    const modelOver = (scripted: Model): Model => ({
      ...scripted,
      ask: (request, signal, allow) =>
        (request.role === "planner" ? planner : scripted).ask(request, signal, allow),
    });
    await using ran = await runWorld({ modelOver, config: { replyTries: 1 } });
    const plans = values(ran.world, "answered").filter(({ role }) => role === "planner");
    expect(plans.map(({ model }) => model)).toContain("local:whole");
    expect(ran.finished.solution).not.toBeNull();
  });

  test("its plans are scored beside those of its base, which answers otherwise, each asked once", async () => {
    const command = [
      ...["distill", "plan", "eval", of("whole"), "--data", of("data")],
      ...["--max-tokens", "16", "--json"],
    ];
    const evaluated = await mleStar(command, trainerEnvironment);
    expect(evaluated).toMatchObject({ code: 0 });
    const none = { mean: 0, interval: [0, 0] };
    expect(lastObject(evaluated)).toMatchObject({
      questions: 2,
      competitions: 2,
      scores: [
        { who: "trained", known: none, accepted: none },
        { who: "base", known: none, accepted: none },
        { who: "teacher", accepted: { mean: 1, interval: [1, 1] } },
        { who: "random executed plan", accepted: { mean: 0.5, interval: [0.5, 0.5] } },
      ],
      difference: none,
    });
    const kept = await readFile(join(of("whole"), "eval", "answers.jsonl"), "utf8");
    const answers = kept
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { text: string });
    expect(answers).toHaveLength(4);
    expect(answers[0]?.text).not.toBe(answers[2]?.text);
    const again = await mleStar(command, { ...trainerEnvironment, MLE_STAR_TRAINER_PYTHON: "" });
    expect(again.stdout).toBe(evaluated.stdout);
    expect(await readFile(join(of("whole"), "eval", "answers.jsonl"), "utf8")).toBe(kept);
  });

  // Some seconds of two trainings: in a full run only.
  test.for(sampled(["the mean reward rises"], { size: 0, seed: 0 }))(
    "with plans that were carried out as the teacher, %s",
    async () => {
      const arms = ["Clip the target.", "Fit fewer trees.", "Take logarithms.", "Add a column."];
      await makeArms(of("arms-data"), arms, 1);
      const shared = ["--data", of("arms-data"), "--method", "full", "--out"];
      const supervised = ["--epochs", "12", "--batch", "4", "--micro-batch", "4"];
      const first = [...shared, of("arms"), ...supervised, "--save-every", "100"];
      const taught = await mleStar(commandFor("arms", ...first), trainerEnvironment);
      expect(taught).toMatchObject({ code: 0 });
      const second = [
        ...[...shared, of("grpo"), "--base", of("arms"), "--trainer", "grpo", "--epochs", "6"],
        ...["--generations", "8", "--answer-tokens", "16", "--batch", "16", "--micro-batch", "16"],
        ...["--learning-rate", "0.003", "--save-every", "100"],
      ];
      const rewarded = await mleStar(commandFor("grpo", ...second), trainerEnvironment);
      expect(rewarded).toMatchObject({ code: 0 });
      expect(rewarded.stderr).toContain("8 questions; 0 left out");
      const means = [...rewarded.stderr.matchAll(/reward (\d\.\d+)/gu)].map(([, mean]) =>
        Number(mean),
      );
      expect(means).toHaveLength(24);
      const sum = (some: number[]) => some.reduce((total, each) => total + each, 0);
      expect(sum(means.slice(-6))).toBeGreaterThan(sum(means.slice(0, 6)));
    },
  );

  const failures = [
    {
      what: "a loss that is no number",
      more: () => ["--learning-rate", "1e30"],
      kilobytes: "unlimited",
      code: 2,
      line: /^error: (?:the loss|a gradient) is not a number any more: begin anew with --fresh and a lower --learning-rate; (?:the last checkpoint stands: .*checkpoint-\d|no checkpoint was written yet)$/m,
    },
    {
      what: "too little memory",
      more: () => ["--data", of("wide"), "--batch", "2000", "--micro-batch", "2000"],
      kilobytes: "2000000",
      code: 1,
      line: /^error: out of memory \(.*\): the same command goes on with a lower --micro-batch, or begin anew with a lower --max-length; no checkpoint was written yet$/m,
    },
  ];

  test.for(sampled(failures, { size: 1, seed: 3 }))(
    "$what ends it with one line and the last checkpoint",
    async ({ more, kilobytes, code, line }) => {
      const python = of("python-within-limits");
      await writeFile(python, `#!/bin/sh\nulimit -v ${kilobytes}\nexec ${trainer} "$@"\n`);
      await chmod(python, 0o755);
      await makeData(of("wide"), { train: 2000, dev: 0, answer: "Clip the target. ".repeat(30) });
      const extra = { ...trainerEnvironment, MLE_STAR_TRAINER_PYTHON: python };
      const ended = await mleStar(commandFor(`failed-${code}`, ...more()), extra);
      expect(ended.code).toBe(code);
      expect(ended.stderr).toMatch(line);
    },
  );
});
