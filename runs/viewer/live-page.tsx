/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import type { Event } from "../events/events.ts";
import type { RunEntry } from "../record/folder.ts";
import { type Attempt, attemptsOf } from "../report/attempts.ts";
import { bestSoFar } from "../report/best-so-far.ts";
import { showSeconds } from "../report/formats.ts";
import { whyItWon } from "../report/leaderboard.ts";
import { AttemptLine } from "../report/page/attempts.tsx";
import { Headline } from "../report/page/headline.tsx";
import { Curves } from "../report/page/sections.tsx";
import { summarize } from "../report/summary.ts";
import { formatEvent } from "../report/text/event-text.ts";

/** An attempt's line in the tree: `n` counts attempts as they came, so it stays the same as the journal grows. */
export type LiveRow = { n: number; parent: number | null; group: string; html: string };

/** What a page that knows the journal up to some line has to change. */
export type LiveChange = {
  seq: number;
  /** Whether the page was drawn from another journal and has to be loaded again. */
  isOther: boolean;
  head: string;
  curve: string | null;
  rows: LiveRow[];
  lines: string[];
};

/** Lines of the journal that a page shows at most. */
export const MAX_LINES = 300;

/** A picture is drawn again no more often than this. */
const DRAW_MS = 2000;

/** The changing parts of a run's page, each drawn once for all who look at it. */
export class LivePage {
  readonly #entry: RunEntry;
  #events: readonly Event[] = [];
  #rows: (LiveRow & { changedAt: number })[] = [];
  #curve = { html: "", at: 0, drawn: Number.NEGATIVE_INFINITY };
  /** The journal's line that each version was drawn at; the first version is 1. */
  readonly #seqs: number[] = [0];
  seq = 0;
  head = "";
  /** Whether something is still to be drawn, though nothing more may come. */
  isStale = true;

  constructor(entry: RunEntry) {
    this.#entry = entry;
  }

  get rows(): readonly LiveRow[] {
    return this.#rows;
  }

  get curve(): string {
    return this.#curve.html;
  }

  /** The last lines of the journal in words, oldest first. */
  get lines(): string[] {
    return this.#events.slice(-MAX_LINES).map(lineOf);
  }

  /** Counts drawings: also of what is no line of the journal, as that nobody works on the run any more. */
  get version(): number {
    return this.#seqs.length - 1;
  }

  /** The version that a page knows which was drawn at a line, as far as it can be told: rather one too early. */
  versionAt(seq: number): number {
    const next = this.#seqs.findIndex((at) => at >= seq);
    return this.#seqs[next] === seq ? next : Math.max(0, next - 1);
  }

  /** Draws anew what the events have changed. */
  update(events: readonly Event[], isRunning: boolean): void {
    if (events.length < this.seq) this.#rows = [];
    this.#seqs.push(events.length);
    this.#events = events;
    this.seq = events.length;
    const summary = summarize(events, this.#entry.folder);
    const started = events.find((event) => event.type === "run-started")?.value;
    const winner = whyItWon(events);
    const running = isRunning ? <p class="running">at work</p> : null;
    this.head = String(
      <>
        <Headline
          summary={summary}
          constantScores={started?.constantScores ?? null}
          winner={winner}
        />
        {running}
      </>,
    );
    this.#updateRows(attemptsOf(events));
    this.isStale = isRunning && performance.now() - this.#curve.drawn < DRAW_MS;
    if (this.isStale) return;
    const html = String(<Curves curve={bestSoFar(events)} summary={summary} />);
    const at = html === this.#curve.html ? this.#curve.at : this.version;
    this.#curve = { html, at, drawn: performance.now() };
  }

  #updateRows(attempts: readonly Attempt[]): void {
    const places = new Map(attempts.map(({ id }, n) => [id, n]));
    this.#rows = attempts.map((attempt, n) => {
      const html = String(<AttemptLine attempt={attempt} />);
      const known = this.#rows[n];
      if (known?.html === html) return known;
      const above = attempt.parent === null ? null : (places.get(attempt.parent) ?? null);
      // A parent has its verdict before its child, so nothing can stand below itself.
      const parent = above !== null && above < n ? above : null;
      return { n, parent, group: groupOf(attempt), html, changedAt: this.version };
    });
  }

  /** What has changed since a version, for a page that shows the journal up to a line. */
  changeSince(version: number, seq: number): LiveChange {
    return {
      seq: this.seq,
      isOther: seq > this.seq,
      head: this.head,
      curve: this.#curve.at > version ? this.#curve.html : null,
      rows: this.#rows
        .filter(({ changedAt }) => changedAt > version)
        .map(({ n, parent, group, html }) => ({ n, parent, group, html })),
      lines: this.#events.slice(Math.max(seq, this.seq - MAX_LINES)).map(lineOf),
    };
  }
}

/** By what the tree is filtered. */
export function groupOf({ score, origin, verdict }: Attempt): string {
  if (score === null) return "failed";
  if (origin === "ablation") return "ablation";
  return verdict ?? "undecided";
}

function lineOf(event: Event): string {
  return `${showSeconds(event.elapsed).padStart(8)}  ${formatEvent(event)}`;
}
