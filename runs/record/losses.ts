import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Event, EventValue } from "../events/events.ts";
import { usedMembers } from "../events/scoring.ts";
import { runFiles } from "./folder.ts";
import { filesBelow, hashFile } from "./hash-file.ts";
import type { Named } from "./history.ts";
import { parseJson } from "./journal-lines.ts";

/** A file as the journal says that a step left it. */
type Expected = {
  /** Of the step that is to be done once more when the file is not so. */
  key: string;
  path: string;
  sha256: string;
};

/** How often it is said how far the checks have come, in milliseconds. */
const REPORT_EVERY = 2000;

/**
 * Keys of the recorded steps whose files in the run's folder are gone or are not what the journal says: banked
 * predictions, submissions, the published scripts. Every file is read once; nothing is changed.
 */
export async function findLosses(
  folder: string,
  events: readonly Event[],
  report: (line: string) => void,
): Promise<Set<string>> {
  const expected = [
    ...bankedFiles(folder, events).filter(({ isClosed }) => !isClosed),
    ...submissionFiles(folder, events),
    ...publishedFiles(folder, events),
  ];
  const lost = new Set<string>();
  let last = performance.now();
  for (const [index, { key, path, sha256 }] of expected.entries()) {
    if ((await hashFile(path)) !== sha256) lost.add(key);
    if (performance.now() - last < REPORT_EVERY) continue;
    last = performance.now();
    report(`checking what the run has stored: ${index + 1} of ${expected.length} files`);
  }
  return lost;
}

/**
 * Solutions whose predictions of the sealed holdout are gone or changed though it is closed: no script may run on it
 * again, so that they cannot be made again. Their journaled scores stand.
 */
export async function lostForGood(folder: string, events: readonly Event[]): Promise<string[]> {
  const lost: string[] = [];
  for (const { path, sha256, solution, isClosed } of bankedFiles(folder, events))
    if (isClosed && (await hashFile(path)) !== sha256) lost.push(solution);
  return [...new Set(lost)].sort();
}

/** A file of the referee's bank; `isClosed`: of the sealed holdout, which is closed. */
type Banked = Expected & { solution: string; isClosed: boolean };

function bankedFiles(folder: string, events: readonly Event[]): Banked[] {
  const { referee } = runFiles(folder);
  const isOpened = events.some((event) => event.type === "sealed-opened");
  const executed = new Set(
    events.flatMap((event) => (event.type === "executed" ? [event.key] : [])),
  );
  const all = events.flatMap((event) => {
    const found = bankedBy(event);
    if (found === null) return [];
    const { solution, view, banked } = found;
    const place = `${solution}/${view}`;
    const run = executed.has(`${place}/run`) ? `${place}/run` : `${place}/judge`;
    const key = view === null ? solution : run;
    const isClosed = view === "sealed" && isOpened;
    return banked.map(({ file, sha256 }) => {
      return { key, path: join(referee, file), sha256, solution, isClosed };
    });
  });
  // What was banked last under a name is what stands there.
  return [...new Map(all.map((each) => [each.path, each])).values()];
}

/** The files that an event says are in the bank; null for one that says nothing of it. */
function bankedBy({ type, value }: Event) {
  if (type === "blended") return { ...value, view: null };
  if (type === "restored") return value;
  if (type !== "judged") return null;
  return { ...value, banked: value.banked === null ? [] : [value.banked] };
}

/** Submissions that executions left: those of the real test rows, and those that are still to be judged. */
function submissionFiles(folder: string, events: readonly Event[]): Expected[] {
  const statuses = new Map<string, EventValue<"judged">["status"]>();
  const restored = new Map<string, string | null>();
  for (const { type, value } of events) {
    if (type === "judged") statuses.set(`${value.solution}/${value.view}/run`, value.status);
    if (type === "restored")
      restored.set(`${value.solution}/${value.view}/run`, value.submissionHash);
  }
  return events.flatMap((event) => {
    if (event.type !== "executed") return [];
    const { key, value } = event;
    const status = statuses.get(key);
    const isNeeded =
      value.view === "final" ? status !== "invalid-submission" : status === undefined;
    const sha256 = restored.get(key) ?? value.submissionHash;
    if (value.submission === null || sha256 === null || !isNeeded) return [];
    return [{ key, path: join(folder, value.submission), sha256 }];
  });
}

