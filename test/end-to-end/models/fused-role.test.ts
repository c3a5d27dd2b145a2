import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startChatServer } from "../../fakes/servers/chat-server.ts";
import { saying } from "../../fakes/servers/loopback-server.ts";
import { answersBelow } from "../answers-below.ts";
import { makeTinyFamily, trainer, trainerEnvironment } from "../distill/tiny.ts";
import { writeWages } from "../made-competition.ts";
import { mleStar, runCommand } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

const patience = { timeout: 600_000 };

test.skipIf(trainer === null)(
  "two models that write each answer together play a role of a run, whose certificate holds",
  patience,
  async () => {
    const root = await mkdtemp(join(tmpdir(), "mle-star-fused-"));
    await using server = await startChatServer((call) =>
      saying(answerTo(call.body.messages.map(({ content }) => content).join("\n"))),
    );
    const of = (name: string) => join(root, name);
    await writeWages(of("wages"), 300);
    await makeTinyFamily(of("family"), 2048);
    const [base, a, b] = ["base", "a", "b"].map((name) => join(of("family"), name));
    const planner = `local:${base}?fuse=${a},${b}`;
    const command = runCommand(of("wages"), {
      runs: of("runs"),
      id: "one",
      flags: ["--model", "openai:fitter", "--role-model", `planner=${planner}`],
      settings: [
        ...["tracks=1", "candidates=1", "outerSteps=1", "attempts=2", "ensembleAttempts=0"],
        ...["blends=false", "canary=off", "dataUsage=off", "planVerify=off", "refinement=block"],
        "maxOutputTokens=1000",
      ],
    });
    const ran = await mleStar(command, { ...trainerEnvironment, OPENAI_BASE_URL: server.url });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    // A byte or so is a token to it: of the brief of a competition it can read a part.
    const plans = await answersBelow(of("runs"), "planner");
    expect(plans).toMatchObject([{ model: planner, stop: "max-tokens", handovers: [] }]);
    expect(plans[0]?.cut?.to).toBeLessThan(2048);
    const verified = await mleStar(["verify", "one", "--runs-dir", of("runs")]);
    expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 });
    await rm(root, { recursive: true, force: true });
  },
);
