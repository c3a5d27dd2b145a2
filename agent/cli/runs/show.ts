import pc from "picocolors";
import { runFiles } from "../../../runs/record/folder.ts";
import { journalDamage, readEvents } from "../../../runs/record/journal-lines.ts";
import { runHolder } from "../../../runs/record/lock.ts";
import { type PublicScore, readPublicScores } from "../../../runs/record/public-scores.ts";
import { type Remembered, rememberedIn } from "../../../runs/report/across/memories.ts";
import {
  type Attempt,
  type AttemptNode,
  attemptsOf,
  attemptTree,
} from "../../../runs/report/attempts.ts";
import {
  showText as oneLine,
  showAudit,
  showGain,
  showGainWithin,
  showGpu,
  showScoreOf,
  showScoreWithin,
  showSeconds,
  showUsd,
} from "../../../runs/report/formats.ts";
import { leaderboardOf, type Place, whyItWon } from "../../../runs/report/leaderboard.ts";
import { checksOf } from "../../../runs/report/leak-findings.ts";
import { type Summary, summarize } from "../../../runs/report/summary.ts";
import { summaryText } from "../../../runs/report/text/summary-text.ts";
import { table } from "../terminal/table.ts";

/** A run as `runs show` tells it. */
export type ShownRun = {
  summary: Summary;
  attempts: Attempt[];
  /** In a sentence; null while nothing is best. */
  whyItWon: string | null;
  /** The scored candidates, best first. */
  leaderboard: Place[];
  /** By solution: what the leak checks found in it, and what the canary said. */
  checks: Record<string, string[]>;
  /** What it was reminded of by earlier runs, what it cited, and what came of it. */
  remembered: Remembered[];
  runningAs: number | null;
  /** What leaderboards said: notes, by which nothing is decided. */
  publicScores: PublicScore[];
  /** The line of the journal that is not as it was written, and what to do; null: there is none. */
  damage: string | null;
};

/** Reads a run folder without touching it. */
export async function showRun(folder: string): Promise<ShownRun> {
  const events = await readEvents(runFiles(folder).journal);
  const holder = await runHolder(folder);
  return {
    summary: summarize(events, folder),
    attempts: attemptsOf(events),
    whyItWon: whyItWon(events),
    leaderboard: leaderboardOf(events),
    checks: checksOf(events),
    remembered: rememberedIn(events),
    runningAs: holder?.pid ?? null,
    publicScores: await readPublicScores(folder),
    damage: await journalDamage(runFiles(folder).journal),
  };
}

/** Summary first, then the tree of attempts. */
export function showText(shown: ShownRun): string {
  const { attempts, remembered } = shown;
  const checks = withMemories(shown.checks, remembered);
  if (attempts.length === 0) return `${headOf(shown)}\n\nno attempts yet\n`;
  const lines = attemptTree(attempts).flatMap((root) => branch(root, checks, "", ""));
  return `${headOf(shown)}\n\n${lines.join("\n")}\n${unowned(remembered)}`;
}

/** The notes below an attempt, with what it was shown of the memory, what it cited, and what it gained. */
function withMemories(
  checks: ShownRun["checks"],
  remembered: readonly Remembered[],
): ShownRun["checks"] {
  const notes = { ...checks };
  for (const call of remembered)
    if (call.attempt !== null)
      notes[call.attempt] = [...(notes[call.attempt] ?? []), rememberedText(call)];
  return notes;
}

/** Calls that were made for no attempt alone, such as the retriever's. */
function unowned(remembered: readonly Remembered[]): string {
  return remembered
    .filter(({ attempt }) => attempt === null)
    .map((call) => `${call.at}: ${rememberedText(call)}\n`)
    .join("");
}

function rememberedText({ role, items, failure, gain }: Remembered): string {
  if (failure !== null) return `memory for the ${role}: no answer: ${failure}`;
  const cited = items.filter((item) => item.cited);
  const gained = cited.length === 0 || gain === null ? "" : `, gained ${showGain(gain)}`;
  const names = cited.map(({ id, title }) => `${id} ${oneLine(title, 60)}`).join("; ");
  return `memory for the ${role}: shown ${items.length === 0 ? "nothing" : items.map(({ id }) => id).join(" ")}${cited.length === 0 ? "" : `; cited ${names}${gained}`}`;
}

