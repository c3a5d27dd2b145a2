import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { writeWages } from "../../end-to-end/made-competition.ts";
import { lastObject, start } from "../../end-to-end/program.ts";
import { answerTo } from "../../end-to-end/scripted-answers.ts";
import { saying, startMessagesServer } from "../../fakes/servers/messages-server.ts";
import { openPython, presentEngines } from "../engines.ts";

const isPresent = (await presentEngines()).includes("docker");
const { DOCKER_HOST: host = "unix:///var/run/docker.sock", ...others } = process.env;

/** The least of a run that still validates a script and submits. */
const SMALL = ["tracks=1", "candidates=1", "outerSteps=0", "ensembleAttempts=0", "blends=false"];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-lost-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A proxy to the engine that can be cut: it then closes every connection. */
async function engineProxy(path: string): Promise<{ cut: () => void }> {
  const passing = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(host.replace("unix://", ""));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      passing.add(one);
      one.pipe(other);
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    cut: () => {
      server.close();
      for (const each of passing) each.destroy();
    },
  };
}

/** Resolves when a script has ended, and stands in the journal: then others are at work. */
async function oneExecuted(journal: string): Promise<void> {
  const text = () => readFile(journal, "utf8").catch(() => "");
  while (!(await text()).includes('"executed"')) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("an engine that is lost pauses the run with a word on it, and the same command goes on where it was", async ({
  skip,
}) => {
  skip(!isPresent || !host.startsWith("unix://"), "no Docker behind a socket of this machine");
  const wages = await writeWages(join(folder, "wages"), 60);
  const runs = join(folder, "runs");
  const socket = join(folder, "docker.sock");
  const kept = ["MLE_STAR_BASE_IMAGE", "MLE_STAR_WHEELS"].map((name) => [name, others[name] ?? ""]);
  await using server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  const environment = {
    ANTHROPIC_BASE_URL: server.url,
    ...Object.fromEntries(kept.filter(([, value]) => value !== "")),
    MLE_STAR_PYTHON: (await openPython()).python,
    DOCKER_HOST: `unix://${socket}`,
    CUDA_VISIBLE_DEVICES: "",
  };
  const command = [
    "run",
    wages,
    "--quick",
    "--sandbox",
    "docker",
    "--time-limit",
    "none",
    "--json",
    "--runs-dir",
    runs,
    "--run-id",
    "lost",
    ...SMALL.flatMap((setting) => ["--set", setting]),
  ];
  const proxy = await engineProxy(socket);
  const first = start(command, environment);
  const journal = join(runs, "wages", "lost", "journal.jsonl");
  await oneExecuted(journal);
  proxy.cut();
  const lost = await first.ended;
  expect(lost.code).toBe(1);
  expect(lost.stderr).toMatch(/Docker .*(?:cannot start|lost) |the engine lost /u);
  const before = (await readEvents(journal)).filter(({ type }) => type === "executed");
  expect(before.length).toBeGreaterThan(0);

  const again = await engineProxy(socket);
  const second = await start(command, environment).ended;
  again.cut();
  expect(lastObject(second)).toMatchObject({ status: "finished" });
  expect(second.code).toBe(0);
  const executed = (await readEvents(journal)).filter(({ type }) => type === "executed");
  expect(executed.slice(0, before.length)).toEqual(before);
  // Nothing was made of the loss: no script was called broken for it.
  expect(
    executed.every((event) => event.type === "executed" && event.value.outcome === "finished"),
  ).toBe(true);
});