/** The submission that stands, and the script or scripts that made it. */
function publishedFiles(folder: string, events: readonly Event[]): Expected[] {
  const written = events.findLast((event) => event.type === "submission-written");
  if (written === undefined) return [];
  const { submission, solution, solutions } = runFiles(folder);
  const { key, value } = written;
  const blend = events
    .filter((event) => event.type === "blended")
    .find((event) => event.value.solution === value.solution)?.value;
  const codeOf = (id: string) =>
    events.filter((event) => event.type === "executed").find((event) => event.value.solution === id)
      ?.value.codeHash;
  const own = value.solution === null ? [] : [value.solution];
  const scripts = blend === undefined ? own : usedMembers(blend);
  return [
    { key, path: submission, sha256: value.sha256 },
    ...scripts.flatMap((id) => {
      const sha256 = codeOf(id);
      const path =
        scripts.length === 1 ? solution : join(solutions, `${id.replaceAll("/", ".")}.py`);
      return sha256 === undefined ? [] : [{ key, path, sha256 }];
    }),
  ];
}

/** Hashes of what each view has shown to the last script that ran on it. */
export function shownInputs(events: readonly Event[]): Map<string, string> {
  const shown = new Map<string, string>();
  // All repetitions of a view see the same.
  for (const { type, value } of events)
    if (type === "executed") shown.set(value.view.replace(/@\d+$/u, ""), value.inputHash);
  return shown;
}

/** Whether every evaluated solution's script stands where a person looks for it. */
export function hasAttempts(folder: string, events: readonly Event[]): boolean {
  const { attempts } = runFiles(folder);
  return events.every(
    (event) =>
      event.type !== "evaluated" || existsSync(join(attempts, event.value.solution, "solution.py")),
  );
}

/** What the history of a run must hold. */
export function namedCommits(events: readonly Event[]): Named {
  const commits = new Map<string, string>();
  const tracks = new Set<string>();
  for (const { type, value } of events) {
    if (type === "evaluated" || type === "blended") commits.set(value.solution, value.commit);
    if (type === "advanced") tracks.add(value.track);
  }
  return { commits, tracks };
}

/** Hashes of the files that the split was frozen in, by their path in the referee's folder. */
export async function hashFrozen(referee: string): Promise<Record<string, string>> {
  const paths = [join(referee, "split.json"), ...(await filesBelow(join(referee, "labels")))];
  const hashes: Record<string, string> = {};
  for (const path of paths.sort()) {
    const hash = await hashFile(path);
    if (hash !== null) hashes[relative(referee, path)] = hash;
  }
  return hashes;
}

/** What of the frozen split is not as it was, in words; null when all is. */
export async function frozenDamage(
  referee: string,
  frozen: Readonly<Record<string, string>>,
): Promise<string | null> {
  const now = await hashFrozen(referee);
  const names = [...new Set([...Object.keys(frozen), ...Object.keys(now)])].sort();
  const differing = names.filter((name) => frozen[name] !== now[name]);
  return differing.length === 0 ? null : differing.slice(0, 3).join(", ");
}

/**
 * Takes away a state of the sealed holdout that is not the one of the journal's opening, so that the referee writes
 * it again; without an opening in the journal the state stays, whatever it is.
 */
export async function mendSealed(folder: string, events: readonly Event[]): Promise<boolean> {
  const intent = events.find((event) => event.type === "sealed-intended");
  const file = join(runFiles(folder).referee, "sealed.json");
  if (intent === undefined || !existsSync(file)) return false;
  const state = parseJson(await readFile(file, "utf8")) as
    | { finalists?: unknown }
    | null
    | undefined;
  const wanted = JSON.stringify(intent.value.solutions.toSorted());
  if (JSON.stringify(state?.finalists) === wanted) return false;
  await rm(file);
  return true;
}
