import { existsSync } from "node:fs";
import type { Event, EventValue } from "../events/events.ts";
import { runFiles } from "../record/folder.ts";
import { readHistory } from "../record/history.ts";
import { readEvents } from "../record/journal-lines.ts";
import { type Remembered, reflectedIn, rememberedIn } from "./across/memories.ts";
import { type AttemptDetails, detailsOf, type TextLimits } from "./attempt-details.ts";
import { type Attempt, attemptsOf } from "./attempts.ts";
import { bestSoFar, type CurvePoint } from "./best-so-far.ts";
import { cardsOf, type ShownCard } from "./cards.ts";
import { type Importance, readImportance } from "./importance.ts";
import { leaderboardOf, type Place, whyItWon } from "./leaderboard.ts";
import { checksOf } from "./leak-findings.ts";
import { type Summary, summarize } from "./summary.ts";
import { type Span, timelineOf } from "./timeline.ts";
import { type ToolWork, toolWorkOf } from "./tool-calls.ts";

/** All that a page about a run shows; folds of its journal, and scripts from its history. */
export type ReportData = {
  summary: Summary;
  /** What one prediction for all rows scores; null where it is not known. */
  constantScores: { search: number | null; sealed: number | null } | null;
  split: EventValue<"run-started">["split"] | null;
  winner: string | null;
  attempts: Attempt[];
  places: Place[];
  details: ReadonlyMap<string, AttemptDetails>;
  checks: Record<string, string[]>;
  curve: CurvePoint[];
  ablations: EventValue<"ablated">[];
  /** The blend that was handed in, or the best one; null without one. */
  blend: EventValue<"blended"> | null;
  /** How the predictions of what was handed in lie against the truth; null where that was not computed. */
  diagnosis: EventValue<"diagnosed"> | null;
  /** What it loses by each column; null where nobody asked for it. */
  importance: Importance | null;
  spans: Span[];
  /** What it was reminded of by earlier runs, and what it left; empty and null without a memory. */
  remembered: Remembered[];
  reflected: EventValue<"reflected"> | null;
  cards: ShownCard[];
  /** What models called, where they had tools. */
  toolWork: ToolWork;
  /** What the certificate says, in sentences; null where there is none. */
  certificate: string[] | null;
};

/** Most characters of all scripts, diffs and logs together: a report is to be sent by mail. */
const MAX_TEXT = 1_000_000;

/** Reads all that a report shows of a run; `path` is where git is found. */
export async function readReport(
  folder: string,
  { path, certificate }: { path: string; certificate: string[] | null },
): Promise<ReportData> {
  const files = runFiles(folder);
  const events = await readEvents(files.journal);
  const history = existsSync(files.history) ? readHistory(files.history, { path }) : null;
  const attempts = attemptsOf(events);
  const details = await detailsOf(events, attempts, history, limitsFor(attempts.length));
  const importance = await readImportance(folder);
  return { ...foldReport(events, folder), details, certificate, importance };
}

/** The part of a report that the journal alone tells. */
export function foldReport(
  events: readonly Event[],
  folder: string,
): Omit<ReportData, "details" | "certificate" | "importance"> {
  const summary = summarize(events, folder);
  const started = events.find((event) => event.type === "run-started")?.value;
  return {
    summary,
    constantScores: started?.constantScores ?? null,
    split: started?.split ?? null,
    winner: whyItWon(events),
    attempts: attemptsOf(events),
    places: leaderboardOf(events),
    checks: checksOf(events),
    curve: bestSoFar(events),
    ablations: events.flatMap((event) => (event.type === "ablated" ? [event.value] : [])),
    blend: blendOf(events, summary.bestSolution),
    diagnosis: events.findLast((event) => event.type === "diagnosed")?.value ?? null,
    spans: timelineOf(events),
    remembered: rememberedIn(events),
    reflected: reflectedIn(events),
    cards: cardsOf(events),
    toolWork: toolWorkOf(events),
  };
}

/** Scripts are of some thousand characters; of many attempts each gets its part. */
function limitsFor(attempts: number): TextLimits {
  const each = Math.floor(MAX_TEXT / Math.max(1, attempts));
  return {
    code: Math.min(20_000, Math.floor(each / 2)),
    diff: Math.min(12_000, Math.floor(each / 3)),
    log: Math.min(3_000, Math.floor(each / 12)),
  };
}

function blendOf(events: readonly Event[], best: string | null): EventValue<"blended"> | null {
  const blends = events.flatMap((event) => (event.type === "blended" ? [event.value] : []));
  return blends.find(({ solution }) => solution === best) ?? blends.at(-1) ?? null;
}
