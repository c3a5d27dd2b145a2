import { access, appendFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { ended, runPython, startProgram } from "../program.ts";
import { now, type Report } from "../timing.ts";
import { watchMemory } from "./process-tree.ts";

const MAKER = fileURLToPath(new URL("../python/large_tables.py", import.meta.url));

/** A table, and what its set-up and its first submission may take. */
const SHAPES = [
  { name: "long", rows: 300_000, columns: 60, tests: 75_000, setUpSeconds: 60 },
  { name: "wide", rows: 2_000, columns: 3_000, tests: 1_000, setUpSeconds: 30 },
] as const;
type Shape = (typeof SHAPES)[number];

const SET_UP_BYTES = 1.5e9;
const FIRST_SECONDS = 180;
/** The run itself is ended soon after: only its beginning is measured. */
const TIME_LIMIT = 300;

const Seen = z.object({
  shape: z.string(),
  setUpSeconds: z.number(),
  setUpBytes: z.number(),
  /** From the start of the program to the first submission that a script made; null: there was none in time. */
  firstSeconds: z.number().nullable(),
});
type Seen = z.infer<typeof Seen>;

/** Set-up and first submission of `run --quick` on a long and on a wide table: seconds, and memory of all processes. */
export async function measureLarge(options: { results: string | null }): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report: note });
  const home = join(cacheDir, "measure-large");
  await mkdir(home, { recursive: true });
  const file = options.results ?? join(home, "results.jsonl");
  note(`results are kept in ${file}; remove it to measure again`);
  const seen = await readResults(file);
  for (const shape of SHAPES) {
    if (seen.some((each) => each.shape === shape.name)) continue;
    const folder = join(home, shape.name);
    await makeTables(python, shape, folder, note);
    const found = await measureRun(shape, folder);
    await appendFile(file, `${JSON.stringify(found)}\n`);
    seen.push(found);
  }
  return reportOf(seen);
}

async function readResults(file: string): Promise<Seen[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => Seen.parse(JSON.parse(line)));
}

/** Makes the tables of a shape where they are not made yet. */
async function makeTables(
  python: string,
  { name, rows, columns, tests }: Shape,
  folder: string,
  note: (line: string) => void,
): Promise<void> {
  if (
    await access(folder)
      .then(() => true)
      .catch(() => false)
  )
    return;
  note(`making the ${name} table`);
  await runPython(python, [MAKER, folder, String(rows), String(columns), String(tests)]);
}

/** Runs the program until it has a script's submission; the first view ends the set-up. */
async function measureRun({ name }: Shape, folder: string): Promise<Seen> {
  const runs = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
  const begun = now();
  const options = ["--quick", "--sandbox", "process", "--time-limit", String(TIME_LIMIT)];
  const child = startProgram(["run", folder, ...options, "--runs-dir", runs, "--run-id", name], {
    MLE_STAR_MODEL: "playbook",
  });
  const memory = watchMemory(child.pid ?? 0);
  const end = ended(child, begun);
  let isOver = false;
  void end.then(() => {
    isOver = true;
  });
  const stopped = () => isOver || now() - begun > TIME_LIMIT;
  try {
    const setUpSeconds = await waitFor(() => hasView(runs), { begun, stopped });
    const setUpBytes = memory.peakBytes();
    const firstSeconds = await waitFor(() => hasScriptSubmission(runs), { begun, stopped });
    if (setUpSeconds === null) throw new Error(`${name}: the set-up did not end`);
    return { shape: name, setUpSeconds, setUpBytes, firstSeconds };
  } finally {
    memory.stop();
    child.kill("SIGINT");
    await end;
    await rm(runs, { recursive: true, force: true });
  }
}

/** Seconds from the beginning until something is there; null when the run ends before. */
async function waitFor(
  isThere: () => Promise<boolean>,
  { begun, stopped }: { begun: number; stopped: () => boolean },
): Promise<number | null> {
  while (!stopped()) {
    if (await isThere()) return now() - begun;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return null;
}

/** Whether the tables of a first view are laid out, which is the last thing before scripts run. */
async function hasView(runs: string): Promise<boolean> {
  const names = await readdir(runs, { recursive: true });
  return names.some((name) => /referee\/views\/[^./][^/]*$/u.test(name));
}

async function hasScriptSubmission(runs: string): Promise<boolean> {
  const names = await readdir(runs, { recursive: true });
  const journal = names.find((name) => name.endsWith("journal.jsonl"));
  if (journal === undefined) return false;
  const text = await readFile(join(runs, journal), "utf8");
  // The last line may be half written.
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .some(({ type, value }) => type === "submission-written" && value.solution !== null);
}

function reportOf(seen: readonly Seen[]): Report {
  const rows = seen.flatMap(({ shape, setUpSeconds, setUpBytes, firstSeconds }) => {
    const goal = SHAPES.find(({ name }) => name === shape)?.setUpSeconds ?? 0;
    return [
      row(`${shape}: set-up, seconds`, goal, setUpSeconds),
      row(`${shape}: set-up, peak GB of all processes`, SET_UP_BYTES / 1e9, setUpBytes / 1e9),
      row(`${shape}: first submission of a script, seconds`, FIRST_SECONDS, firstSeconds),
    ];
  });
  return {
    title: "large: `run --quick` on tables of 300,000 × 60 and 2,000 × 3,000",
    table: [["what", "goal", "seen", "goal / seen"], ...rows],
    notes: [
      "seconds from the start of the program; a ratio of 1 or more meets the goal",
      "set-up: reading, checks, profile, screen, split, and the tables of the first view",
    ],
    data: seen,
  };
}

function row(what: string, goal: number, seen: number | null): string[] {
  if (seen === null) return [what, String(goal), "none in time", "0"];
  return [what, String(goal), seen.toFixed(2), (goal / seen).toFixed(2)];
}
