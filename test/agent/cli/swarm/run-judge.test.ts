import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkIdentity, openEvaluations } from "../../../../agent/cli/swarm/record.ts";
import { judgeByRuns } from "../../../../agent/cli/swarm/run-judge.ts";
import {
  type Arm,
  bestOf,
  creditOf,
  judgeSingles,
  runArm,
} from "../../../../agent/cli/swarm/search.ts";
import { SwarmSettings } from "../../../../agent/cli/swarm/settings.ts";
import { PoolEntry } from "../../../../agent/models/teams/team-settings.ts";
import { hashOfGraph } from "../../../../agent/swarm/graph-file.ts";
import { type Limits, NO_LIMITS } from "../../../../runs/batch/batch.ts";
import { localEngine } from "../../../../runs/batch/engines/local.ts";
import { systemClock } from "../../../../runs/clock.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import { freshFolder, start } from "../../../runs/journal-fixture.ts";

const job = fileURLToPath(new URL("../../../fakes/graph-job.mjs", import.meta.url));
const entry = (id: string) => PoolEntry.parse({ model: `openai:${id}` });
const pool = { m0: entry("m0"), m1: entry("m1"), m2: entry("m2") };
const settings = SwarmSettings.parse({
  evaluations: 6,
  population: 3,
  patience: "none",
  credit: "loo",
});
const quiet = { line: () => undefined, show: () => undefined };

/** A run that was made before, which every job leaves a copy of. */
async function madeRun(): Promise<string> {
  const folder = await freshFolder();
  await using journal = Object.assign(
    await openJournal(join(folder, "journal.jsonl"), { clock: systemClock }),
    { [Symbol.asyncDispose]: () => journal.close() },
  );
  await journal.append(
    "run-started",
    "run-started",
    start({ constantScores: { search: 10, sealed: 8 } }),
  );
  return folder;
}

async function searched(folder: string, made: string, limits: Limits = NO_LIMITS, retries = 0) {
  const journal = await openEvaluations(folder);
  const slots = { cpus: 2, memoryMb: 1000, gpus: 0 };
  const judge = judgeByRuns({
    folder,
    part: "search",
    competitions: [{ id: "houses", reference: "houses" }],
    seeds: 1,
    options: [],
    jobLimits: NO_LIMITS,
    limits,
    retries,
    engine: {
      engine: localEngine(slots, { ...process.env, MADE_RUN: made }),
      needs: { cpus: 1, memoryMb: 1, gpus: 0 },
      gpus: null,
      command: null,
      facts: null,
    },
    program: [process.execPath, job],
    dataDir: folder,
    live: quiet,
    stop: { asked: 0 },
    journal,
  });
  const searching = { settings, pool, judge, moving: null, report: () => undefined };
  try {
    const arms: Arm[] = [await judgeSingles(searching), await runArm(searching, "es")];
    const best = bestOf(arms.flatMap(({ best: each }) => each ?? []));
    return { arms, best, credit: best === null ? null : await creditOf(best, searching) };
  } finally {
    await journal.close();
  }
}

const started = async (made: string) =>
  (await readFile(join(made, "started"), "utf8")).trim().split("\n");

test("graphs are judged by runs, each once: what was journaled or run before a kill is not run again", async () => {
  const [folder, made] = [await freshFolder(), await madeRun()];
  const first = await searched(folder, made);
  // A single model leaves the error of a constant; two edges into m0 are the best there is.
  expect(first.arms.map(({ best }) => best?.value)).toEqual([0, expect.any(Number)]);
  expect(first.best?.value).toBeGreaterThanOrEqual(0.5);
  expect(first.arms[1]?.evaluations).toBeLessThanOrEqual(6);
  const hashes = await started(made);
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashes).toContain(
    hashOfGraph(first.best?.graph ?? { nodes: [], edges: [], pool, roles: null }),
  );
  // What an edge into m0 is worth shows in the credit of the node that it comes from.
  expect(first.credit?.filter(({ credit }) => (credit ?? 0) > 0).length).toBeGreaterThan(0);

  // Killed while it wrote a line, and before it had written the one before.
  const file = join(folder, "evaluations.jsonl");
  const lines = (await readFile(file, "utf8")).split("\n").slice(0, -2);
  await writeFile(file, `${lines.join("\n")}\n`);
  await appendFile(file, '{"part":"search","ha');
  const again = await searched(folder, made);
  expect(again).toEqual(first);
  expect(await started(made)).toEqual(hashes);
});

test("a limit of all runs together ends the search with what is known", async () => {
  const [folder, made] = [await freshFolder(), await madeRun()];
  // Each run takes a second of its clock, and two and a half are left for all.
  const found = await searched(folder, made, { ...NO_LIMITS, hours: 2.5 / 3600 });
  expect(await started(made)).toHaveLength(3);
  expect(found.arms[1]).toMatchObject({ best: null, evaluations: 0 });
  expect(found.arms[1]?.ended).toMatch(/^the batch's limit of \S+ hours is reached$/u);
});

test.for([
  [1, "exit code 1", " with --retries 1", 1],
  [2, "refused", "", 0],
] as const)(
  "runs that could not be made (exit code %i) are no graph's worth: it ends with their line, and goes on later",
  async ([code, why, again, retries]) => {
    const [folder, made] = [await freshFolder(), await madeRun()];
    await writeFile(join(made, "broken"), String(code));
    await expect(searched(folder, made)).rejects.toThrow(
      `${why}: --set: unknown setting "innerSteps": when that is mended, the same command${again} goes on`,
    );
    expect(await readFile(join(folder, "evaluations.jsonl"), "utf8")).toBe("");
    await rm(join(made, "broken"));
    const found = await searched(folder, made, NO_LIMITS, retries);
    expect(found.best?.value).toBeGreaterThanOrEqual(0.5);
  },
);

test("another pool or budget is no continuation", async () => {
  const folder = await freshFolder();
  await checkIdentity(folder, { settings, pool: "a" });
  await checkIdentity(folder, { settings, pool: "a" });
  await expect(checkIdentity(folder, { settings, pool: "b" })).rejects.toThrow(
    /was begun with another pool: use the same, or name another --out/u,
  );
});
