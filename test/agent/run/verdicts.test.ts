import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { keepVerdicts } from "../../../agent/run/verdicts.ts";
import { type History, NOTHING_NAMED, openHistory } from "../../../runs/record/history.ts";
import { type Journal, openJournal } from "../../../runs/record/journal.ts";
import { freshFolder, handClock, start, verdict } from "../../runs/journal-fixture.ts";

const [base, tried] = ["track-1/init-1", "track-1/refine-1/attempt-1"];

/** A journal and a history with two attempts, of which the second challenges the first. */
async function fixture() {
  const folder = await freshFolder();
  const directory = join(folder, "history.git");
  const options = {
    run: "r1",
    path: process.env.PATH ?? "",
    named: NOTHING_NAMED,
    report: () => undefined,
  };
  const history = await openHistory(directory, options);
  const journal = await openJournal(join(folder, "journal.jsonl"), { clock: handClock() });
  await journal.append("run-started", "run-started", start());
  for (const [id, parent] of [
    [base, null],
    [tried, base],
  ] as const) {
    const commit = await commitOf(history, id);
    await journal.append("evaluated", `${id}/evaluated`, verdict(id, parent, 10, { commit }));
  }
  const log = async () => {
    const { stdout } = await promisify(execFile)("git", [
      "--git-dir",
      directory,
      "log",
      "--all",
      "--format=%(trailers:key=Attempt,valueonly)%N",
    ]);
    return stdout;
  };
  return { history, journal, log, [Symbol.asyncDispose]: () => journal.close() };
}

async function commitOf(history: History, id: string): Promise<string> {
  const date = "2026-01-02T03:04:05Z";
  const files = { "solution.py": `# ${id}\n` };
  const commit = await history.commit({
    id,
    files,
    parents: [],
    date,
    subject: id,
    body: null,
    trailers: {},
  });
  await history.refAttempt(id, commit);
  return commit;
}

function decide(journal: Journal) {
  return journal.append("decided", "track-1/refine-1/decided", {
    rule: "not-worse",
    step: "track-1/refine-1",
    incumbent: base,
    challenger: tried,
    gain: 0.02637,
    standardError: 0.0113,
    accepted: false,
    why: "within\nthe noise",
    probability: 0.4,
  });
}

const NOTE =
  /track-1\/refine-1\/attempt-1\nVerdict: rejected\nGain: \+0\.026 ± 0\.011\nWhy: within the noise\n/u;

test("git log says what was decided about an attempt, with its gain, the standard error and why", async () => {
  await using world = await fixture();
  const verdicts = keepVerdicts(world.journal, world.history);
  await decide(world.journal);
  await verdicts.settled();
  expect(await world.log()).toMatch(NOTE);
  expect((await world.log()).match(/Verdict/gu)).toHaveLength(1);
});

test("a verdict that a killed session did not come to write is written by the next one", async () => {
  await using world = await fixture();
  await decide(world.journal);
  expect(await world.log()).not.toMatch(NOTE);
  await keepVerdicts(world.journal, world.history).settled();
  expect(await world.log()).toMatch(NOTE);
});
