import pc from "picocolors";
import type { Event } from "../../../runs/events/events.ts";
import type { Direction, Split } from "../../../runs/events/scoring.ts";
import { type Phase, phaseOf, phases } from "../../../runs/phases.ts";
import {
  showPlural,
  showScoreWithin,
  showSeconds,
  showText,
  showUsd,
} from "../../../runs/report/formats.ts";
import { isBetter } from "../../../tasks/competition.ts";
import { parseViewRun, type ViewRun } from "../../../tasks/referee/referee.ts";
import { createProjection } from "../../estimate/projection.ts";
import { forecast } from "../../run/seconds.ts";

/** What is shown of a run while it is at work, a line each. */
export type LiveBlock = {
  /** Folds an event in; true when it is a new best score. */
  add(event: Event): boolean;
  /** An execution has begun; what is returned says that it has ended. */
  began(at: string): () => void;
  /** The lines now; none where nothing is at work. */
  lines(columns: number): string[];
};

type Tally = {
  best: number | null;
  bestWords: string;
  executions: number;
  calls: number;
  usd: number;
  /** The run's own seconds at the last event, and when that came. */
  elapsed: number;
  heardAt: number;
};

/** More executions and calls at once are counted. */
const MAX_LINES = 6;
const BAR = 12;
const SHOWN_PHASES: readonly Phase[] = phases.filter((phase) => phase !== "other");

/** Opens the block of a run; `now` in seconds. */
export function openLiveBlock(now: () => number): LiveBlock {
  const tally: Tally = {
    best: null,
    bestWords: "nothing scored yet",
    executions: 0,
    calls: 0,
    usd: 0,
    elapsed: 0,
    heardAt: now(),
  };
  const projection = createProjection();
  const running = new Map<object, { at: string; since: number }>();
  const asked = new Map<string, { what: string; since: number }>();
  const executed: Event[] = [];
  let direction: Direction = "maximize";
  let split: Split | null = null;
  let isAtWork = false;
  let phase: Phase = "initialize";
  return {
    add(event) {
      if (event.type === "run-started") {
        direction = event.value.competition.direction;
        split = event.value.split;
      }
      isAtWork = event.type !== "run-ended" && event.type !== "faulted";
      phase = later(phase, event.key);
      if (event.type === "executed") executed.push(event);
      follow(asked, event, now());
      projection.add(event);
      tally.heardAt = now();
      return count(tally, event, direction);
    },
    began(at) {
      const execution = { at, since: now() };
      running.set(execution, execution);
      return () => void running.delete(execution);
    },
    lines(columns) {
      if (!isAtWork && running.size === 0) return [];
      const scripts = [...running.values()].map(({ at, since }) =>
        executionLine(at, now() - since, split === null ? null : expected(executed, split, at)),
      );
      const calls = [...asked.values()].map(
        ({ what, since }) => `▸ ${what}  ${showSeconds(now() - since)}`,
      );
      const all = [...scripts, ...calls];
      const more = all.length > MAX_LINES ? [`  and ${all.length - MAX_LINES} more`] : [];
      const own = [...all.slice(0, MAX_LINES), ...more].map((line) => cut(line, columns));
      const elapsed = tally.elapsed + now() - tally.heardAt;
      const status = cut(statusLine(tally, elapsed, projection.usd()), columns);
      return isAtWork ? [phaseLine(phase, columns), ...own, pc.dim(status)] : own;
    },
  };
}

/** The phase that is reached; what is published on the way belongs to none. */
function later(phase: Phase, key: string): Phase {
  const own = key.startsWith("publish") ? "other" : phaseOf(key);
  return SHOWN_PHASES.indexOf(own) > SHOWN_PHASES.indexOf(phase) ? own : phase;
}

/** Which calls of models are under way: each is journaled before it is sent, and when it is answered. */
function follow(
  asked: Map<string, { what: string; since: number }>,
  event: Event,
  since: number,
): void {
  if (event.type === "call-sent") {
    const { role, model } = event.value;
    const what = `${showText(model, 40)} as ${showText(role, 30)}`;
    asked.set(event.key.replace(/\/sent$/u, ""), { what, since });
  } else asked.delete(event.key);
}

/** Seconds that an execution will take: by what its script took elsewhere, else as the others of its kind; null before any ended. */
function expected(executed: readonly Event[], split: Split, at: string): number | null {
  const cut = at.lastIndexOf("/");
  const [id, viewRun] = [at.slice(0, cut), at.slice(cut + 1) as ViewRun];
  const own = forecast(executed, split, id, parseViewRun(viewRun).view);
  if (own > 0) return own;
  const others = executed
    .flatMap((event) =>
      event.type === "executed" && event.value.outcome === "finished" ? [event.value.seconds] : [],
    )
    .sort((a, b) => a - b);
  return others[Math.floor(others.length / 2)] ?? null;
}

function executionLine(at: string, elapsed: number, wanted: number | null): string {
  const time = showSeconds(elapsed);
  const name = showText(at, 60).padEnd(34);
  if (wanted === null) return `▸ ${name} ${time}`;
  const full = Math.min(BAR, Math.round((BAR * elapsed) / wanted));
  return `▸ ${name} ${"━".repeat(full)}${"─".repeat(BAR - full)} ${time} of about ${showSeconds(wanted)}`;
}

/** The phases, the reached one marked. */
function phaseLine(reached: Phase, columns: number): string {
  const plain = SHOWN_PHASES.join(" › ");
  if (plain.length >= columns) return cut(`phase: ${reached}`, columns);
  return SHOWN_PHASES.map((phase) => (phase === reached ? pc.bold(phase) : pc.dim(phase))).join(
    pc.dim(" › "),
  );
}

function statusLine(tally: Tally, elapsed: number, projected: number | null): string {
  const of = projected === null ? "" : ` of about ${showUsd(projected)}`;
  const counts = `${showPlural(tally.executions, "execution")} · ${showPlural(tally.calls, "model call")}`;
  return `${showSeconds(elapsed)} · ${tally.bestWords} · ${counts} · ${showUsd(tally.usd)}${of}`;
}

/** A line that wraps would leave a part of itself behind. */
function cut(line: string, columns: number): string {
  const signs = [...line];
  return signs.length < columns ? line : `${signs.slice(0, Math.max(1, columns - 2)).join("")}…`;
}

function count(tally: Tally, event: Event, direction: Direction): boolean {
  tally.elapsed = Math.max(tally.elapsed, event.elapsed);
  if (event.type === "executed") tally.executions += 1;
  if (event.type === "answered" || event.type === "unanswered") {
    tally.calls += event.type === "unanswered" && event.value.tries.length === 0 ? 0 : 1;
    tally.usd += event.value.usd ?? 0;
  }
  if (event.type !== "evaluated" && event.type !== "blended") return false;
  const { score, interval } = event.type === "evaluated" ? event.value.evaluation : event.value;
  if (!isBetter(score, tally.best, direction)) return false;
  tally.best = score;
  tally.bestWords = `best so far ${showScoreWithin(score, interval)} (${showText(event.value.solution, 60)})`;
  return true;
}
