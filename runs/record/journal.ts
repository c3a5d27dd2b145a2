import type { Clock } from "../clock.ts";
import { RunRefused } from "../errors.ts";
import type { Event, EventType, EventValue, Step } from "../events/events.ts";
import { AppendOnlyFile } from "./append-only-file.ts";
import { journalLine, linkLine, type Recorded, readJournal } from "./journal-lines.ts";
import { type Redact, redactDeep } from "./secrets.ts";

/** Called with each event once it counts; `replayed` when an earlier session recorded it and its step is met again. Must not throw. */
export type Listener = (event: Event, replayed: boolean) => void;

/** The append-only truth of a run: what happened, and the effects that need not happen again. */
export interface Journal {
  /** Everything recorded, of earlier sessions too; grows while the run works. */
  readonly events: readonly Event[];
  readonly step: Step;
  /** Records something that happened in this session only, whatever stood under that key before. */
  append<K extends EventType>(type: K, key: string, value: EventValue<K>): Promise<Event<K>>;
  /** The first event recorded under a key with that type, or null. */
  find<K extends EventType>(type: K, key: string): Event<K> | null;
  subscribe(listener: Listener): () => void;
  /** Seconds the run has been at work, over all sessions. */
  elapsed(): number;
  /** This session's work begins, after a set-up of so many seconds: what installing packages or building an image took is not the run's. */
  beginWork(setUpSeconds: number): void;
  /** Takes seconds out of the run's work that only made again what was there: never back behind what is recorded. */
  leaveOut(seconds: number): void;
  close(): Promise<void>;
}

/** What a journal needs from outside; `redact` takes out what no file may hold. */
export type JournalOptions = { clock: Clock; redact?: Redact };

/** Opens a run's journal for going on: recalls what is there, cuts off a torn last line. Hold the run's lock. */
export async function openJournal(file: string, options: JournalOptions): Promise<Journal> {
  const recorded = await readJournal(file);
  return new JournalFile(recorded, await AppendOnlyFile.open(file, recorded.bytes), options);
}

class JournalFile implements Journal {
  readonly events: Event[];
  readonly #file: AppendOnlyFile;
  readonly #clock: Clock;
  readonly #redact: Redact | null;
  readonly #firstByPlace = new Map<string, Event>();
  /** What earlier sessions recorded, by key. */
  readonly #recalled = new Map<string, Event>();
  readonly #used = new Set<string>();
  readonly #listeners = new Set<Listener>();
  #opened: number;
  /** Of the last event when something was left out: no later one may be before it. */
  #lastElapsed = 0;
  readonly #elapsedBefore: number;
  #lastSeq: number;
  #link: string;

  constructor(
    { events, chain }: Recorded,
    file: AppendOnlyFile,
    { clock, redact }: JournalOptions,
  ) {
    this.events = events;
    this.#link = chain;
    this.#file = file;
    this.#clock = clock;
    this.#redact = redact ?? null;
    this.#opened = clock.monotonic();
    for (const event of events) {
      this.#index(event);
      if (!this.#recalled.has(event.key)) this.#recalled.set(event.key, event);
    }
    this.#elapsedBefore = events.at(-1)?.elapsed ?? 0;
    this.#lastSeq = events.length;
  }

  readonly step: Step = async <K extends EventType>(
    type: K,
    key: string,
    effect: () => Promise<EventValue<K>>,
  ): Promise<EventValue<K>> => {
    if (this.#used.has(key)) throw new Error(`step key used twice: ${key}`);
    this.#used.add(key);
    const recalled = this.#recalled.get(key);
    if (recalled === undefined) return this.#effect(type, key, effect);
    if (recalled.type !== type)
      throw new RunRefused(
        `the journal has "${recalled.type}" at ${key} where this mle-star expects "${type}": ` +
          "the run was made by another version; go on with that one or start a new run",
      );
    this.#announce(recalled, true);
    return asOf<K>(recalled).value;
  };

  async #effect<K extends EventType>(
    type: K,
    key: string,
    effect: () => Promise<EventValue<K>>,
  ): Promise<EventValue<K>> {
    try {
      return (await this.append(type, key, await effect())).value;
    } catch (error) {
      // It did not happen: what was cut for lack of time may be done when there is some again.
      this.#used.delete(key);
      throw error;
    }
  }

  async append<K extends EventType>(type: K, key: string, raw: EventValue<K>): Promise<Event<K>> {
    const value = this.#redact === null ? raw : redactDeep(raw, this.#redact);
    const seq = this.#lastSeq + 1;
    const time = this.#clock.now().toISOString();
    const elapsed = Math.round(this.elapsed() * 1000) / 1000;
    const bare = journalLine({ v: 1, seq, time, elapsed, type, key, value });
    const { line, link } = linkLine(bare, this.#link);
    [this.#lastSeq, this.#link] = [seq, link];
    await this.#file.append(`${line}\n`);
    // What the step returns now is what a replay will return: the value as JSON gives it back.
    const event: Event = JSON.parse(bare);
    this.events.push(event);
    this.#index(event);
    this.#announce(event, false);
    return asOf<K>(event);
  }

  find<K extends EventType>(type: K, key: string): Event<K> | null {
    const event = this.#firstByPlace.get(`${type} ${key}`);
    return event === undefined ? null : asOf<K>(event);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  elapsed(): number {
    const now = this.#elapsedBefore + this.#clock.monotonic() - this.#opened;
    return Math.max(now, this.#lastElapsed);
  }

  beginWork(setUpSeconds: number): void {
    this.#opened = this.#clock.monotonic() - setUpSeconds;
  }

  leaveOut(seconds: number): void {
    this.#lastElapsed = this.events.at(-1)?.elapsed ?? 0;
    this.#opened += seconds;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #index(event: Event): void {
    const place = `${event.type} ${event.key}`;
    if (!this.#firstByPlace.has(place)) this.#firstByPlace.set(place, event);
  }

  #announce(event: Event, replayed: boolean): void {
    for (const listener of this.#listeners) listener(event, replayed);
  }
}

/** Callers have compared the type; the compiler cannot relate a generic member to its union. */
function asOf<K extends EventType>(event: Event): Event<K> {
  const same: unknown = event;
  return same as Event<K>;
}
