import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Request } from "../../../agent/models/model.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import type { Finished } from "../../../agent/solution.ts";
import type { Event, EventType } from "../../../runs/events/events.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { historyDamage } from "../../../runs/record/history.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { findLosses, lostForGood, mendSealed, namedCommits } from "../../../runs/record/losses.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { defaultAnswer } from "../../fakes/answers.ts";
import { small, values } from "../../fakes/run-world.ts";
import { openWorld } from "../../fakes/world.ts";
import { sampled } from "../../sample.ts";
import { execution, freshFolder, handClock } from "../journal-fixture.ts";

const path = process.env.PATH ?? "";
/** Two tracks and blends: every kind of step that leaves files. */
const config = { ...small, tracks: 2, blends: true };

let whole: string;
let undisturbed: Outcome;

beforeAll(async () => {
  whole = await mkdtemp(join(tmpdir(), "mle-star-whole-"));
  undisturbed = (await goOn(whole)).outcome;
});
afterAll(() => rm(whole, { recursive: true, force: true }));

/** A score of its own for each place in the algorithm, whenever it is asked for. */
function scoreAt({ at }: Request): number {
  const digest = createHash("sha256").update(at).digest();
  return 0.5 + digest.readUInt16BE(0) / 1_000_000;
}

type Outcome = {
  finished: Finished;
  scores: unknown;
  decisions: unknown;
  submission: string;
  scripts: string[];
  attempts: string[];
};

/** The same run again, from what lies in the folder to its end. */
async function goOn(folder: string) {
  await using world = await openWorld({
    folder,
    config,
    answers: (request) => defaultAnswer(request, () => scoreAt(request)),
  });
  const before = world.journal.events.length;
  const finished = await pipeline(world.handle.run);
  const scripts = await scriptsIn(folder);
  return {
    outcome: {
      finished,
      scores: Object.fromEntries(
        values(world, "evaluated").map(({ solution, evaluation }) => [solution, evaluation.score]),
      ),
      decisions: Object.fromEntries(values(world, "decided").map((each) => [each.step, each])),
      submission: await readFile(runFiles(folder).submission, "utf8"),
      scripts: await Promise.all(scripts.map((file) => readFile(file, "utf8"))),
      attempts: attemptsIn(runFiles(folder).history),
    } satisfies Outcome,
    events: [...world.journal.events],
    fresh: world.journal.events.slice(before),
    asked: world.model.asked.map(({ at }) => at),
    executed: world.executed.map(({ at }) => at),
  };
}

async function scriptsIn(folder: string): Promise<string[]> {
  const { solution, solutions } = runFiles(folder);
  if (existsSync(solution)) return [solution];
  return (await readdir(solutions)).sort().map((name) => join(solutions, name));
}

/** Ref, tree and subject of every attempt: what does not depend on the time. */
function attemptsIn(history: string): string[] {
  const format = "%(refname) %(tree) %(subject)";
  const refs = execFileSync("git", ["-C", history, "for-each-ref", `--format=${format}`]);
  return refs.toString("utf8").trim().split("\n").sort();
}

/** A copy of the whole run as a kill leaves it before its first event of a type. */
async function killedBefore(type: EventType | null): Promise<string> {
  const folder = await freshFolder();
  await cp(whole, folder, { recursive: true });
  const { journal } = runFiles(folder);
  const lines = (await readFile(journal, "utf8")).split("\n").slice(0, -1);
  const end = type === null ? lines.length : lines.findIndex((l) => l.includes(`"type":"${type}"`));
  await truncate(journal, Buffer.byteLength(lines.slice(0, end).join("\n")) + 1);
  return folder;
}

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await rm(file);
  await writeFile(file, bytes);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
}

/** All files of a kind, one after the other, with one bit turned. */
const flipped = (below: string, kind: RegExp) => async (folder: string) => {
  for (const file of await filesIn(join(folder, below))) if (kind.test(file)) await flip(file);
};
const removed =
  (...names: string[]) =>
  async (folder: string) => {
    for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
  };

