import { UserError } from "../../../../runs/errors.ts";
import type { Event } from "../../../../runs/events/events.ts";
import { runFiles } from "../../../../runs/record/folder.ts";
import { readEvents } from "../../../../runs/record/journal-lines.ts";
import { attemptsOf } from "../../../../runs/report/attempts.ts";
import { type Summary, summarize } from "../../../../runs/report/summary.ts";

/** A scored attempt: `step` counts them, `best` is the best score of no ablation so far. */
type Point = { step: number; elapsed: number; score: number; best: number | null };

/** What a tracker of experiments shows of a run, ended or at work. */
export type Tracked = {
  summary: Summary;
  /** Milliseconds since 1970 of its first and its last line. */
  began: number;
  ended: number;
  isOver: boolean;
  settings: Record<string, unknown>;
  points: Point[];
  /** What it came to, by name; only what is known. */
  values: Record<string, number>;
  tags: Record<string, string | null>;
};

/** Folds a run's journal. Throws `UserError` for one that has not begun. */
export async function trackedRun(folder: string): Promise<Tracked> {
  const events = await readEvents(runFiles(folder).journal);
  const started = events.find((event) => event.type === "run-started");
  if (started === undefined) throw new UserError(`${folder}: the run has not begun`);
  const summary = summarize(events, folder);
  const { model, sandbox, seed, title, metric, direction, status, bestSolution, mode } = summary;
  const timeOf = (event: Event | undefined) => Date.parse(event?.time ?? "");
  return {
    summary,
    began: timeOf(events[0]),
    ended: timeOf(events.at(-1)),
    isOver: !["unfinished", "paused", "faulted"].includes(status),
    settings: { ...(started.value.config as object), model, sandbox, seed },
    points: pointsOf(events, direction === "minimize"),
    values: valuesOf(summary),
    tags: { title, metric, direction, status, bestSolution, mode },
  };
}

function pointsOf(events: readonly Event[], isLower: boolean): Point[] {
  let best: number | null = null;
  return attemptsOf(events)
    .flatMap(({ score, origin, elapsed }) => {
      if (score === null) return [];
      if (origin !== "ablation" && (best === null || (isLower ? score < best : score > best)))
        best = score;
      return [{ step: 0, elapsed, score, best }];
    })
    .map((point, step) => ({ ...point, step }));
}

function valuesOf(summary: Summary): Record<string, number> {
  const values = {
    final_search_score: summary.searchScore,
    corrected_search_score: summary.correctedScore,
    sealed_score: summary.sealedScore,
    usd: summary.usd,
    tokens: summary.tokens,
    executions: summary.executions,
    seconds: summary.seconds,
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
