import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Limits, NO_LIMITS, openBatch } from "../../../runs/batch/batch.ts";
import { allTokens, spentOn } from "../../../runs/ledger.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { sampled } from "../../sample.ts";
import { countFinished, start, table, wanted } from "./session.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-batch-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

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

test("a job that is refused is tried once a session, and costs none of its retries", async () => {
  const folder = join(root, "refused");
  await openBatch(folder, wanted(1, { configurations: [{ name: "base", options: ["2"] }] }));
  const triesOf = async () => {
    const names = await readdir(join(folder, "jobs", "c0", "base-seed-0"));
    return names.filter((name) => name.startsWith("attempt-"));
  };
  for (let session = 1; session <= 4; session++) {
    const begun = start(folder);
    await begun.ended;
    expect(await begun.said).toBe("c0/base-seed-0 failed refused: this job fails with 2\n");
    expect(await triesOf()).toHaveLength(session);
  }
}, 60_000);

test("limits that nobody names again stay, others replace them, and a job's hours never change", async () => {
  const folder = join(root, "limits");
  const usual = { ...NO_LIMITS, hours: 24 };
  const open = async (limits: Partial<Limits>, jobLimits: Partial<Limits> = {}) => {
    const { batch } = await openBatch(folder, wanted(1, { limits, jobLimits }), usual);
    return { limits: batch.limits, jobLimits: batch.jobLimits };
  };
  const job = { usd: 2, tokens: null, hours: 24 };
  const first = await open({ usd: 10, hours: 5 }, { usd: 2 });
  expect(first).toEqual({ limits: { usd: 10, tokens: null, hours: 5 }, jobLimits: job });
  expect(await open({})).toEqual(first);
  const later = await open({ usd: 20, hours: null }, { hours: 24 });
  expect(later).toEqual({ limits: { usd: 20, tokens: null, hours: null }, jobLimits: job });
  await expect(open({}, { hours: 12 })).rejects.toThrow(
    "a job had 24 h when this batch began, now it has 12 h",
  );
  expect(await open({})).toEqual(later);
});

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

/** What each job of a batch has paid, by the journals of their runs. */
async function paidBy(folder: string, kind: keyof Limits): Promise<number[]> {
  const files = await readdir(folder, { recursive: true });
  const journals = files.filter((file) => file.endsWith("/journal.jsonl"));
  const events = await Promise.all(journals.map((file) => readEvents(join(folder, file))));
  return events.map((each) => {
    const { usd, tokens, seconds } = spentOn(each);
    return { usd, tokens: allTokens(tokens), hours: seconds / 3600 }[kind];
  });
}

// Twenty calls for all, six for each: of six jobs that would make eight calls each.
const caps: [keyof Limits, number, number][] = [
  ["usd", 5, 1.5],
  ["tokens", 2000, 600],
  ["hours", 20 / 60, 0.1],
];
for (const [kind, ofAll, ofOne] of sampled(caps, { size: 1, seed: 27 })) {
  test(`limits of ${kind} for a batch and for a job hold though jobs and the program are killed and started again`, async () => {
    const folder = join(root, `caps-${kind}`);
    const limits = { ...NO_LIMITS, [kind]: ofAll };
    await openBatch(folder, wanted(6, { limits, jobLimits: { ...NO_LIMITS, [kind]: ofOne } }));
    for (const many of [4, 12]) {
      const session = start(folder, 2, "paying");
      const paid = async () => {
        const each = await paidBy(folder, kind).catch(() => []);
        return each.reduce((sum, amount) => sum + amount, 0);
      };
      while ((await paid()) < (many / 20) * ofAll) await sleep(20);
      for (const group of await groupsOf(folder)) {
        try {
          process.kill(-group, "SIGKILL");
        } catch {
          // It has ended meanwhile.
        }
      }
      session.child.kill("SIGKILL");
      await session.ended;
    }
    const last = start(folder, 2, "paying");
    await last.ended;
    expect(await last.errors).toBe("");
    const paid = await paidBy(folder, kind);
    const total = paid.reduce((sum, amount) => sum + amount, 0);
    expect(Math.max(...paid)).toBeLessThanOrEqual(ofOne + 1e-9);
    expect(total).toBeLessThanOrEqual(ofAll + 1e-9);
    expect(total).toBeGreaterThan(0.6 * ofAll);
  }, 120_000);
}
