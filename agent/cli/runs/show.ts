import pc from "picocolors";
import { runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { runHolder } from "../../../runs/record/lock.ts";
import {
  type Attempt,
  type AttemptNode,
  attemptsOf,
  attemptTree,
} from "../../../runs/report/attempts.ts";
import {
  showText as oneLine,
  showAudit,
  showGpu,
  showInterval,
  showScore,
  showSeconds,
  showUsd,
} from "../../../runs/report/formats.ts";
import { checksOf } from "../../../runs/report/leak-findings.ts";
import { type Summary, summarize } from "../../../runs/report/summary.ts";
import { summaryText } from "../../../runs/report/summary-text.ts";

/** A run as `runs show` tells it. */
export type ShownRun = {
  summary: Summary;
  attempts: Attempt[];
  /** By solution: what the leak checks found in it, and what the canary said. */
  checks: Record<string, string[]>;
  runningAs: number | null;
};

/** Reads a run folder without touching it. */
export async function showRun(folder: string): Promise<ShownRun> {
  const events = await readEvents(runFiles(folder).journal);
  const holder = await runHolder(folder);
  return {
    summary: summarize(events, folder),
    attempts: attemptsOf(events),
    checks: checksOf(events),
    runningAs: holder?.pid ?? null,
  };
}

/** Summary first, then the tree of attempts. */
export function showText({ summary, attempts, checks, runningAs }: ShownRun): string {
  const running = runningAs === null ? "" : `\nat work now, process ${runningAs}`;
  if (attempts.length === 0) return `${summaryText(summary)}${running}\n\nno attempts yet\n`;
  const lines = attemptTree(attempts).flatMap((root) => branch(root, checks, "", ""));
  return `${summaryText(summary)}${running}\n\n${lines.join("\n")}\n`;
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
  const words = `${showScore(score)} ${showInterval(interval)}`.trimEnd();
  if (change === null) return words;
  const arrow = ARROWS[change];
  return `${change === "better" ? pc.green(arrow) : arrow}${words}`;
}
