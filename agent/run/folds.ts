import type { Event } from "../../runs/events/events.ts";
import type { Split, View } from "../../tasks/referee/referee.ts";
import { attemptsOf, type Config } from "../config.ts";
import type { Run } from "./run.ts";

/** Where in the journal it is decided how many folds score every solution. */
const FOLDS_CHOSEN = "search/folds";
/** Share of a limit that the scripts which the settings ask for may take: later ones are slower than the first to end. */
const ASKED_SHARE = 0.4;

/** The folds that score every solution: those of the split, or the first of them where all would take too long. */
export function searchFoldsOf(run: Pick<Run, "journal" | "referee">): View[] {
  const chosen = run.journal.recorded("folds-chosen", FOLDS_CHOSEN)?.folds ?? null;
  return firstFolds(run.referee.split, chosen);
}

/** The same from the journal of a run that has ended. */
export function searchedFolds(events: readonly Event[], split: Split): View[] {
  const chosen = events.find((event) => event.type === "folds-chosen")?.value.folds ?? null;
  return firstFolds(split, chosen);
}

function firstFolds({ folds, searchFolds }: Split, chosen: number | null): View[] {
  return folds.slice(0, chosen ?? searchFolds).map(({ view }) => view);
}

/**
 * Decides, once, how many folds score every solution, by the seconds that the first script to end took on one of them.
 * What task.yaml asks for is kept.
 */
export async function chooseFolds(run: Run, seconds: number): Promise<void> {
  const { searchFolds } = run.referee.split;
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
  const { tracks, candidates, outerSteps, ablationVariants, ensembleAttempts } = config;
  const perTrack = 2 * candidates - 1 + outerSteps * (ablationVariants + attemptsOf(config));
  const scripts = tracks * perTrack + (tracks > 1 ? ensembleAttempts : 0);
  const { timeLimit, maxExecutions } = config;
  const byTime =
    timeLimit === null
      ? most
      : (ASKED_SHARE * timeLimit * slots) / Math.max(1e-9, scripts * seconds);
  const byExecutions = maxExecutions === null ? most : (ASKED_SHARE * maxExecutions) / scripts;
  return Math.max(1, Math.min(most, Math.floor(byTime), Math.floor(byExecutions)));
}
