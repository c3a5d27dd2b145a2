import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveModel } from "../../../agent/cli/distill/serve/served-model.ts";
import { sift, writeDataSet } from "../../../agent/distill/data-set.ts";
import { withSettings } from "../../../agent/models/fallback.ts";
import { openAiModel } from "../../../agent/models/openai/openai.ts";
import { native } from "../../../agent/native.ts";
import { madeRows } from "../../agent/distill/made-rows.ts";
import { values } from "../../fakes/run-world.ts";
import { openWorld } from "../../fakes/world.ts";
import { sampled } from "../../sample.ts";
import { lastObject, mleStar } from "../program.ts";
import { killWhenItSays } from "./kill-training.ts";
import { makeTinyModel, mdpoByHand, trainer, trainerEnvironment } from "./tiny.ts";

const say = (role: "user" | "assistant", content: string) => ({ role, content });
const talk = (said: string) => [
  say("user", "Look."),
  say("assistant", said),
  say("user", "Seen."),
  say("assistant", "Done."),
];

describe.skipIf(trainer === null)("a model of a few thousand parameters that calls tools", () => {
  let place: string;
  const of = (name: string) => join(place, name);
  const train = (out: string, ...more: string[]) => [
    ...["distill", "tools", "train", "--out", of(out), "--method", "full"],
    ...["--micro-batch", "2", "--batch", "4", "--learning-rate", "0.005", ...more],
  ];
  const mdpo = (out: string) =>
    train(
      out,
      ...["--trainer", "mdpo", "--base", of("sft"), "--data", of("pairs")],
      ...["--epochs", "10", "--save-every", "10", "--patience", "none"],
    );

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "mle-tool-train-"));
    await makeTinyModel(of("tiny"), 32_768);
    const rows = madeRows({ train: 20, dev: 2 });
    const about = { kind: "tools", options: {}, runsLeftOut: 0 };
    const withParts = (parts: { name: string; messages: ReturnType<typeof talk> }[]) =>
      sift(rows.map((row) => ({ row: { ...row, parts } })));
    const right = talk('```tool\n{"tool": "list_files"}\n```');
    await writeDataSet(of("data"), withParts([{ name: "turns", messages: right }]), about);
    const pair = [
      { name: "chosen", messages: right },
      { name: "rejected", messages: talk("I would rather talk.") },
    ];
    await writeDataSet(of("pairs"), withParts(pair), about);
    const taught = await mleStar(
      train("sft", "--base", of("tiny"), "--data", of("data"), "--epochs", "3"),
      trainerEnvironment,
    );
    expect(taught).toMatchObject({ code: 0 });
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  test("mdpo is the loss of the paper, over the agent's turns alone: what is observed has no gradient", async () => {
    const found = await mdpoByHand(of("tiny"));
    expect(found.loss).toBeCloseTo(0.67335, 5);
    expect(found.both).toBeCloseTo(0, 6);
    expect(found).toMatchObject({
      moved: [1, 4],
      text: "<system>Tools.<user>Look.<assistant>One.</s><user>Seen.<assistant>Two.</s>",
      learned: "One.</s>Two.</s>",
    });
  });

  test("after 50 steps what was chosen is rewarded more than what was rejected", async () => {
    const whole = await mleStar(mdpo("mdpo"), trainerEnvironment);
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.stderr).toMatch(/step 50\/50 /u);
    const { result } = JSON.parse(await readFile(join(of("mdpo"), "training.json"), "utf8"));
    expect(result.reward.first).toBe(0);
    expect(result.reward.last).toBeGreaterThan(0.1);
    const card = await readFile(join(of("mdpo"), "README.md"), "utf8");
    expect(card).toContain("- mDPO over the agent's turns, beta 0.1, lambda 1, ");
  });

  // Two trainings more: in a full run only; that of rows is killed in every run (train-and-serve.test.ts).
  test.for(sampled(["the same weights"], { size: 0, seed: 0 }))(
    "killed in mdpo, it ends with %s",
    async () => {
      await killWhenItSays(mdpo("killed"), "step 20/50: checkpoint written");
      const resumed = await mleStar(mdpo("killed"), trainerEnvironment);
      expect(resumed).toMatchObject({ code: 0 });
      expect(resumed.stderr).toMatch(/goes on from the checkpoint of step \d0 of 50\n/u);
      const weights = (out: string) => readFile(join(of(out), "model.safetensors"));
      expect((await weights("killed")).equals(await weights("mdpo"))).toBe(true);
    },
  );

  test("a trainer of another kind is refused", async () => {
    const grpo = await mleStar(
      train("x", "--base", of("tiny"), "--data", of("data"), "--trainer", "grpo"),
    );
    expect(grpo).toMatchObject({ code: 2 });
    expect(grpo.stderr).toContain("Allowed choices are sft, mdpo.");
  });

  test("it plays the driver native in a run that finishes, whatever it says", async () => {
    await using served = await serveModel({
      ...{ python: trainer ?? "", cwd: place, cacheDir: of("cache") },
      ...{ model: { folder: "sft", mixture: null }, name: "local:sft" },
      ...{ host: "127.0.0.1", port: 0, device: "cpu" as const },
    });
    const client = openAiModel({
      ...{ name: "local:sft", apiKey: null, baseUrl: served.url, prices: null },
      rulesWithBrief: false,
    });
    const student = withSettings(client, { effort: null, maxOutputTokens: 40 });
    await using world = await openWorld({
      modelOver: () => student,
      config: {
        leakageModel: "off",
        policy: "native",
        blends: false,
        canary: "off",
        conversationTokens: 4000,
        // A few turns: byte by byte the tools alone are thousands of tokens.
        maxTokens: 60_000,
      },
    });
    const finished = await native(world.handle.run);
    expect(finished.solution).not.toBeNull();
    const asked = values(world, "answered").filter(({ role }) => role === "agent");
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ model }) => model === "local:sft")).toBe(true);
  });

  test("played conversations are judged beside the base, the reference and chance, and what went wrong makes pairs", async () => {
    const data = ["distill", "tools", "data", "--out", of("played"), "--sandbox", "process"];
    const few = ["--competitions", "1", "--paths", "2", "--walk", "1", "--listed", "2"];
    expect(await mleStar([...data, ...few])).toMatchObject({ code: 0 });
    const shared = ["--data", of("played"), "--sandbox", "process", "--max-tokens", "24"];
    const evaluate = ["distill", "tools", "eval", of("sft"), ...shared, "--json"];
    const evaluated = await mleStar(evaluate, trainerEnvironment);
    expect(evaluated).toMatchObject({ code: 0 });
    expect(lastObject(evaluated)).toMatchObject({
      tasks: 2,
      scores: [
        { who: of("sft"), right: { mean: 0 } },
        { who: of("tiny"), right: { mean: 0 } },
        { who: "reference calls", valid: { mean: 1 }, right: { mean: 1 }, errors: {} },
        { who: "random calls" },
      ],
    });
    const again = await mleStar(evaluate, { ...trainerEnvironment, MLE_STAR_TRAINER_PYTHON: "" });
    expect(again.stdout).toBe(evaluated.stdout);
    const pairs = ["distill", "tools", "pairs", of("tiny"), ...shared, "--out", of("made")];
    const made = await mleStar([...pairs, "--samples", "1", "--json"], trainerEnvironment);
    expect(lastObject(made)).toMatchObject({ rows: { train: 0, dev: 2 }, dropped: {} });
    const first = await mleStar([...pairs, "--samples", "1", "--limit", "1", "--json"], {
      ...trainerEnvironment,
      MLE_STAR_TRAINER_PYTHON: "",
    });
    expect(lastObject(first)).toMatchObject({ rows: { train: 0, dev: 1 } });
    expect(await readdir(of("made"))).toContain("failures.json");
    const [pair = ""] = (await readFile(join(of("made"), "dev.jsonl"), "utf8")).split("\n");
    expect(JSON.parse(pair)).toMatchObject({
      parts: [{ name: "chosen" }, { name: "rejected" }],
      errors: ["other"],
    });
  });
});
