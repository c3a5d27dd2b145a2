import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { errorCode, RunRefused } from "../errors.ts";
import { listRuns, type RunEntry, runFiles } from "../record/folder.ts";
import { type ListRow, listRows } from "../report/run-list.ts";
import { type Summary, summarizeRun } from "../report/summary.ts";
import { placeOfRun } from "./layout.tsx";
import type { Place, WatchedRun } from "./watched-run.ts";
import type { WatchedRuns } from "./watched-runs.ts";

/** The runs of a folder, as they are looked at. Only what `listRuns` lists can be reached: no path, no link. */
export class RunsFolder {
  readonly #root: string;
  readonly #watched: WatchedRuns;
  readonly #summaries = new Map<string, { stamp: string; summary: Summary }>();

  constructor(root: string, watched: WatchedRuns) {
    this.#root = root;
    this.#watched = watched;
  }

  /** All runs; a journal that has not changed is not read again. */
  async rows(): Promise<ListRow[]> {
    const rows = await listRows(this.#root, null, (run) => this.#summary(run));
    const own = await Promise.all(rows.map((row) => this.#isOwn(row)));
    return rows.filter((_, index) => own[index]);
  }

  /** A run by the names in an address, read up to now; null when there is none. */
  async open(competition: string, id: string, place?: Place): Promise<WatchedRun | null> {
    const entry = (await listRuns(this.#root)).find(
      (run) => run.competition === competition && run.id === id,
    );
    if (entry === undefined || !(await this.#isOwn(entry))) return null;
    return this.#watched.open(entry, place ?? placeOfRun(entry));
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
