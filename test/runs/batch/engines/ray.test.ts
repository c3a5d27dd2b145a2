import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { RaySettings, rayEngine } from "../../../../runs/batch/engines/ray.ts";
import { batchOn, finishedOnce, isFull, killedAtRandom, someBegun } from "./every-engine.ts";

const address = process.env.RAY_TEST_ADDRESS ?? "";
const isHere = address !== "";
if (!isHere) console.log("Ray is not tested: RAY_TEST_ADDRESS is not set (test/engine/ray.sh)");
const full = isHere && isFull;
const settings = JSON.stringify({ address });
const slow = { configurations: [{ name: "base", options: ["0", "2"] }] };

const run = promisify(execFile);

/** Processes whose command names that folder: jobs with all that they started. */
async function processesOf(folder: string): Promise<{ pid: number; words: string }[]> {
  const found: { pid: number; words: string }[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/u.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (words.includes(`${folder}/jobs/`)) found.push({ pid: Number(pid), words });
  }
  return found;
}

test.runIf(isHere)(
  "on Ray each job is begun and finished once, though bench is killed at random",
  () => killedAtRandom(["ray", settings], 11),
);

test.runIf(full)(
  "a job whose first process is killed is tried again, after all of it is gone",
  async () => {
    await using batch = await batchOn(["ray", settings], 2, slow);
    const session = batch.start();
    await someBegun(batch);
    const [begun] = (await processesOf(batch.folder)).filter(({ words }) =>
      words.includes("/job.sh"),
    );
    process.kill(begun?.pid ?? Number.NaN, "SIGKILL");
    await finishedOnce(batch, session);
    expect((await batch.begun()).sort()).toEqual([1, 2]);
  },
);

test.runIf(full)(
  "a head that is killed takes its jobs along, and all go on under the next one",
  async () => {
    // Four cores: two of six wait.
    await using batch = await batchOn(["ray", settings], 6, slow);
    const session = batch.start();
    await someBegun(batch);
    const script = fileURLToPath(new URL("../../../engine/ray.sh", import.meta.url));
    const folder = process.env.RAY_TEST_FOLDER ?? "";
    await run("bash", [script, folder, "kill-head"]);
    await run("bash", [script, folder]);
    await finishedOnce(batch, session);
  },
  240_000,
);

test.runIf(full)("a job that waits for longer than Ray lets it is submitted again", async () => {
  const long = { configurations: [{ name: "base", options: ["0", "10"] }] };
  const all = { cpus: 4, memoryMb: 100, gpus: 0 };
  await using batch = await batchOn(["ray", settings], 2, { ...long, needs: all });
  await finishedOnce(batch, batch.start());
  expect(await batch.begun()).toEqual([1, 1]);
});

test.runIf(full)("Ctrl-C pauses jobs, and the same command goes on", async () => {
  await using batch = await batchOn(["ray", settings], 2, slow);
  const first = batch.start();
  await someBegun(batch);
  first.child.kill("SIGINT");
  expect(await first.ended).toBe(0);
  expect(await first.said).toContain("waiting");
  expect(await processesOf(batch.folder)).toEqual([]);
  await finishedOnce(batch, batch.start());
});

test.runIf(full)(
  "a job has the GPUs of its entry point, and what is submitted twice is begun once",
  async () => {
    const place = await mkdtemp(join(tmpdir(), "mle-star-ray-"));
    try {
      const engine = await rayEngine({
        settings: RaySettings.parse({ address }),
        variables: null,
        capacity: { cpus: 8, memoryMb: 1e6, gpus: 8 },
        environment: process.env,
      });
      const folder = join(place, "attempt-1");
      await mkdir(folder);
      const command = ["sh", "-c", 'echo "$CUDA_VISIBLE_DEVICES $1"', "sh", "it's $HOME"];
      const attempt = { folder, command, env: {}, needs: { cpus: 1, memoryMb: 100, gpus: 2 } };
      await engine.submit([attempt]);
      await engine.submit([attempt]);
      while ((await engine.state(folder)).kind === "running") await sleep(200);
      expect(await engine.state(folder)).toEqual({ kind: "ended", exitCode: 0 });
      expect(await readFile(engine.logs(folder), "utf8")).toBe("0,1 it's $HOME\n");
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  },
);

test("a Ray that does not answer is told in one line", async () => {
  const nowhere = "http://127.0.0.1:9";
  await using batch = await batchOn(["ray", JSON.stringify({ address: nowhere })], 1);
  const session = batch.start();
  expect(await session.ended).not.toBe(0);
  expect(await session.errors).toMatch(
    /EngineRefused: Ray at http:\/\/127\.0\.0\.1:9 does not answer: .+/u,
  );
});