const damages: [string, (folder: string) => Promise<void>][] = [
  ["nothing", async () => undefined],
  ["history.git deleted", removed("history.git")],
  ["attempts/ deleted", removed("attempts")],
  ["the submission deleted", removed("submission.csv")],
  ["the scripts deleted", removed("solution.py", "solution")],
  ["the bank deleted", removed("referee")],
  [
    "all but the journal deleted",
    async (folder) => {
      const names = await readdir(folder);
      await removed(...names.filter((name) => name !== "journal.jsonl"))(folder);
    },
  ],
  [
    "a bit of every object of the history turned",
    flipped("history.git/objects", /\/[0-9a-f]{38}$/u),
  ],
  ["a bit of every ref turned", flipped("history.git/refs", /./u)],
  ["refs/ deleted", removed("history.git/refs")],
  ["HEAD and config deleted", removed("history.git/HEAD", "history.git/config")],
  ["a bit of every banked file turned", flipped("referee/bank", /./u)],
  ["a bit of every kept submission turned", flipped("attempts", /\.csv$/u)],
  ["a bit of the submission turned", async (folder) => flip(runFiles(folder).submission)],
  [
    "a bit of the scripts turned",
    async (folder) => {
      for (const file of await scriptsIn(folder)) await flip(file);
    },
  ],
];

const moments = ["decided", "blended", "sealed-opened", "corrected", null] as const;

const cases = damages.flatMap(([name, damage]) => moments.map((at) => [name, at, damage] as const));

test.each(sampled(cases, { size: 8, seed: 3 }))(
  "after %s, a run killed before %s ends as if nothing had happened",
  async (name, at, damage) => {
    const folder = await killedBefore(at);
    const recorded = await readEvents(runFiles(folder).journal);
    await damage(folder);
    const { outcome, events, fresh, asked, executed } = await goOn(folder);
    expect(outcome).toEqual(undisturbed);
    // No model is asked twice, and nothing is run twice but what was lost.
    const answered = new Set(keysOf(recorded, "answered"));
    expect(asked.filter((place) => answered.has(place))).toEqual([]);
    const restored = fresh.flatMap(({ type, value }) =>
      type === "restored" && !value.solution.startsWith("blend/")
        ? [`${value.solution}/${value.view}`]
        : [],
    );
    const ran = new Set(keysOf(recorded, "executed").map((key) => key.replace(/\/run$/u, "")));
    expect(executed.filter((place) => ran.has(place)).sort()).toEqual(restored.sort());
    if (name.includes("bank")) expect(restored.length).toBeGreaterThan(0);
    expect(fresh.every((event) => event.type !== "restored" || event.value.isSame)).toBe(true);
    // Now all is as the journal says.
    expect(await findLosses(folder, events, () => undefined)).toEqual(new Set());
    const named = namedCommits(events);
    expect(await historyDamage(runFiles(folder).history, { path, named })).toBeNull();
  },
);

function keysOf(events: readonly Event[], type: EventType): string[] {
  return events.filter((event) => event.type === type).map(({ key }) => key);
}

test("a script that leaves other predictions when it is run again is journaled as such, and the next session trusts those", async () => {
  const folder = await killedBefore(null);
  await rm(join(folder, "referee"), { recursive: true });
  const journaled = await readEvents(runFiles(folder).journal);
  await using world = await openWorld({
    folder,
    config,
    answers: (request) => defaultAnswer(request, () => scoreAt(request)),
    behavior: () => ({ score: 0.4 }),
  });
  await pipeline(world.handle.run);
  const restored = values(world, "restored");
  expect(restored.length).toBeGreaterThan(0);
  expect(restored.every(({ isSame, banked }) => !isSame && banked.length > 0)).toBe(true);
  // What was journaled first stands.
  const scores = values(world, "judged").map(({ score }) => score);
  expect(scores).toEqual(
    journaled.flatMap((event) => (event.type === "judged" ? [event.value.score] : [])),
  );
  expect(await findLosses(folder, world.journal.events, () => undefined)).toEqual(new Set());
});

