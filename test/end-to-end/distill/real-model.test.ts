import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askAll } from "../../../agent/cli/distill/eval/answers.ts";
import { readLocalModel } from "../../../agent/cli/distill/serve/mixture.ts";
import { serveModel } from "../../../agent/cli/distill/serve/served-model.ts";
import { sampled } from "../../sample.ts";
import { mleStar } from "../program.ts";
import { makeData, trainer, trainerEnvironment } from "./tiny.ts";

const { ENGINE_DIR, XDG_CACHE_HOME } = process.env;
const state = ENGINE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "mle-star-engine");
/** SmolLM2 with 135M parameters, as `test/engine/local-model.sh` fetches it. */
const weights = join(state, "local-model", "smollm2-0.1.2.gguf");
const isThere = trainer !== null && existsSync(weights);
if (!isThere) console.log(`no model of 135M parameters is merged: ${weights} is not there`);

const patience = { timeout: 1_800_000 };

// Minutes of training on the CPU: in a full run only.
const cases = sampled(["SmolLM2 135M"], { size: 0, seed: 0 });

describe.skipIf(!isThere || cases.length === 0)("a real small model with two adapters", () => {
  let place: string;
  const of = (name: string) => join(place, name);
  const TEACHINGS = { a: "Clip the target at its 99th percentile.", b: "Add the age in days." };

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "mle-real-"));
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  /** What the model answers to a question of the rows. */
  const answerOf = async (name: string): Promise<string> => {
    await using served = await serveModel({
      ...{ python: trainer ?? "", cwd: place, cacheDir: of("cache"), device: "cpu" as const },
      ...{ model: readLocalModel(name), name: `local:${name}`, host: "127.0.0.1", port: 0 },
    });
    const rows = (await readFile(join(of("data-a"), "train.jsonl"), "utf8")).split("\n");
    const { parts } = JSON.parse(rows[0] ?? "") as {
      parts: { messages: { role: string; content: string }[] }[];
    };
    const messages = parts[0]?.messages.slice(0, -1) ?? [];
    const asking = { model: name, file: of(`answers-${name.length}.jsonl`), maxTokens: 12 };
    const open = () => Promise.resolve(served);
    const question = { id: name, messages };
    const answers = await askAll([question], { ...asking, open, report: () => undefined });
    return answers.get(name) ?? "";
  };

  test.for(cases)("%s: trained, fused, contrasted, merged, served", patience, async () => {
    for (const [name, answer] of Object.entries(TEACHINGS)) {
      await makeData(of(`data-${name}`), { train: 12, dev: 0, answer });
      const trained = await mleStar(
        [
          ...["distill", "plan", "train", "--base", weights, "--data", of(`data-${name}`)],
          ...["--out", of(name), "--epochs", "2", "--batch", "4", "--micro-batch", "2"],
          ...["--learning-rate", "0.005", "--rank", "4", "--alpha", "8", "--max-length", "512"],
        ],
        trainerEnvironment,
      );
      expect(trained).toMatchObject({ code: 0 });
    }
    const said: Record<string, string> = {};
    for (const name of ["a", "b", "a?fuse=a,b", "a?contrast=b,a", `${weights}?proxy=a,b`])
      said[name] = await answerOf(name);
    expect(said.a).toContain("Clip the target");
    expect(said.b).toContain("Add the age");
    // Between two that were taught otherwise a fusion says what one of them would begin with.
    expect(said["a?fuse=a,b"]).toMatch(/^(?:Clip|Add)/u);
    expect(said["a?contrast=b,a"]).not.toContain("Clip the target");
    for (const [method, kind] of [
      ["linear", "adapter"],
      ["ties", "model"],
    ] as const) {
      const merged = await mleStar(
        ["models", "merge", of("a"), of("b"), "--method", method, "--out", of(method)],
        trainerEnvironment,
      );
      expect(merged).toMatchObject({ code: 0 });
      expect(merged.stdout).toContain(`${kind} merged from`);
      said[method] = await answerOf(method);
      expect(said[method]).not.toBe("");
    }
    console.log(JSON.stringify(said, null, 2));
  });
});