function headOf({ summary, whyItWon: why, runningAs, publicScores, damage }: ShownRun): string {
  const warning = damage === null ? "" : `DAMAGED: ${oneLine(damage, 400)}\n`;
  const sentence = why === null ? "" : `\n${oneLine(why, 400)}`;
  const running = runningAs === null ? "" : `\nat work now, process ${runningAs}`;
  const notes = publicScores.map(
    ({ competition, at, status, score }) =>
      `\npublic score on Kaggle (${competition}, ${at.slice(0, 10)}): ${score === null ? status : oneLine(score, 40)}; a note, nothing is decided by it`,
  );
  return `${warning}${summaryText(summary)}${sentence}${running}${notes.join("")}`;
}

const HEAD = ["", "attempt", "search", "sealed", "verdict", "gain", "time", "cost"];

/** Summary first, then the candidates, best first. */
export function leaderboardText(shown: ShownRun): string {
  const { leaderboard } = shown;
  if (leaderboard.length === 0) return `${headOf(shown)}\n\nnothing has been scored\n`;
  const lines = table([HEAD, ...leaderboard.map(placeCells)], (column) => column === 0);
  const tied = leaderboard.some(({ isTied }) => isTied);
  const note = tied ? "\n≈ within the interval of the first" : "";
  return `${headOf(shown)}\n\n${lines.join("\n")}${note}\n`;
}

function placeCells({ rank, attempt, sealed, sealedInterval, isTied }: Place): string[] {
  const { id, score, interval, verdict, gain, standardError, seconds, usd } = attempt;
  return [
    `${isTied ? "≈" : ""}${rank}`,
    oneLine(id),
    showScoreWithin(score, interval),
    sealed === null ? "–" : showScoreOf(sealed, sealedInterval ?? interval),
    verdict ?? "–",
    gain === null ? "–" : showGainWithin(gain, standardError),
    showSeconds(seconds),
    showUsd(usd),
  ];
}

/** A node and what came from it; `lead` stands before the node, `indent` before its children. */
function branch(
  node: AttemptNode,
  checks: ShownRun["checks"],
  lead: string,
  indent: string,
): string[] {
  const { children } = node;
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    return branch(
      child,
      checks,
      `${indent}${isLast ? "└─ " : "├─ "}`,
      `${indent}${isLast ? "   " : "│  "}`,
    );
  });
  const gap = `${indent}${children.length === 0 ? "   " : "│  "}`;
  const said = (checks[node.attempt.id] ?? []).map((line) => `${gap}${pc.dim(oneLine(line, 200))}`);
  return [`${lead}${attemptLine(node.attempt)}`, ...said, ...below];
}

function attemptLine(attempt: Attempt): string {
  const parts = [
    attempt.id,
    found(attempt),
    attempt.verdict === null ? "" : attempt.verdict,
    attempt.fixes === 0 ? "" : `${attempt.fixes} repaired`,
    attempt.origin === "blend" ? `of ${attempt.members.join(" + ")}` : showSeconds(attempt.seconds),
    attempt.gpu === null ? "" : showGpu(attempt.gpu),
    attempt.audit === null ? "" : showAudit(attempt.audit),
    attempt.modelCalls === 0 ? "" : showUsd(attempt.usd),
    attempt.isBest ? "★ best" : "",
  ].filter((part) => part !== "");
  const about = attempt.score === null ? attempt.reason : attempt.plan;
  const tail = about === null || about === "" ? "" : pc.dim(` · ${oneLine(about, 70)}`);
  const line = parts.join("  ");
  return `${attempt.isBest ? pc.bold(line) : line}${tail}`;
}

const ARROWS = { better: "↑", worse: "↓", same: "=" } as const;

/** The arrow says better or worse than the parent, whichever way the metric points. */
function found({ status, score, interval, change }: Attempt): string {
  if (score === null) return pc.red(status);
  const words = showScoreWithin(score, interval);
  if (change === null) return words;
  const arrow = ARROWS[change];
  return `${change === "better" ? pc.green(arrow) : arrow}${words}`;
}
