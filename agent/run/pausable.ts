import { Interrupted, Paused } from "../../runs/errors.ts";
import type { Journal } from "../../runs/record/journal.ts";

/** Steps of the submission: once the run is paused, what was begun of it is still brought to its end. */
const OF_SUBMISSION = /^publish\/|\/final\/(?:run|judge)(?:$|\/)/u;

/**
 * A journal whose steps end with `Paused` once the run is paused: what is recorded is answered, nothing new begins,
 * and what was cut short is no refusal and no failure. So nothing of a pause is recorded that a later session
 * would take for a decision. `signal` is aborted by the pause.
 */
export function pausable(journal: Journal, signal: AbortSignal): Journal {
  return {
    events: journal.events,
    append: (type, key, value) => journal.append(type, key, value),
    find: (type, key) => journal.find(type, key),
    subscribe: (listener) => journal.subscribe(listener),
    elapsed: () => journal.elapsed(),
    beginWork: (setUpSeconds) => journal.beginWork(setUpSeconds),
    leaveOut: (seconds) => journal.leaveOut(seconds),
    close: () => journal.close(),
    async step(type, key, effect) {
      const isAnswered = () => journal.find(type, key) !== null;
      if (signal.aborted && !OF_SUBMISSION.test(key) && !isAnswered()) throw new Paused();
      try {
        return await journal.step(type, key, effect);
      } catch (error) {
        if (!(signal.aborted && error instanceof Interrupted)) throw error;
        throw new Paused({ cause: error, tries: error.tries });
      }
    },
  };
}
