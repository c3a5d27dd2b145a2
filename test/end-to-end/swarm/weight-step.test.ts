import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planAsked } from "../../../agent/distill/plan/plan-rows.ts";
import { GraphRefused, readGraphFile } from "../../../agent/swarm/graph-file.ts";
import { type ChatServer, startChatServer } from "../../fakes/servers/chat-server.ts";
import { saying } from "../../fakes/servers/loopback-server.ts";
import { answersBelow } from "../answers-below.ts";
import { makeData, makeTinyModel, trainer, trainerEnvironment } from "../distill/tiny.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, mleStar } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

// Trainings, ten runs and the processes that their models answer in: minutes, so in a full run only.
const isAsked = trainer !== null && process.env.FULL === "1";

describe.runIf(isAsked)(
  "adapters that were trained here, moved by what whole runs are worth",
  () => {
    let root: string;
    let server: ChatServer;
    const of = (name: string) => join(root, name);
    const environment = () => ({ ...trainerEnvironment, OPENAI_BASE_URL: server.url });

    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), "mle-star-weights-"));
      await writeWages(of("tasks/wages"), 300);
      await writeWages(of("later/pay"), 400);
      await makeTinyModel(of("tiny"), 2048);
      for (const [name, answer] of [
        ["a", "Clip the target at its 99th percentile."],
        ["b", "Add the age in days."],
      ] as const) {
        await makeData(of(`data-${name}`), {
          train: 12,
          dev: 0,
          answer,
          asked: planAsked("short"),
        });
        const trained = await mleStar(
          [
            ...["distill", "plan", "train", "--base", of("tiny"), "--data", of(`data-${name}`)],
            ...["--out", of(name), "--epochs", "1", "--batch", "4", "--rank", "4", "--alpha", "8"],
          ],
          trainerEnvironment,
        );
        expect(trained, trained.stderr).toMatchObject({ code: 0 });
      }
      await writeFile(of("pool.yaml"), `pool:\n  a: local:${of("a")}\n  b: local:${of("b")}\n`);
      server = await startChatServer((call) =>
        saying(answerTo(call.body.messages.map(({ content }) => content).join("\n"))),
      );
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    });

    const settings = [
      ...["tracks=1", "candidates=1", "outerSteps=1", "attempts=2", "ensembleAttempts=0"],
      ...[
        "blends=false",
        "canary=off",
        "dataUsage=off",
        "planVerify=off",
        "refinement=block",
        "maxOutputTokens=1000",
      ],
    ];
    const fast = [
      "--quick",
      "--sandbox",
      "process",
      ...settings.flatMap((each) => ["--set", each]),
    ];

    test("the command moves both by their JFK-scores, and a run with what it freezes finishes", async () => {
      const optimize = [
        ...["swarm", "optimize", of("tasks/wages"), "--fresh", of("later/pay")],
        ...["--pool", of("pool.yaml"), "--out", of("found"), "--steps", "role,weight"],
        ...["--evaluations", "4", "--population", "2", "--assignments", "2", "--roles", "planner"],
        ...["--parallel", "1", "--set", "model=openai:fitter", ...fast, "--json"],
      ];
      const done = await mleStar(optimize, environment());
      expect(done, done.stderr).toMatchObject({ code: 0 });
      expect(done.stderr).toMatch(/weight-step 1: JFK-scores a \d\.\d{4}, b \d\.\d{4}/u);
      expect(lastObject(done)).toMatchObject({ steps: "role-step and weight-step of a, b" });
      for (const name of ["a", "b"]) {
        const moved = of(`found/adapters/step-1/${name}`);
        expect(existsSync(join(moved, "velocity.safetensors"))).toBe(true);
        const weights = (folder: string) => readFile(join(folder, "adapter_model.safetensors"));
        expect((await weights(moved)).equals(await weights(of(name)))).toBe(false);
      }
      const graph = readGraphFile(await readFile(of("found/best.json"), "utf8"));
      if (graph instanceof GraphRefused) throw new Error(graph.why);
      // Its context of 2,048 bytes or so is too small for a question with the answer of another node: it is cut, and answered.
      const asked = await answersBelow(of("found"), "planner");
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.filter(({ model }) => !model.startsWith("local:"))).toEqual([]);
      expect(asked.some(({ cut }) => cut !== null && cut !== undefined)).toBe(true);

      const played = await mleStar(
        [
          ...["run", of("later/pay"), "--graph", of("found/best.json"), "--runs-dir", of("runs")],
          ...["--model", "openai:fitter", ...fast, "--json"],
        ],
        environment(),
      );
      expect(played, played.stderr).toMatchObject({ code: 0 });
    }, 3_000_000);
  },
);
