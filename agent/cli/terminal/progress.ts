import pc from "picocolors";
import type { Event } from "../../../runs/events/events.ts";
import type { Redact } from "../../../runs/record/secrets.ts";
import { formatEvent } from "../../../runs/report/text/event-text.ts";
import { openLiveBlock } from "./live-block.ts";

/** Progress of a run: lines on standard error, and on a terminal a block below them that says what is at work. */
export type Progress = {
  line(text: string): void;
  event(event: Event, replayed: boolean): void;
  /** An execution has begun; what is returned says that it has ended. */
  began(at: string): () => void;
  /** Takes the block away: what is written afterwards stands alone. */
  close(): void;
};

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number };

const NOTHING = () => undefined;

/** Opens progress on a stream; `quiet` prints nothing, `redact` removes secrets from each line. */
export function openProgress(
  stream: Stream,
  quiet: boolean,
  redact: Redact = (text) => text,
): Progress {
  if (quiet) return { line: NOTHING, event: NOTHING, began: () => NOTHING, close: NOTHING };
  const block = openLiveBlock(() => performance.now() / 1000);
  const view = stream.isTTY === true ? openBlockView(stream, block.lines, redact) : null;
  let replayed = 0;
  const line = (text: string) => {
    view?.clear();
    stream.write(`${redact(text)}\n`);
    view?.draw();
  };
  return {
    line,
    event(event, isReplayed) {
      const isBest = block.add(event);
      if (isReplayed) replayed += 1;
      if (!isReplayed && replayed > 0) {
        line(pc.dim(`${replayed} finished steps read from the journal`));
        replayed = 0;
      }
      if (!isReplayed && isShown(event))
        line(`${indent(event.key)}${paint(event, formatEvent(event), isBest)}`);
    },
    began: (at) => block.began(at),
    close: () => view?.close(),
  };
}

/** Columns of a terminal that does not know its size: such a one says 0. */
const WITHOUT_SIZE = 100;

/** How often elapsed times move, in milliseconds. */
const TICK_MS = 1000;

/** Draws lines below all others and takes them away again: nothing of them stays in the log. */
function openBlockView(stream: Stream, linesFor: (columns: number) => string[], redact: Redact) {
  let height = 0;
  let isOpen = true;
  const clear = () => {
    if (height === 0) return;
    stream.write(height === 1 ? "\r\u001b[J" : `\r\u001b[${height - 1}A\u001b[J`);
    height = 0;
  };
  const draw = () => {
    clear();
    if (!isOpen) return;
    const lines = linesFor(stream.columns || WITHOUT_SIZE);
    // No line break at the end: it would scroll the last line of a terminal.
    if (lines.length > 0) stream.write(redact(lines.join("\n")));
    height = lines.length;
  };
  const timer = setInterval(draw, TICK_MS);
  timer.unref();
  return {
    clear,
    draw,
    close() {
      isOpen = false;
      clearInterval(timer);
      clear();
    },
  };
}

/** Attempts, decisions and milestones; model calls and single scores are in `runs log`. */
function isShown(event: Event): boolean {
  switch (event.type) {
    case "answered":
    case "call-sent":
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
    case "finalists-chosen":
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
