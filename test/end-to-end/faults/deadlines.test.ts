import { mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { silences } from "../../fakes/servers/silence.ts";
import { sampled } from "../../sample.ts";
import { python } from "../../tasks/interpreter.ts";
import { writeWages } from "../made-competition.ts";
import { runCommand, start } from "../program.ts";

let root: string;
let wages: string;

/** Where the machine is busy, half of this goes by before the run begins. */
const LIMIT_SECONDS = 20;
/** Own patience of what is asked ends later: only a hang takes so long. */
const HANG_MS = 150_000;

const TOO_LATE = /the time limit of 20 s passed before the run could begin; raise --time-limit/u;

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
    expect([0, 4]).toContain(ended.code);
    const events = await readEvents(join(root, "runs", "wages", id, "journal.jsonl"));
    if (events.length === 0) {
      expect(ended.stderr.trimEnd().split("\n").at(-1)).toMatch(TOO_LATE);
      return;
    }
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
  expect(ended.code).toBe(4);
  expect(ended.stderr).toMatch(TOO_LATE);
}, 120_000);
