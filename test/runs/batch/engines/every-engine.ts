import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { openBatch, type WantedBatch } from "../../../../runs/batch/batch.ts";
import { turnsOf } from "../../../../runs/batch/engines/job-file.ts";
import { lastAttempt } from "../../../../runs/batch/frontier.ts";
import { jobsOf } from "../../../../runs/batch/matrix.ts";
import { countFinished, start, table, wanted } from "../session.ts";

/** All of the cases run in a full run, one of each engine else. */
export const isFull = process.env.FULL === "1";

/** A batch on an engine, in a folder that goes at the end of the block. */
export async function batchOn(
  engine: readonly string[],
  jobs: number,
  more: Partial<WantedBatch> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-engine-"));
  const needs = { cpus: 1, memoryMb: 100, gpus: 0 };
  const { batch } = await openBatch(folder, wanted(jobs, { needs, ...more }));
  const each = jobsOf(folder, batch);
  return {
    folder,
    jobs: each,
    start: (sideBySide = 100) => start(folder, sideBySide, "fake", engine),
    /** Turns of the newest try of each job. */
    turns: () =>
      Promise.all(
        each.map(async (job) => {
          const attempt = await lastAttempt(job);
          return attempt === null ? [] : turnsOf(attempt);
        }),
      ),
    /** How often a job was begun, over all of its tries. */
    async begun(): Promise<number[]> {
      return Promise.all(
        each.map(async ({ folder: place }) => {
          const tries = (await readdir(place)).filter((name) => name.startsWith("attempt-"));
          const turns = await Promise.all(tries.map((name) => turnsOf(join(place, name))));
          return turns.flat().filter((turn) => turn === "begin").length;
        }),
      );
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export type BatchOn = Awaited<ReturnType<typeof batchOn>>;

/** Waits until some job of the batch is at work. */
export async function someBegun({ turns }: BatchOn): Promise<void> {
  while (!(await turns()).some((each) => each.at(-1) === "begin")) await sleep(50);
}

/** Waits for the end of a batch, of which every job must be finished once, and its table be that of `local`. */
export async function finishedOnce({ folder, jobs }: BatchOn, session: ReturnType<typeof start>) {
  await session.ended;
  expect(await session.errors).toBe("");
  expect(await session.said).toBe(table(jobs.length));
  const finished = await countFinished(folder);
  expect(finished).toHaveLength(jobs.length);
  for (const file of finished)
    expect(await readFile(join(folder, file), "utf8")).toBe("finished\n");
}

/** `bench` is killed at random moments, and nothing else: every job is begun once, and finished once. */
export async function killedAtRandom(engine: readonly string[], seedOfKills: number) {
  const many = isFull ? 20 : 4;
  await using batch = await batchOn(engine, many, {
    configurations: [{ name: "base", options: ["0", "0.3"] }],
  });
  let seed = seedOfKills;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  for (let kill = 0; kill < (isFull ? 8 : 2); kill++) {
    const session = batch.start();
    await sleep(700 + 1500 * random());
    session.child.kill("SIGKILL");
    await session.ended;
  }
  await finishedOnce(batch, batch.start());
  expect(await batch.begun()).toEqual(Array.from({ length: many }, () => 1));
  await using local = await batchOn(["local"], many);
  const session = local.start();
  await session.ended;
  expect(await session.said).toBe(table(many));
}
