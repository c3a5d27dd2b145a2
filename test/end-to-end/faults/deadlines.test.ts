import { mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { silences } from "../../fakes/servers/silence.ts";
import { sampled } from "../../sample.ts";
import { python } from "../../tasks/interpreter.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, mleStar, runCommand, start } from "../program.ts";

let root: string;
let wages: string;

/** Where the machine is busy, half of this goes by before the run begins. */
const LIMIT_SECONDS = 20;
const TEST_ROWS = 75;
/** Own patience of what is asked ends later: only a hang takes so long. */
const HANG_MS = 150_000;

const TOO_LATE = "the time limit passed before the run could begin";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-deadlines-"));
  wages = await writeWages(join(root, "wages"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.concurrent.for(sampled(Object.keys(silences), { size: 2, seed: 4 }))(
  "a run ends at its time limit though this is silent: %s",
  { timeout: HANG_MS + 60_000 },
  async (name, { expect }) => {
    const silence = await silences[name]?.(python);
    if (silence === undefined) throw new Error(name);
    const id = name.replaceAll(/\W+/gu, "-");
    const flags = ["--json", ...silence.flags, "--time-limit", String(LIMIT_SECONDS)];
    const command = runCommand(wages, { runs: join(root, "runs"), id, flags });
    const started = start(command, silence.env);
    const hang = setTimeout(() => started.child.kill("SIGKILL"), HANG_MS);
    const ended = await started.ended.finally(() => clearTimeout(hang));
    await silence.close();
    expect(ended.signal).toBeNull();
    if (ended.code === 2) {
      expect(ended.stderr).toContain("Docker does not answer (it hangs)");
      return;
    }
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const folder = join(root, "runs", "wages", id);
    expect(await rowsOf(join(folder, "submission.csv"))).toHaveLength(TEST_ROWS + 1);
    const events = await readEvents(join(folder, "journal.jsonl"));
    // What was cut is nobody's failure, and each call that was sent has its cost.
    expect(events.filter(({ type }) => type === "faulted")).toEqual([]);
    const outcomes = events.flatMap((event) =>
      event.type === "executed" ? [event.value.outcome] : [],
    );
    expect(outcomes).not.toContain("timed-out");
    const sent = events.filter(({ type }) => type === "call-sent").map(({ key }) => key);
    const places = sent.map((key) => key.replace(/\/sent$/u, ""));
    for (const at of places)
      expect(events.some(({ key }) => key === at || key === `${at}/unanswered`)).toBe(true);
  },
);

test("an interpreter that never answers is given up at the limit also where it is to read files first", async () => {
  const folder = await writeWages(join(root, "linked"));
  await rename(join(folder, "train.csv"), join(root, "elsewhere.csv"));
  await symlink(join(root, "elsewhere.csv"), join(folder, "train.csv"));
  const silence = await silences["the interpreter"]?.(python);
  const flags = [...(silence?.flags ?? []), "--time-limit", String(LIMIT_SECONDS)];
  const command = runCommand(folder, { runs: join(root, "runs"), id: "linked", flags });
  const ended = await start(command, silence?.env).ended;
  await silence?.close();
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(ended.stderr).toContain(`${TOO_LATE}; the sample submission stands`);
  const sample = await rowsOf(join(folder, "sample_submission.csv"));
  expect(await rowsOf(join(root, "runs", "linked", "linked", "submission.csv"))).toEqual(sample);
}, 120_000);

test("a run whose time limit passed in its set-up leaves the sample submission, marked, and begins with more time", async () => {
  const runs = join(root, "runs");
  const within = (limit: string, ...more: string[]) => {
    const flags = ["--json", "--time-limit", limit, ...more];
    return start(runCommand(wages, { runs, id: "short", flags })).ended;
  };
  const short = await within("1");
  expect(short, short.stderr).toMatchObject({ code: 0 });
  expect(lastObject(short)).toMatchObject({
    status: "limit",
    limit: "seconds",
    submitted: { kind: "sample", solution: null },
  });
  const file = join(runs, "wages", "short", "submission.csv");
  const sample = await rowsOf(join(wages, "sample_submission.csv"));
  expect(await rowsOf(file)).toEqual(sample);
  const shown = await mleStar(["runs", "show", "short", "--runs-dir", runs]);
  expect(shown.stdout).toContain("the sample submission, of no script");
  const verified = await mleStar(["verify", join(runs, "wages", "short")]);
  expect(verified, verified.stderr).toMatchObject({ code: 0 });
  const ended = await within("10m", "--max-executions", "4");
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(lastObject(ended)).toMatchObject({ submitted: { solution: expect.any(String) } });
  expect(await rowsOf(file)).not.toEqual(sample);
}, 900_000);

async function rowsOf(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).trim().split("\n");
}