test("a script that leaves nothing when it is run again stops the run with what to do, and nothing final is journaled", async () => {
  const folder = await killedBefore("corrected");
  await rm(join(folder, "referee"), { recursive: true });
  await using world = await openWorld({
    folder,
    config,
    answers: (request) => defaultAnswer(request, () => scoreAt(request)),
    behavior: () => ({ outcome: "error", exitCode: 1 }),
  });
  await expect(pipeline(world.handle.run)).rejects.toThrow(
    /run the same command again, or restore/u,
  );
  expect((await goOn(folder)).outcome).toEqual(undisturbed);
});

test("a view that shows other files than scripts were given stops the run, with the folder and the way out", async () => {
  const folder = await killedBefore("corrected");
  const input = join(folder, "input");
  await writeFile(join(input, "train.csv"), "changed");
  await expect(goOn(folder)).rejects.toThrow(
    /input: these are not the files that scripts of this run were given before.* restore .* from a backup, or start a new run with --fresh$/u,
  );
});

test("predictions of a closed sealed holdout are named as lost for good, and the run goes on without them", async () => {
  const folder = await killedBefore(null);
  const recorded = await readEvents(runFiles(folder).journal);
  expect(await lostForGood(folder, recorded)).toEqual([]);
  const sealed = (await filesIn(join(folder, "referee"))).filter((file) =>
    file.endsWith("/sealed"),
  );
  for (const file of sealed) await flip(file);
  const solutions = recorded.flatMap(({ type, value }) =>
    type === "judged" && value.view === "sealed" && value.banked !== null ? [value.solution] : [],
  );
  expect(solutions.length).toBeGreaterThan(0);
  expect(await lostForGood(folder, recorded)).toEqual(solutions.sort());
  expect(await findLosses(folder, recorded, () => undefined)).toEqual(new Set());
  const { outcome, executed } = await goOn(folder);
  expect(outcome).toEqual(undisturbed);
  expect(executed).toEqual([]);
});

test("the state of the sealed holdout follows the journal once the journal has the opening", async () => {
  const folder = await freshFolder();
  const { referee } = runFiles(folder);
  const sealed = join(referee, "sealed.json");
  const events = (await readEvents(runFiles(whole).journal)).filter(
    ({ type }) => type !== "sealed-opened",
  );
  expect(await mendSealed(folder, events)).toBe(false);
  await cp(join(whole, "referee"), referee, { recursive: true });
  const intent = events.find((event) => event.type === "sealed-intended")?.value.solutions ?? [];
  const state = JSON.stringify({ finalists: intent.toSorted(), closed: false });
  await writeFile(sealed, state);
  expect(await mendSealed(folder, events)).toBe(false);
  for (const damaged of [state.slice(0, -3), state.replace("track", "trick"), ""]) {
    await writeFile(sealed, damaged);
    expect(await mendSealed(folder, events)).toBe(true);
    expect(existsSync(sealed)).toBe(false);
  }
  // Without an opening in the journal whatever stands there may have been opened for anybody.
  await writeFile(sealed, "{");
  expect(
    await mendSealed(
      folder,
      events.filter(({ type }) => type !== "sealed-intended"),
    ),
  ).toBe(false);
});

test("a member whose weight is only rounding is not missed among the scripts of a blend", async () => {
  const folder = await freshFolder();
  const { journal: file, submission, solutions } = runFiles(folder);
  const journal = await openJournal(file, { clock: handClock() });
  const members = ["a", "b", "c"];
  for (const id of members)
    await journal.append("executed", `${id}/fold-0/run`, execution(id, { codeHash: sha256(id) }));
  await journal.append("blended", "blend/stack", {
    solution: "blend/stack",
    method: "stack",
    members,
    weights: [0.5, 0.5, 1e-12],
    score: 1,
    interval: [0, 2],
    banked: [],
    commit: "a".repeat(40),
  });
  await journal.append("submission-written", "publish/final", {
    solution: "blend/stack",
    sha256: sha256("id,y"),
    why: "chosen among the finalists",
    unchecked: [],
    isBest: true,
    isSample: false,
  });
  await journal.close();
  await writeFile(submission, "id,y");
  await mkdir(solutions);
  for (const id of ["a", "b"]) await writeFile(join(solutions, `${id}.py`), id);
  expect([...(await findLosses(folder, journal.events, () => undefined))]).toEqual([]);
});
