import type { Banked } from "../../runs/events/scoring.ts";
import type { Variant } from "../solution.ts";
import type { Run } from "./run.ts";

/** Records that no candidate of a track could be scored. */
export async function recordTrackFailed(run: Run, track: string): Promise<void> {
  const why = "no candidate could be scored";
  await run.journal.step("track-failed", `${track}/failed`, async () => ({ track, why }));
}

/** Records that a step of the algorithm was passed over, and why. */
export async function recordSkipped(
  run: Run,
  at: string,
  what: "ablation" | "refinement",
  why: string,
): Promise<void> {
  await run.journal.step("skipped", `${at}/skipped`, async () => ({ what, why }));
}

/** Records an ablation study: its variants, largest loss first, against the score of the unchanged script. */
export async function recordAblation(
  run: Run,
  at: string,
  ablation: {
    solution: string;
    baseline: number | null;
    variants: readonly Variant[];
    summary: string;
  },
): Promise<void> {
  const variants = [...ablation.variants];
  await run.journal.step("ablated", `${at}/ablated`, async () => ({ ...ablation, variants }));
}

/** Records which block of which solution is refined, and by which plan first. */
export async function recordTarget(
  run: Run,
  at: string,
  target: { solution: string; block: string; title: string; plan: string },
): Promise<void> {
  await run.journal.step("targeted", `${at}/targeted`, async () => target);
}

/** Records that a blend's predictions were made again, of members that may have been run again themselves. */
export async function recordRestoredBlend(
  run: Run,
  at: { solution: string; view: "sealed" | null },
  was: readonly Banked[],
  now: { score: number | null; banked: readonly Banked[] },
): Promise<void> {
  const banked = [...now.banked];
  await run.journal.record("restored", `${at.solution}/${at.view ?? "search"}/restored`, {
    ...at,
    isSame: JSON.stringify(was) === JSON.stringify(banked),
    submissionHash: null,
    score: now.score,
    banked,
    seconds: 0,
  });
}
