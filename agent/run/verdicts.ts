import type { Event } from "../../runs/events/events.ts";
import type { History } from "../../runs/record/history.ts";
import type { Journal } from "../../runs/record/journal.ts";
import { type Attempt, attemptsOf } from "../../runs/report/attempts.ts";
import { showGainWithin } from "../../runs/report/formats.ts";

/** Verdicts on their way into the history. */
export type Verdicts = {
  /** Waits for all of them, and writes those that an earlier session left out. */
  settled(): Promise<void>;
};

/**
 * Writes what was decided about each attempt as a note to its commit, as it is decided: the commit was made before.
 * A note names nothing that the journal does not hold, so a lost one is written again.
 */
export function keepVerdicts(journal: Journal, history: History): Verdicts {
  const writing: Promise<unknown>[] = [];
  const unsubscribe = journal.subscribe((event, replayed) => {
    if (event.type !== "decided" || replayed) return;
    const attempt = decidedOf(journal.events).find(({ id }) => id === event.value.challenger);
    if (attempt === undefined) return;
    const note = write(history, attempt);
    // Awaited at the end; until then nobody may take it for unhandled.
    note.catch(() => undefined);
    writing.push(note);
  });
  return {
    async settled() {
      unsubscribe();
      await Promise.all(writing);
      const noted = await history.noted();
      for (const attempt of decidedOf(journal.events))
        if (!noted.has(attempt.commit) && !history.lacks(attempt.commit))
          await write(history, attempt);
    },
  };
}

function decidedOf(events: readonly Event[]): Attempt[] {
  return attemptsOf(events).filter(({ verdict }) => verdict !== null);
}

function write(history: History, attempt: Attempt): Promise<void> {
  const { commit, verdict, gain, standardError, why } = attempt;
  return history.note(commit, {
    Verdict: verdict ?? "none",
    Gain: gain === null ? "unknown" : showGainWithin(gain, standardError),
    Why: why ?? "",
  });
}
