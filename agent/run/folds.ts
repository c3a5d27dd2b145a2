import * as z from "zod";
import type { Event } from "../../runs/events/events.ts";
import type { Split, View } from "../../tasks/referee/referee.ts";
import { attemptsOf, type Config, showsRows } from "../config.ts";
import type { Run } from "./run.ts";

/** Where in the journal it is decided how many folds score every solution. */
const FOLDS_CHOSEN = "search/folds";
/** Share of a limit that the scripts which the settings ask for may take: later ones are slower than the first to end. */
const ASKED_SHARE = 0.4;
/** What of the settings says who sees rows, as the journal keeps it. */
const Looks = z.object({ policy: z.string(), roleTools: z.array(z.string()) });
type Looks = z.infer<typeof Looks>;
const NO_LOOKS: Looks = { policy: "mle-star", roleTools: [] };

/** The folds that score every solution: those of the split, or the first of them where all would take too long. */
export function searchFoldsOf(run: Pick<Run, "journal" | "referee" | "config">): View[] {
  const chosen = run.journal.recorded("folds-chosen", FOLDS_CHOSEN)?.folds ?? null;
  return firstFolds(run.config, run.referee.split, chosen);
}

/** The same from the journal of a run that has ended. */
export function searchedFolds(events: readonly Event[], split: Split): View[] {
  const chosen = events.find((event) => event.type === "folds-chosen")?.value.folds ?? null;
  const started = events.find((event) => event.type === "run-started")?.value;
  return firstFolds(Looks.catch(NO_LOOKS).parse(started?.config), split, chosen);
}

/** Folds that near-ties may be run on besides: none where models see their answers. */
export function spareFolds(run: Pick<Run, "journal" | "referee" | "config">): View[] {
  if (showsRows(run.config)) return [];
  const searched = searchFoldsOf(run);
  return run.referee.split.folds.map(({ view }) => view).filter((view) => !searched.includes(view));
}

/** How many folds score every solution before any has been run: the first alone where models see the rows of the others. */
export function mostFolds(config: Looks, { searchFolds }: Split): number {
  return showsRows(config) ? Math.min(1, searchFolds) : searchFolds;
}

function firstFolds(config: Looks, split: Split, chosen: number | null): View[] {
  const most = mostFolds(config, split);
  return split.folds.slice(0, Math.min(most, chosen ?? most)).map(({ view }) => view);
}

/**
 * Decides, once, how many folds score every solution, by the seconds that the first script to end took on one of them.
 * What task.yaml asks for is kept.
 */
export async function chooseFolds(run: Run, seconds: number): Promise<void> {
  const searchFolds = mostFolds(run.config, run.referee.split);
  if (run.mode === "self-reported" || searchFolds <= 1) return;
  await run.slots.once(FOLDS_CHOSEN, () =>
    run.journal.step("folds-chosen", FOLDS_CHOSEN, async () => {
      const isAsked = run.competition.split?.folds != null;
      const folds = isAsked
        ? searchFolds
        : affordableFolds(run.config, { seconds, slots: run.slots.count, most: searchFolds });
      return { folds, of: searchFolds, seconds };
    }),
  );
}

/** How many folds the scripts of a run can be scored on within their share of its limits; one at least. */
export function affordableFolds(
  config: Config,
  { seconds, slots, most }: { seconds: number; slots: number; most: number },
): number {
  return Math.max(1, Math.min(most, Math.floor(roomForFolds(config, seconds, slots))));
}

/** On how many folds all scripts that the settings ask for fit, by the seconds of one of them on one; infinite without limits. */
export function roomForFolds(config: Config, seconds: number, slots: number): number {
  const { tracks, candidates, outerSteps, ablationVariants, ensembleAttempts } = config;
  const perTrack = 2 * candidates - 1 + outerSteps * (ablationVariants + attemptsOf(config));
  const scripts = tracks * perTrack + (tracks > 1 ? ensembleAttempts : 0);
  const { timeLimit, maxExecutions } = config;
  const byTime =
    timeLimit === null
      ? Number.POSITIVE_INFINITY
      : (ASKED_SHARE * timeLimit * slots) / Math.max(1e-9, scripts * seconds);
  const byExecutions =
    maxExecutions === null ? Number.POSITIVE_INFINITY : (ASKED_SHARE * maxExecutions) / scripts;
  return Math.min(byTime, byExecutions);
}
