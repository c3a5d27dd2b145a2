import pc from "picocolors";
import type { Event } from "../../../runs/events/events.ts";
import type { Redact } from "../../../runs/record/secrets.ts";
import { formatEvent } from "../../../runs/report/event-text.ts";
import { showScore, showSeconds, showUsd } from "../../../runs/report/formats.ts";
import { isBetter } from "../../../tasks/competition.ts";
import { createProjection } from "../../estimate/projection.ts";

/** Progress of a run: lines on standard error, and on a terminal a status line below them. */
export type Progress = {
  line(text: string): void;
  event(event: Event, replayed: boolean): void;
  close(): void;
};

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number };

type Tally = {
  best: number | null;
  bestAt: string;
  executions: number;
  calls: number;
  usd: number;
  elapsed: number;
};

/** Opens progress on a stream; `quiet` prints nothing, `redact` removes secrets from each line. */
export function openProgress(
  stream: Stream,
  quiet: boolean,
  redact: Redact = (text) => text,
): Progress {
  if (quiet) return { line: () => undefined, event: () => undefined, close: () => undefined };
  const live = stream.isTTY === true;
  const tally: Tally = { best: null, bestAt: "", executions: 0, calls: 0, usd: 0, elapsed: 0 };
  const projection = createProjection();
  let direction: "maximize" | "minimize" = "maximize";
  let shown = false;
  let replayed = 0;
  const clear = () => {
    if (shown) stream.write("\r\u001b[2K");
    shown = false;
  };
  const status = () => {
    if (!live) return;
    clear();
    stream.write(pc.dim(statusLine(tally, projection.usd()).slice(0, (stream.columns ?? 100) - 1)));
    shown = true;
  };
  const line = (text: string) => {
    clear();
    stream.write(`${redact(text)}\n`);
    status();
  };
  const timer = live ? setInterval(status, 1000) : null;
  timer?.unref();
  return {
    line,
    event(event, isReplayed) {
      if (event.type === "run-started") direction = event.value.competition.direction;
      projection.add(event);
      const isBest = count(tally, event, direction);
      if (isReplayed) replayed += 1;
      if (!isReplayed && replayed > 0) {
        line(pc.dim(`${replayed} finished steps read from the journal`));
        replayed = 0;
      }
      if (!isReplayed && isShown(event))
        line(`${indent(event.key)}${paint(event, formatEvent(event), isBest)}`);
    },
    close() {
      if (timer !== null) clearInterval(timer);
      clear();
    },
  };
}

/** Folds an event in; true when it is a new best score. */
function count(tally: Tally, event: Event, direction: "maximize" | "minimize"): boolean {
  tally.elapsed = Math.max(tally.elapsed, event.elapsed);
  if (event.type === "executed") tally.executions += 1;
  if (event.type === "answered" || event.type === "unanswered") {
    tally.calls += event.type === "unanswered" && event.value.tries.length === 0 ? 0 : 1;
    tally.usd += event.value.usd ?? 0;
  }
  const scored =
    event.type === "evaluated"
      ? event.value.evaluation.score
      : event.type === "blended"
        ? event.value.score
        : null;
  if (!isBetter(scored, tally.best, direction)) return false;
  tally.best = scored;
  tally.bestAt = event.type === "evaluated" || event.type === "blended" ? event.value.solution : "";
  return true;
}

function statusLine(tally: Tally, projected: number | null): string {
  const best =
    tally.best === null
      ? "nothing scored yet"
      : `best so far ${showScore(tally.best)} (${tally.bestAt})`;
  const of = projected === null ? "" : ` of about ${showUsd(projected)}`;
  return `${showSeconds(tally.elapsed)} · ${best} · ${tally.executions} executions · ${tally.calls} model calls · ${showUsd(tally.usd)}${of}`;
}

/** Attempts, decisions and milestones; model calls and single scores are in `runs log`. */
function isShown(event: Event): boolean {
  switch (event.type) {
    case "answered":
    case "judged":
    case "pooled":
    case "executed":
    case "offered":
    case "advanced":
    case "compared":
    case "challengers-compared":
    case "members-chosen":
    case "diagnosed":
    case "shuffled":
    case "canary-drawn":
      return false;
    case "limit-checked":
      return !event.value.allowed;
    case "leaks-checked":
      // Clean scripts need no line.
      return !["clean", "not-asked"].includes(event.value.leakage ?? "");
    default:
      return true;
  }
}

function indent(key: string): string {
  const depth = key.split("/").length - 1;
  return "  ".repeat(Math.min(3, Math.max(0, depth - 1)));
}

function paint(event: Event, text: string, isBest: boolean): string {
  if (isBest) return `${text} ${pc.green("★ best so far")}`;
  if (event.type === "evaluated" && event.value.evaluation.score === null) return pc.red(text);
  if (event.type === "decided") return event.value.accepted ? pc.green(text) : pc.dim(text);
  return text;
}
