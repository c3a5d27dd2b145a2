import type { Trajectory } from "../../../runs/report/across/trajectories.ts";

/** Shorter lines (`else:`, an import) stand in a plan by chance. */
const TELLING_CHARS = 24;
const HIDDEN = /\b(?:private|public) (?:leaderboard|score)|\btest (?:labels|answers|targets)\b/iu;

/**
 * Why a plan gives the answer away, or null: it holds a line of the code that carried it out, names the score that came
 * of it, or goes by rows that nobody may see. The third filter, after PPC (arXiv 2605.30245).
 */
export function spoilerIn(
  plan: string,
  {
    codeBefore,
    codeAfter,
    scoreAfter,
  }: Pick<Trajectory, "codeBefore" | "codeAfter" | "scoreAfter">,
): string | null {
  if (HIDDEN.test(plan)) return "spoiler: goes by hidden rows";
  if (scoreAfter !== null && namesNumber(plan, scoreAfter)) return "spoiler: names its score";
  const before = new Set(linesOf(codeBefore));
  const added = linesOf(codeAfter).filter((line) => !before.has(line));
  const flat = plan.replaceAll(/\s+/gu, " ");
  return added.some((line) => line.length >= TELLING_CHARS && flat.includes(line))
    ? "spoiler: holds a line of the code that carried it out"
    : null;
}

function linesOf(code: string | null): string[] {
  return (code ?? "").split("\n").map((line) => line.trim().replaceAll(/\s+/gu, " "));
}

/** Whether a number of the text, given to three places or more, is this one as far as it goes. */
function namesNumber(text: string, score: number): boolean {
  return (text.match(/-?\d+\.\d{3,}/gu) ?? []).some((written) => {
    const places = written.split(".")[1]?.length ?? 0;
    return Number(written) === Number(score.toFixed(places));
  });
}
