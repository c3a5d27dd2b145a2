import { RunRefused } from "../errors.ts";
import type { Event } from "../events/events.ts";
import { type RunEntry, runFiles } from "../record/folder.ts";
import { JournalTail } from "../record/journal-tail.ts";
import { runHolder } from "../record/lock.ts";
import { LivePage } from "./live-page.tsx";

/** How often a journal that somebody looks at is asked for its size. */
const LOOK_MS = 500;

/** What a run is called on its pages, and their address. */
export type Place = {
  name: string;
  path: string;
  /** The page of the batch that it belongs to; null: of none. */
  batch: { name: string; path: string } | null;
};

/** A run that is looked at, by one or many: its journal is read once for all of them, and only what is new. */
export class WatchedRun {
  readonly entry: RunEntry;
  readonly name: string;
  readonly path: string;
  readonly batch: Place["batch"];
  readonly #tail: JournalTail;
  readonly #page: LivePage;
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;
  viewers = 0;
  /** Why it cannot be read; null when it can. */
  problem: string | null = null;
  isRunning = false;

  constructor(entry: RunEntry, { name, path, batch }: Place) {
    this.entry = entry;
    this.name = name;
    this.path = path;
    this.batch = batch;
    this.#tail = new JournalTail(runFiles(entry.folder).journal);
    this.#page = new LivePage(entry);
  }

  get events(): readonly Event[] {
    return this.#tail.events;
  }

  get page(): LivePage {
    return this.#page;
  }

  /** Reads what is new; those that come meanwhile wait for the same reading. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      const before = this.isRunning;
      this.isRunning = (await runHolder(this.entry.folder)) !== null;
      const isNew = await this.#tail.read();
      this.problem = null;
      if (!isNew && before === this.isRunning && !this.#page.isStale) return;
      this.#page.update(this.#tail.events, this.isRunning);
    } catch (error) {
      if (!(error instanceof RunRefused)) throw error;
      this.problem = error.message;
    }
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Begins to look at the journal regularly, until as many have left as have come. */
  enter(): void {
    this.viewers += 1;
    this.#timer ??= setInterval(() => void this.refresh(), LOOK_MS);
  }

  leave(): void {
    this.viewers -= 1;
    if (this.viewers === 0) this.#stop();
  }

  /** Waits until something is drawn that is newer than a version, but no longer than so many milliseconds. */
  async newerThan(version: number, patience: number): Promise<void> {
    if (this.#page.version <= version) await this.#change(patience);
  }

  close(): void {
    this.#stop();
    for (const wake of this.#waiting) wake();
  }

  #change(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, patience);
      this.#waiting.add(wake);
    });
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
