import { randomBytes } from "node:crypto";
import { type Dirent, existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir, stat, symlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { diskError, errorCode, RunRefused } from "../errors.ts";

const LATEST = "latest";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u;

/** What stands where in a run folder; absolute when the folder is. */
export function runFiles(folder: string) {
  return {
    journal: join(folder, "journal.jsonl"),
    history: join(folder, "history.git"),
    attempts: join(folder, "attempts"),
    referee: join(folder, "referee"),
    /** Every connection that scripts made or tried, where a run has a network. */
    network: join(folder, "network.jsonl"),
    submission: join(folder, "submission.csv"),
    /** The script that made the submission; several stand in `solutions`. */
    solution: join(folder, "solution.py"),
    solutions: join(folder, "solution"),
    summary: join(folder, "summary.json"),
    certificate: join(folder, "certificate.json"),
    /** What the submitted solution loses by each column, where that was asked for. */
    importance: join(folder, "importance.json"),
    /** What its scripts keep in `./model/`, where rows were predicted without training. */
    model: join(folder, "model"),
  };
}

/** A run in the runs folder. */
export type RunEntry = { competition: string; id: string; folder: string; startedAt: string };

/** `20261122-193305-9f3c`: sorts by time, reads as time, and two in one second differ. */
export function newRunId(now: Date): string {
  const digits = now.toISOString().replace(/\D/gu, "");
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(2).toString("hex")}`;
}

/** Makes the folder of a new run, points the competition's `latest` at it and returns its absolute path. */
export async function createRun(root: string, competition: string, id: string): Promise<string> {
  for (const [what, name] of [
    ["competition", competition],
    ["run id", id],
  ] as const) {
    if (!NAME.test(name) || name === LATEST)
      throw new RunRefused(
        `${what} "${name}" cannot name a folder; use letters, digits, ".", "_" and "-" (not "${LATEST}")`,
      );
  }
  const parent = resolve(root, competition);
  const folder = join(parent, id);
  try {
    await mkdir(parent, { recursive: true });
    // A folder without a journal is left of a process that ended before it began: nothing is lost.
    await mkdir(folder, { recursive: !existsSync(runFiles(folder).journal) });
    const { attempts } = runFiles(folder);
    await mkdir(attempts, { recursive: true });
    await markLatest(parent, id);
  } catch (error) {
    if (existsSync(runFiles(folder).journal))
      throw new RunRefused(
        `${folder} is there already; continue that run or choose another --run-id`,
      );
    const inTheWay = ["EEXIST", "ENOTDIR"].includes(errorCode(error) ?? "");
    if (inTheWay)
      throw new RunRefused(`${folder} cannot be made: a file is in the way; choose another folder`);
    throw diskError(error, folder);
  }
  return folder;
}

async function markLatest(parent: string, id: string): Promise<void> {
  const temporary = join(parent, `.${LATEST}-${id}`);
  await rm(temporary, { force: true });
  await symlink(id, temporary, "dir");
  try {
    await rename(temporary, join(parent, LATEST));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The first folder on the way to a path that is not there yet; null where the path is there. */
export function firstMissing(path: string): string | null {
  if (existsSync(path)) return null;
  const parent = dirname(path);
  return (parent === path ? null : firstMissing(parent)) ?? path;
}

/**
 * Refuses a run folder whose journal is lost while its work is there: nothing of it can be trusted without one. What
 * a process leaves that ended before its run began holds no attempts. Throws `RunRefused`.
 */
export async function checkJournalIsThere(folder: string): Promise<void> {
  const { journal, attempts, submission } = runFiles(folder);
  const size = await stat(journal).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 0) return;
  const isEmptied = existsSync(submission) || (existsSync(attempts) && !(await isEmpty(attempts)));
  if (isEmptied)
    throw new RunRefused(
      `${journal}: the journal is lost, and with it all that the run knew: restore it from a backup, or start a new run with --fresh`,
    );
}

/**
 * Takes away a run that never began, as if it had not been asked for: of its folders those from `made` on, which this
 * call has made. `latest` is the newest of the others again.
 */
export async function removeRun(
  root: string,
  { competition, id, made }: { competition: string; id: string; made: string },
): Promise<void> {
  const parent = resolve(root, competition);
  await rm(join(parent, id), { recursive: true, force: true });
  await rm(join(parent, LATEST), { force: true });
  const newest = (await listRuns(root)).find((run) => run.competition === competition);
  if (newest !== undefined) await markLatest(parent, newest.id);
  // A folder that holds other things stays, and so does an empty one that was there before.
  for (const folder of [parent, resolve(root)]) {
    const isOurs = folder === made || folder.startsWith(`${made}${sep}`);
    if (isOurs && (await isEmpty(folder))) await rmdir(folder);
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => [null]);
  return entries.length === 0;
}

/** All runs below a runs folder, newest first; whatever else lies there is passed over. */
export async function listRuns(root: string): Promise<RunEntry[]> {
  const runs: RunEntry[] = [];
  for (const competition of await folders(resolve(root))) {
    for (const id of await folders(resolve(root, competition))) {
      const folder = resolve(root, competition, id);
      const startedAt = await startOf(folder);
      if (startedAt !== null) runs.push({ competition, id, folder, startedAt });
    }
  }
  return runs.sort((a, b) => compare(b.startedAt, a.startedAt) || compare(b.id, a.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Links are left out, so `latest` is no second run. */
async function folders(parent: string): Promise<string[]> {
  try {
    const entries: Dirent[] = await readdir(parent, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
      .map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw diskError(error, parent);
  }
}

/** When a run began, from the head of its journal; null when the folder is no run. */
async function startOf(folder: string): Promise<string | null> {
  const { journal } = runFiles(folder);
  try {
    const handle = await open(journal, "r");
    try {
      const head = await handle.read({ buffer: Buffer.alloc(200), position: 0 });
      const time = /"time":"([^"]+)"/u.exec(head.buffer.toString("utf8", 0, head.bytesRead))?.[1];
      return time ?? (await stat(journal)).birthtime.toISOString();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
    throw diskError(error, journal);
  }
}

/**
 * The folder of the run a person means: a path, `latest`, a competition (its latest run), `<competition>/<run>`,
 * a run id or the unique beginning of one.
 */
export async function findRun(root: string, text: string): Promise<string> {
  const wanted = text.trim().replace(/\/+$/u, "");
  const named = await listRuns(root);
  const found = oneOf(named, wanted, root);
  if (found !== null) return found.folder;
  if (wanted !== "" && existsSync(runFiles(resolve(wanted)).journal)) return resolve(wanted);
  const hint = named.length === 0 ? "there are none yet" : "`mle-star runs list` shows them";
  throw new RunRefused(`no run "${text}" in ${resolve(root)}; ${hint}`);
}

function oneOf(named: readonly RunEntry[], wanted: string, root: string): RunEntry | null {
  const [newest] = named;
  if (newest === undefined || wanted === "") return null;
  if (wanted === LATEST) return newest;
  const [competition = "", id = LATEST] = wanted.split("/");
  const same = named.filter((run) => run.competition === competition);
  const [newestThere] = same;
  if (newestThere !== undefined && id === LATEST) return newestThere;
  const pool = wanted.includes("/") ? same : named;
  const name = wanted.includes("/") ? id : wanted;
  const exact = pool.filter((run) => run.id === name);
  const matches = exact.length > 0 ? exact : pool.filter((run) => run.id.startsWith(name));
  if (matches.length <= 1) return matches[0] ?? null;
  const list = matches.slice(0, 5).map((run) => `${run.competition}/${run.id}`);
  throw new RunRefused(
    `"${wanted}" fits ${matches.length} runs in ${resolve(root)}: ${list.join(", ")}${matches.length > 5 ? ", …" : ""}; say more of the id`,
  );
}
