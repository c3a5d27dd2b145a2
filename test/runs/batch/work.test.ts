import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_LIMITS, openBatch, type WantedBatch } from "../../../runs/batch/batch.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-batch-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const program = fileURLToPath(new URL("../../fakes/batch-program.ts", import.meta.url));

function wanted(jobs: number, more: Partial<WantedBatch> = {}): WantedBatch {
  const competitions = Array.from({ length: jobs }, (_, place) => ({
    id: `c${place}`,
    reference: `c${place}`,
  }));
  return {
    list: null,
    competitions,
    configurations: [{ name: "base", options: ["0"] }],
    seeds: 1,
    jobLimits: NO_LIMITS,
    limits: NO_LIMITS,
    retries: 1,
    needs: { cpus: 1, memoryMb: 0, gpus: 0 },
    ...more,
  };
}

function start(folder: string, sideBySide = 8) {
  // One process, so that killing it kills the program.
  const args = ["--import", "tsx", program, folder, String(sideBySide)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, ended, said: text(child.stdout), errors: text(child.stderr) };
}

/** Process groups of the tries that are at work, by the ids that they wrote down. */
async function groupsOf(folder: string): Promise<number[]> {
  const files = await readdir(folder, { recursive: true });
  const found: number[] = [];
  for (const file of files.filter((each) => each.endsWith("/pid"))) {
    if (files.includes(file.replace(/pid$/u, "exit"))) continue;
    const pid = Number(await readFile(join(folder, file), "utf8"));
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(folder)) found.push(pid);
  }
  return found;
}

async function countFinished(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const overlaps = files.filter((file) => file.endsWith("/overlaps"));
  expect(overlaps).toEqual([]);
  return files.filter((file) => file.endsWith("/finished"));
}

const table = (jobs: number) =>
  Array.from({ length: jobs }, (_, place) => `c${place}/base-seed-0 done \n`).join("");

test("40 jobs finish once each, though jobs and the program itself are killed at random", async () => {
  const folder = join(root, "kills");
  await openBatch(folder, wanted(40));
  let seed = 5;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  let session = start(folder);
  let isOver = false;
  let kills = 0;
  void session.ended.then(() => (isOver = true));
  while (!isOver && kills < 30) {
    await sleep(150 + 250 * random());
    if (random() < 0.25) {
      session.child.kill("SIGKILL");
      await session.ended;
      isOver = false;
      session = start(folder);
      const { ended } = session;
      void ended.then(() => (isOver = true));
    } else {
      const groups = await groupsOf(folder);
      const victim = groups[Math.floor(random() * groups.length)];
      if (victim === undefined) continue;
      try {
        process.kill(-victim, "SIGKILL");
      } catch {
        continue;
      }
    }
    kills++;
  }
  await session.ended;
  expect(kills).toBeGreaterThan(5);
  expect(await session.errors).toBe("");
  expect(await countFinished(folder)).toHaveLength(40);
  expect(await session.said).toBe(table(40));
  const again = start(folder);
  expect(await again.ended).toBe(0);
  expect(await again.said).toBe(table(40));
}, 120_000);

test("a job that fails says why and is tried again as often as asked; seeds that are added run alone", async () => {
  const folder = join(root, "fails");
  const configurations = [
    { name: "base", options: ["0"] },
    { name: "bad", options: ["7"] },
  ];
  await openBatch(folder, wanted(2, { configurations, retries: 2 }));
  const first = start(folder);
  await first.ended;
  expect(await first.said).toBe(
    [
      "c0/base-seed-0 done \n",
      "c0/bad-seed-0 failed exit code 7: this job fails with 7\n",
      "c1/base-seed-0 done \n",
      "c1/bad-seed-0 failed exit code 7: this job fails with 7\n",
    ].join(""),
  );
  const tries = await readdir(join(folder, "jobs", "c0", "bad-seed-0"));
  expect(tries.filter((name) => name.startsWith("attempt-"))).toHaveLength(3);
  await openBatch(folder, wanted(3, { seeds: 2 }));
  const second = start(folder);
  await second.ended;
  expect((await second.said).split("\n").filter((line) => line.includes("base"))).toHaveLength(6);
  const kept = await readdir(join(folder, "jobs", "c0", "base-seed-0"));
  expect(kept.filter((name) => name.startsWith("attempt-"))).toEqual(["attempt-1"]);
}, 60_000);

test("the first Ctrl-C pauses jobs and starts none, and the same command goes on", async () => {
  const folder = join(root, "pause");
  await openBatch(folder, wanted(12));
  const session = start(folder, 2);
  while ((await groupsOf(folder).catch(() => [])).length === 0) await sleep(50);
  session.child.kill("SIGINT");
  expect(await session.ended).toBe(0);
  expect(await session.said).toContain("waiting");
  expect(await groupsOf(folder)).toEqual([]);
  const next = start(folder);
  await next.ended;
  expect(await next.said).toBe(table(12));
  expect(await countFinished(folder)).toHaveLength(12);
}, 60_000);

test("a second program on the same batch is refused, and so are other options of a configuration", async () => {
  const folder = join(root, "two");
  await openBatch(folder, wanted(500));
  const session = start(folder, 1);
  while ((await groupsOf(folder).catch(() => [])).length === 0) await sleep(50);
  const second = start(folder, 1);
  expect(await second.ended).not.toBe(0);
  expect(await second.errors).toContain("is working on this batch");
  session.child.kill("SIGINT");
  await session.ended;
  const changed = wanted(4, { configurations: [{ name: "base", options: ["1"] }] });
  await expect(openBatch(folder, changed)).rejects.toThrow(
    "configuration base was `0` when this batch began, now it is `1`; use the same options",
  );
}, 60_000);
