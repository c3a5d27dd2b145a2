import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../runs/record/journal-lines.ts";
import {
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../fakes/servers/messages-server.ts";
import { python } from "../tasks/interpreter.ts";
import { writeWages } from "./made-competition.ts";
import { mleStar, runCommand, start } from "./program.ts";
import { afterDoing, answerTo } from "./scripted-answers.ts";

const ID = "GPU-00000000-0000-0000-0000-000000000000";
const SMI = `#!/bin/sh
case "$*" in
  *utilization.gpu*) echo "${ID}, 512, 40" ;;
  *memory.total*) echo "${ID}, 0, NVIDIA Made-Up, 1000" ;;
  -L) echo "GPU 0: NVIDIA Made-Up (UUID: ${ID})" ;;
esac
`;

/** Long enough for the use of a GPU to be read, the first time half a second after a script began. */
const TRAINING = "import time\ntime.sleep(1.5)\n";

let root: string;
let competition: string;
let server: MessagesServer;
let environment: Record<string, string>;

/** A machine with one made-up GPU: its `nvidia-smi` lies beside the interpreter, so that scripts find it as well. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-gpu-run-"));
  competition = await writeWages(join(root, "wages"));
  const bin = join(root, "bin");
  await mkdir(bin);
  for (const [name, text] of [
    ["nvidia-smi", SMI],
    ["python", `#!/bin/sh\nexec "${python}" "$@"\n`],
  ] as const) {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  server = await startMessagesServer(({ prompt }) =>
    saying(afterDoing(TRAINING, answerTo(prompt))),
  );
  environment = {
    ANTHROPIC_BASE_URL: server.url,
    PATH: `${bin}:${process.env.PATH}`,
    MLE_STAR_PYTHON: join(bin, "python"),
    MLE_STAR_CACHE: join(root, "cache"),
    CUDA_VISIBLE_DEVICES: "0",
  };
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

function command(id: string): string[] {
  const settings = ["tracks=1", "candidates=1", "outerSteps=0", "ensembleAttempts=0"];
  return runCommand(competition, { runs: join(root, "runs"), id, settings, flags: ["--quiet"] });
}

async function eventsOf(id: string) {
  return readEvents(join(root, "runs", "wages", id, "journal.jsonl"));
}

/** The process that holds the GPU, null while nobody does. */
async function holder(): Promise<number | null> {
  const file = join(root, "cache", "gpus", `${ID}.lock`);
  const text = await readFile(file, "utf8").catch(() => null);
  return text === null ? null : JSON.parse(text).pid;
}

test("a run killed while it holds the GPU gives it up, goes on when started again, and reports its use", async () => {
  const first = start(command("killed"), environment);
  const isTraining = async () => {
    const events = await eventsOf("killed");
    return events.some(({ type }) => type === "run-started") && (await holder());
  };
  await expect.poll(isTraining, { timeout: 200_000, interval: 50 }).toBe(first.child.pid);
  process.kill(-(first.child.pid ?? 0), "SIGKILL");
  await first.ended;
  expect(await holder()).toBe(first.child.pid);

  const ends = await Promise.all([
    mleStar(command("killed"), environment),
    mleStar(command("other"), environment),
  ]);
  expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: "" },
    { code: 0, stderr: "" },
  ]);
  expect(await readdir(join(root, "cache", "gpus"))).toEqual([]);

  for (const id of ["killed", "other"]) {
    const events = await eventsOf(id);
    const started = events.find(({ type }) => type === "run-started")?.value;
    expect(started).toMatchObject({
      sandbox: expect.stringContaining("1 of 1 GPU(s) leased to each execution"),
      brief: { limits: { gpus: 1 } },
    });
    const uses = events.flatMap((event) => (event.type === "executed" ? [event.value.gpu] : []));
    expect(uses.length).toBeGreaterThan(0);
    expect(uses).toContainEqual({ peakMb: 512, utilization: 40 });
  }
  const shown = await mleStar(["runs", "show", "--runs-dir", join(root, "runs"), "wages/killed"]);
  expect(shown.stdout).toContain("GPU 0.5 GB 40 %");
});

test("more GPUs than there are is refused in one line, and nothing is begun", async () => {
  const asked = [...command("greedy"), "--gpus-per-execution", "2"];
  const ended = await mleStar(asked, environment);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toBe(
    'error: gpusPerExecution=2, but only 1 GPU(s) can be seen with CUDA_VISIBLE_DEVICES="0" (0 NVIDIA Made-Up): ask for at most 1\n',
  );
  expect(await readdir(join(root, "runs", "wages"))).not.toContain("greedy");
});
