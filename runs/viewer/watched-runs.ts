import type { RunEntry } from "../record/folder.ts";
import { type Place, WatchedRun } from "./watched-run.ts";

/** Most runs that are kept in memory while nobody looks at them. */
const MAX_KEPT = 8;

/** The runs that are looked at, or were not long ago, wherever they lie. */
export class WatchedRuns {
  readonly #known = new Map<string, WatchedRun>();

  /** A run, read up to now. */
  async open(entry: RunEntry, place: Place): Promise<WatchedRun> {
    const run = this.#known.get(entry.folder) ?? new WatchedRun(entry, place);
    // The last one used stands last.
    this.#known.delete(entry.folder);
    this.#known.set(entry.folder, run);
    this.#forgetOld();
    await run.refresh();
    return run;
  }

  close(): void {
    for (const run of this.#known.values()) run.close();
  }

  #forgetOld(): void {
    const idle = [...this.#known].filter(([, run]) => run.viewers === 0);
    for (const [folder, run] of idle.slice(0, Math.max(0, this.#known.size - MAX_KEPT))) {
      run.close();
      this.#known.delete(folder);
    }
  }
}
