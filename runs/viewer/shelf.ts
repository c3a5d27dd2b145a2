import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { errorCode, RunRefused } from "../errors.ts";
import { listRuns, type RunEntry, runFiles } from "../record/folder.ts";
import { type ListRow, listRows } from "../report/run-list.ts";
import { type Summary, summarizeRun } from "../report/summary.ts";
import { WatchedRun } from "./watched-run.ts";

/** Most runs that are kept in memory while nobody looks at them. */
const MOST_KEPT = 8;

/** The runs of a folder, as they are looked at. Only what `listRuns` lists can be reached: no path, no link. */
export class Shelf {
  readonly #root: string;
  readonly #watched = new Map<string, WatchedRun>();
  readonly #summaries = new Map<string, { stamp: string; summary: Summary }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** All runs; a journal that has not changed is not read again. */
  async rows(): Promise<ListRow[]> {
    const rows = await listRows(this.#root, null, (run) => this.#summary(run));
    const own = await Promise.all(rows.map((row) => this.#isOwn(row)));
    return rows.filter((_, index) => own[index]);
  }

  /** A run by the names in an address, read up to now; null when there is none. */
  async open(competition: string, id: string): Promise<WatchedRun | null> {
    const entry = (await listRuns(this.#root)).find(
      (run) => run.competition === competition && run.id === id,
    );
    if (entry === undefined || !(await this.#isOwn(entry))) return null;
    const known = this.#watched.get(entry.folder) ?? new WatchedRun(entry);
    // The last one used stands last.
    this.#watched.delete(entry.folder);
    this.#watched.set(entry.folder, known);
    this.#forgetOld();
    await known.refresh();
    return known;
  }

  close(): void {
    for (const run of this.#watched.values()) run.close();
  }

  #forgetOld(): void {
    const idle = [...this.#watched].filter(([, run]) => run.viewers === 0);
    for (const [folder, run] of idle.slice(0, Math.max(0, this.#watched.size - MOST_KEPT))) {
      run.close();
      this.#watched.delete(folder);
    }
  }

  /** Whether all that is read of a run lies in the runs folder, also where links lead. */
  async #isOwn({ folder }: RunEntry): Promise<boolean> {
    const { journal, history, certificate, importance } = runFiles(folder);
    const root = `${await realpath(resolve(this.#root))}${sep}`;
    const places = await Promise.all([journal, history, certificate, importance].map(placeOf));
    return places.every((place) => place === null || place.startsWith(root));
  }

  async #summary(entry: RunEntry): Promise<Summary> {
    const { folder } = entry;
    const { journal } = runFiles(folder);
    if (!(await this.#isOwn(entry))) throw new RunRefused(`${journal} is a link to elsewhere`);
    const { size, mtimeMs, ino } = await stat(journal).catch((error: unknown) => {
      throw new RunRefused(`${journal} cannot be read`, { cause: error });
    });
    const stamp = `${size} ${mtimeMs} ${ino}`;
    const known = this.#summaries.get(folder);
    if (known?.stamp === stamp) return known.summary;
    const summary = await summarizeRun(folder);
    this.#summaries.set(folder, { stamp, summary });
    return summary;
  }
}

/** Where a path leads; null where there is nothing. */
export async function placeOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
