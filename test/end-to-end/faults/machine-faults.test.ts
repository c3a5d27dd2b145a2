import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import {
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../../fakes/servers/messages-server.ts";
import { sampled } from "../../sample.ts";
import { python } from "../../tasks/interpreter.ts";
import { writeWages } from "../made-competition.ts";
import { type Ended, runCommand, start } from "../program.ts";
import { outcomeOf } from "../run-outcome.ts";
import { answerTo } from "../scripted-answers.ts";
import { failingDisk, smallDisk, whyNoDisks, whyNoFailingDisks } from "./small-disk.ts";

const settings = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];
const LARGE_KB = 200_000;
/** The prompt at which a fault in the middle of a run begins: candidates have been scored by then. */
const MIDDLE = "Fold the reference solution into the base";

let root: string;
let competition: string;
let server: MessagesServer;
let whole: Awaited<ReturnType<typeof outcomeOf>>;
let wholeKb: number;
/** Done once, when the model is asked in the middle of a run. */
let inTheMiddle: (() => void) | null = null;

const noDisks = whyNoDisks();
if (noDisks !== null) console.log(`disks are not filled: ${noDisks}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-faults-"));
  competition = await writeWages(join(root, "wages"), 3000);
  server = await startMessagesServer(({ prompt }) => {
    if (prompt.includes(MIDDLE)) {
      const fault = inTheMiddle;
      inTheMiddle = null;
      fault?.();
    }
    return saying(answerTo(prompt));
  });
  await using disk = noDisks === null ? await smallDisk(join(root, "whole"), LARGE_KB) : null;
  const runs = disk?.folder ?? join(root, "whole");
  const ended = await run(runs);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  wholeKb = disk?.usedKb() ?? 0;
  whole = await outcomeOf(folderIn(runs));
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

afterEach(() => {
  inTheMiddle = null;
});

function folderIn(runs: string): string {
  return join(runs, "wages", "one");
}

function command(runs: string): string[] {
  return runCommand(competition, { runs, id: "one", settings, flags: ["--seed", "3"] });
}

function run(
  runs: string,
  extra: Record<string, string> = {},
  before: string[] = [],
): Promise<Ended> {
  return begin(runs, extra, before).ended;
}

function begin(runs: string, extra: Record<string, string> = {}, before: string[] = []) {
  const environment = { ANTHROPIC_BASE_URL: server.url, MLE_STAR_PYTHON: python, ...extra };
  return start(command(runs), environment, before);
}

/** A run that was stopped says in one line what is wrong, where and what to do; no script is blamed for it. */
async function expectPaused(ended: Ended, runs: string, line: RegExp): Promise<void> {
  expect([1, 2], ended.stderr).toContain(ended.code);
  expect(ended.stderr.split("\n").filter((each) => each.startsWith("error: "))).toEqual([
    expect.stringMatching(line),
  ]);
  expect(ended.stderr).not.toMatch(/^\s+at /mu);
  const events = await readEvents(join(folderIn(runs), "journal.jsonl"));
  expect(events.map(({ type }) => type)).not.toContain("run-ended");
  for (const event of events) {
    if (event.type !== "evaluated") continue;
    const { solution, evaluation } = event.value;
    expect([solution, evaluation.score, evaluation.status]).toEqual([
      solution,
      ...(whole.verdicts[solution] ?? []),
    ]);
  }
}

const NO_SPACE = /no space left on the disk.*run the same command again$/u;

describe.skipIf(noDisks !== null)("a disk that is full", () => {
  test.each(sampled([1, 2, 3, 4, 5, 6, 7, 8], { size: 1, seed: 5 }))(
    "after %i ninths of a run pauses it; with room again the same command goes on",
    async (ninths) => {
      const kilobytes = Math.floor((wholeKb * ninths) / 9);
      await using disk = await smallDisk(join(root, `ninths-${ninths}`), kilobytes);
      await expectPaused(await run(disk.folder), disk.folder, NO_SPACE);
      disk.resize(LARGE_KB);
      const ended = await run(disk.folder);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      expect(await outcomeOf(folderIn(disk.folder))).toEqual(whole);
    },
  );

  const places = ["run folder", "cache", "temporary folder"] as const;
  const all = places.flatMap((place) =>
    (["filled", "read-only"] as const).flatMap((fault) =>
      (["before", "in the middle of"] as const).map((when) => ({ place, fault, when })),
    ),
  );
  // The kernel does not make read-only what is open for writing, as the journal of a run is; a disk that fails does.
  const cells = all.filter(
    ({ place, fault, when }) =>
      place !== "run folder" || fault !== "read-only" || when === "before",
  );
  test.each(sampled(cells, { size: 1, seed: 2 }))(
    "$place, $fault $when a run, pauses it at most",
    async ({ place, fault, when }) => {
      const name = [place, fault, when].join("-").replaceAll(" ", "-");
      await using disk = await smallDisk(join(root, name), LARGE_KB);
      const runs = place === "run folder" ? disk.folder : join(root, `${name}-runs`);
      const extra: Record<string, string> =
        place === "cache"
          ? { MLE_STAR_CACHE: disk.folder }
          : place === "temporary folder"
            ? { TMPDIR: disk.folder }
            : {};
      const isFilled = fault === "filled";
      const begins = (): void => (isFilled ? disk.fill() : disk.setReadOnly(true));
      const ends = (): void => (isFilled ? disk.empty() : disk.setReadOnly(false));
      if (when === "before") begins();
      else inTheMiddle = begins;
      const first = await run(runs, extra);
      // Nothing may need the place: then the run ends as if nothing were wrong with it.
      if (first.code !== 0)
        await expectPaused(first, runs, isFilled ? NO_SPACE : /the file system is read-only; /u);
      ends();
      const ended = await run(runs, extra);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      expect(await outcomeOf(folderIn(runs))).toEqual(whole);
    },
  );
});

/** The interpreter, whose first start on the rows of a view waits to be killed. */
async function waitingPython(
  name: string,
  runs: string,
  view: string,
): Promise<{ file: string; flag: string }> {
  const [file, flag] = [join(root, `python-${name}`), join(root, `waits-${name}`)];
  const wait = `if [ -e "${flag}" ]; then rm "${flag}"; sleep 120; fi`;
  const rows = join(folderIn(runs), "referee", "views", view, "test.csv");
  const isView = `cmp -s ../data/test.csv "${rows}"`;
  const lines = `case "$PWD" in */work/*/box) if ${isView}; then ${wait}; fi;; esac\nexec "${python}" "$@"\n`;
  await writeFile(file, `#!/bin/sh\n${lines}`, { mode: 0o755 });
  await writeFile(flag, "");
  return { file, flag };
}

/** Processes of this machine below another, with their command lines. */
function descendants(pid: number): { pid: number; command: string; cwd: string }[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  const all = ids.flatMap((id) => {
    try {
      const parent = Number(
        /^PPid:\s+(\d+)$/mu.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1],
      );
      const command = readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(id), parent, command, cwd: readlinkSync(`/proc/${id}/cwd`) }];
    } catch {
      // It has just ended.
      return [];
    }
  });
  const below = (parent: number): typeof all =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid);
}

