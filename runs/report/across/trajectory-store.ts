import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { RunRefused } from "../../errors.ts";
import type { Event } from "../../events/events.ts";
import { listRuns, type RunEntry, runFiles } from "../../record/folder.ts";
import { readHistory } from "../../record/history.ts";
import { readEvents, readPart } from "../../record/journal-lines.ts";
import type { SplitName, Splits } from "../../record/splits.ts";
import { type CompetitionPrint, printOf, sameCompetition } from "./same-competition.ts";
import { type Trajectory, trajectoriesOf } from "./trajectories.ts";

export type StoreOptions = {
  splits: Splits;
  /** Which splits are read; `test` never is. */
  wanted: readonly SplitName[];
  /** Search path on which git is found. */
  path: string;
  /** Told of each run that is passed over, and why. */
  report: (line: string) => void;
  /** Told of each run that is left out since its competition is tested on. */
  leftOut?: (run: RunEntry) => void;
};

/**
 * The rows of all runs below a folder, run by run, so that no more than one run is in memory. They are derived from
 * journals and histories and can be thrown away.
 */
export async function* readTrajectories(
  runsDir: string,
  { splits, wanted, path, report, leftOut }: StoreOptions,
): AsyncGenerator<Trajectory> {
  const runs = (await listRuns(runsDir)).reverse();
  const splitOf = await strictSplits(runs, splits, report);
  for (const run of runs) {
    const split = splitOf.get(run.competition);
    if (split === "test") leftOut?.(run);
    if (split === undefined || split === "test" || !wanted.includes(split)) continue;
    try {
      yield* await rowsOf(run, split, path);
    } catch (error) {
      if (!(error instanceof RunRefused)) throw error;
      report(`passed over: ${error.message}`);
    }
  }
}

async function rowsOf(run: RunEntry, split: SplitName, path: string): Promise<Trajectory[]> {
  const files = runFiles(run.folder);
  const events = await readEvents(files.journal);
  const commits = events.flatMap(({ type, value }) => (type === "evaluated" ? [value.commit] : []));
  const history = existsSync(files.history) ? readHistory(files.history, { path }) : null;
  const code = await history?.readAll([...new Set(commits)], "solution.py");
  return trajectoriesOf(events, {
    run: run.id,
    split,
    read: async (commit) => code?.get(commit) ?? null,
  });
}

/** How strict a split is: what a competition and its copies may be used for is what the strictest of them allows. */
const STRICTNESS: Record<SplitName, number> = { train: 0, dev: 1, test: 2 };

/**
 * The split of each competition that has runs. Competitions that are the same one under two names are in one split,
 * the strictest that the file names for any of them: what is tested on must not be learned from by a copy of it.
 */
async function strictSplits(
  runs: readonly RunEntry[],
  splits: Splits,
  report: (line: string) => void,
): Promise<Map<string, SplitName>> {
  const prints = new Map<string, CompetitionPrint>();
  for (const run of runs) {
    if (prints.has(run.competition)) continue;
    const print = await readPrint(run);
    if (print !== null) prints.set(run.competition, print);
  }
  const split = new Map<string, SplitName>();
  for (const group of copiesAmong([...prints])) {
    const strictest = group
      .map(([competition]) => splits.of(competition))
      .reduce((a, b) => (STRICTNESS[b] > STRICTNESS[a] ? b : a));
    for (const [competition] of group) {
      split.set(competition, strictest);
      if (splits.of(competition) !== strictest)
        report(`${competition} counts as ${strictest}: it is a copy of one that does`);
    }
  }
  return split;
}

/** Groups within which each is the same as another of the group. */
function copiesAmong(
  all: readonly (readonly [string, CompetitionPrint])[],
): (readonly [string, CompetitionPrint])[][] {
  let groups: (readonly [string, CompetitionPrint])[][] = [];
  for (const each of all) {
    const isCopy = (group: readonly (readonly [string, CompetitionPrint])[]) =>
      group.some(([, print]) => sameCompetition(print, each[1]) !== null);
    const joined = groups.filter(isCopy).flat();
    groups = [...groups.filter((group) => !isCopy(group)), [...joined, each]];
  }
  return groups;
}

/** Bytes of a journal read at a time, until its first line is whole. */
const CHUNK = 1 << 20;

/** What a run was of, by the first line of its journal; null where it has not begun. */
async function readPrint({ folder }: RunEntry): Promise<CompetitionPrint | null> {
  const file = runFiles(folder).journal;
  await using handle = await open(file, "r");
  let head = Buffer.alloc(0);
  while (!head.includes("\n")) {
    const chunk = Buffer.alloc(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK, head.length);
    if (bytesRead === 0) break;
    head = Buffer.concat([head, chunk.subarray(0, bytesRead)]);
  }
  const line = head.subarray(0, head.indexOf("\n") + 1);
  const begins = (events: readonly Event[]) => events.find(({ type }) => type === "run-started");
  const first = (begins(readPart(line, file, 1).events) ?? begins(await readEvents(file))) as
    | Event<"run-started">
    | undefined;
  return first === undefined ? null : printOf(first.value);
}
