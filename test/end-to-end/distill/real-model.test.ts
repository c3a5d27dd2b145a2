import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askAll, servedOneByOne } from "../../../agent/cli/distill/eval/answers.ts";
import { readLocalModel } from "../../../agent/cli/distill/serve/mixture.ts";
import { serveModel } from "../../../agent/cli/distill/serve/served-model.ts";
import { planAsked } from "../../../agent/distill/plan/plan-rows.ts";
import { GraphRefused, readGraphFile } from "../../../agent/swarm/graph-file.ts";
import { type ChatServer, startChatServer } from "../../fakes/servers/chat-server.ts";
import { saying } from "../../fakes/servers/loopback-server.ts";
import { sampled } from "../../sample.ts";
import { answersBelow } from "../answers-below.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, mleStar } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";
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
  const TEACHINGS = { a: "Set the slope to 2.0.", b: "Add the age in days." };
  let server: ChatServer;
  const environment = () => ({ ...trainerEnvironment, OPENAI_BASE_URL: server.url });

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "mle-real-"));
    await writeWages(of("tasks/wages"), 300);
    await writeWages(of("later/pay"), 400);
    server = await startChatServer((call) =>
      // What is planned first changes nothing: what is gained is gained by the planner.
      saying(
        answerTo(call.body.messages.map(({ content }) => content).join("\n")).replace(
          "Set the slope to 1.9.",
          "Set the slope to 1.2.",
        ),
      ),
    );
    for (const [name, answer] of Object.entries(TEACHINGS)) {
      const data = { train: 12, dev: 0, answer, asked: planAsked("short") };
      await makeData(of(`data-${name}`), data);
      const trained = await mleStar(
        [
          ...["distill", "plan", "train", "--base", weights, "--data", of(`data-${name}`)],
          ...["--out", of(name), "--epochs", "2", "--batch", "4", "--micro-batch", "2"],
          ...["--learning-rate", "0.005", "--rank", "4", "--alpha", "8", "--max-length", "512"],
        ],
        trainerEnvironment,
      );
      expect(trained, trained.stderr).toMatchObject({ code: 0 });
    }
  }, patience.timeout);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(place, { recursive: true, force: true });
  });

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
    const ask = servedOneByOne(served.url, asking.maxTokens);
    const question = { id: name, messages };
    const answers = await askAll([question], { ...asking, ask, report: () => undefined });
    return answers.get(name) ?? "";
  };

  test.for(cases)("%s: fused, contrasted, merged, served", patience, async () => {
    const said: Record<string, string> = {};
    for (const name of ["a", "b", "a?fuse=a,b", "a?contrast=b,a", `${weights}?proxy=a,b`])
      said[name] = await answerOf(name);
    expect(said.a).toContain("Set the slope");
    expect(said.b).toContain("Add the age");
    // Between two that were taught otherwise a fusion says what one of them would begin with.
    expect(said["a?fuse=a,b"]).toMatch(/^(?:Set|Add)/u);
    expect(said["a?contrast=b,a"]).not.toContain("Set the slope");
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

  const fast = ["--quick", "--sandbox", "process", "--model", "openai:fitter"].concat(
    [
      ...["tracks=1", "candidates=1", "outerSteps=1", "attempts=2", "ensembleAttempts=0"],
      ...["blends=false", "canary=off", "dataUsage=off", "planVerify=off", "refinement=block"],
      "maxOutputTokens=1000",
    ].flatMap((each) => ["--set", each]),
  );
  /** Who planned in the runs below a folder, and what. */
  const plansBelow = async (name: string) =>
    (await answersBelow(of(name), "planner")).map(({ model, text }) => ({ model, text }));

  test.for(cases)(
    "%s, fused, plays a role of a run whose certificate holds",
    patience,
    async () => {
      const fused = `local:${weights}?fuse=${of("a")},${of("b")}`;
      const ran = await mleStar(
        [
          ...["run", of("tasks/wages"), "--runs-dir", of("fused"), "--run-id", "one"],
          ...["--role-model", `planner=${fused}`, ...fast, "--json"],
        ],
        environment(),
      );
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      const plans = await plansBelow("fused");
      console.log(JSON.stringify(plans, null, 2));
      expect(plans.map(({ model }) => model)).toEqual([fused]);
      const verified = await mleStar(["verify", "one", "--runs-dir", of("fused")]);
      expect(verified, verified.stdout).toMatchObject({ code: 0 });
    },
  );

  test.for(cases)(
    "%s, swarmed: the graph that is found plays a run to its end",
    patience,
    async () => {
      await writeFile(of("pool.yaml"), `pool:\n  a: local:${of("a")}\n  b: local:${of("b")}\n`);
      const found = await mleStar(
        [
          ...["swarm", "optimize", of("tasks/wages"), "--fresh", of("later/pay")],
          ...["--pool", of("pool.yaml"), "--out", of("found"), "--steps", "role,weight"],
          ...[
            "--evaluations",
            "3",
            "--population",
            "1",
            "--assignments",
            "1",
            "--roles",
            "planner",
          ],
          ...["--parallel", "1", ...fast, "--json"],
        ],
        environment(),
      );
      expect(found, found.stderr).toMatchObject({ code: 0 });
      console.log(found.stderr, JSON.stringify(await plansBelow("found"), null, 2));
      expect(lastObject(found)).toMatchObject({ steps: "role-step and weight-step of a, b" });
      expect(found.stderr).toMatch(/weight-step 1: JFK-scores a /u);
      for (const name of ["a", "b"]) {
        const [moved, own] = await Promise.all(
          [of(`found/adapters/step-1/${name}`), of(name)].map((folder) =>
            readFile(join(folder, "adapter_model.safetensors")),
          ),
        );
        expect(moved?.equals(own ?? new Uint8Array())).toBe(false);
      }
      const asked = await plansBelow("found");
      expect(asked.filter(({ model }) => !model.startsWith("local:"))).toEqual([]);
      const graph = readGraphFile(await readFile(of("found/best.json"), "utf8"));
      if (graph instanceof GraphRefused) throw new Error(graph.why);
      // Only one of them was taught what helps here.
      const end = graph.nodes.find(({ id }) => graph.edges.every(([from]) => from !== id));
      expect(end).toMatchObject({ member: "a" });
      const played = await mleStar(
        [
          ...["run", of("later/pay"), "--graph", of("found/best.json"), "--runs-dir", of("played")],
          ...["--run-id", "one", ...fast, "--json"],
        ],
        environment(),
      );
      expect(played, played.stderr).toMatchObject({ code: 0 });
      const verified = await mleStar(["verify", "one", "--runs-dir", of("played")]);
      expect(verified, verified.stdout).toMatchObject({ code: 0 });
    },
  );
});