const sleeping = () => new Promise((resolve) => setTimeout(resolve, 20));

function killReferee(program: number): void {
  for (const { pid, command } of descendants(program))
    if (command.includes("service.py")) process.kill(pid, "SIGKILL");
}

async function killsScriptAndReferee(): Promise<void> {
  const runs = join(root, "script-killed");
  const { file, flag } = await waitingPython("once", runs, "fold-0");
  const { child, ended } = begin(runs, { MLE_STAR_PYTHON: file });
  inTheMiddle = () => killReferee(child.pid ?? 0);
  const done = ended.then(() => true);
  while (existsSync(flag) && !(await Promise.race([done, sleeping().then(() => false)])));
  const script = () =>
    descendants(child.pid ?? 0).find(({ command }) => command.startsWith("sleep 120"));
  while (script() === undefined && !(await Promise.race([done, sleeping().then(() => false)])));
  const inner = descendants(child.pid ?? 0).find(
    ({ command, cwd }) => cwd.includes("/work/") && command.startsWith(`/bin/sh ${file}`),
  );
  if (inner === undefined) throw new Error(`no script waits: ${(await ended).stderr}`);
  process.kill(inner.pid, "SIGKILL");
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(0);
  expect(await outcomeOf(folderIn(runs))).toEqual(whole);
  const events = await readEvents(join(folderIn(runs), "journal.jsonl"));
  const warnings = events.flatMap((event) =>
    event.type === "executed" && event.value.warning !== null ? [event.value.warning] : [],
  );
  expect(warnings).toEqual(["run again, since at first it was ended from outside by SIGKILL"]);
}

async function killsEachReferee(): Promise<void> {
  const runs = join(root, "referee-killed");
  let first: ReturnType<typeof begin> | null = null;
  let killer: NodeJS.Timeout | undefined;
  inTheMiddle = () => {
    killer = setInterval(() => killReferee(first?.child.pid ?? 0), 20);
  };
  first = begin(runs);
  const ended = await first.ended;
  clearInterval(killer);
  const line =
    /the referee process ended with SIGKILL \(twice, at \w+\); run the same command again/u;
  await expectPaused(ended, runs, line);

  const { code, stderr } = await run(runs);
  expect(code, stderr).toBe(0);
  expect(await outcomeOf(folderIn(runs))).toEqual(whole);
}

async function failsTheDisk(context: TestContext): Promise<void> {
  const why = await whyNoFailingDisks(join(root, "tried"));
  if (why !== null) context.skip(why);
  await using disk = await failingDisk(join(root, "failing"), LARGE_KB);
  inTheMiddle = () => disk.fail();
  await expectPaused(await run(disk.folder), disk.folder, /the file system is read-only; /u);
  await disk.repair();
  const ended = await run(disk.folder);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(await outcomeOf(folderIn(disk.folder))).toEqual(whole);
}

async function leavesFewFiles(): Promise<void> {
  const runs = join(root, "few-files");
  const limited = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"];
  const first = await run(runs, {}, limited);
  if (first.code !== 0) await expectPaused(first, runs, /too many open files; raise their limit/u);
  const ended = await run(runs);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(await outcomeOf(folderIn(runs))).toEqual(whole);
}

const faults: [string, (context: TestContext) => Promise<void>][] = [
  [
    "a script and a referee that somebody kills are started again, to the same result",
    killsScriptAndReferee,
  ],
  ["a referee that is killed each time pauses the run", killsEachReferee],
  ["a disk that fails in the middle of a run, its journal with it, pauses the run", failsTheDisk],
  ["a limit of 64 open files is enough, or is named", leavesFewFiles],
];

test.for(sampled(faults, { size: 1, seed: 1 }))("%s", ([, happen], context) => happen(context));

test("a Python that is too old is named in one line, and no run begins", async () => {
  const old = join(root, "old-python");
  await writeFile(old, "#!/bin/sh\necho 3.8.10\n", { mode: 0o755 });
  const ended = await run(join(root, "old"), { MLE_STAR_PYTHON: old });
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toMatch(
    /^error: MLE_STAR_PYTHON=[^\n]* is Python 3\.8\.10, and Python 3\.10 or newer is needed: [^\n]*\n$/mu,
  );
});
