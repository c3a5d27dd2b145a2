import { setTimeout as sleep } from "node:timers/promises";
import { EngineRefused } from "../../errors.ts";

/** An answer serves all who ask within this time. */
const FRESH_MS = 1_000;
/** A controller that restarts, or is too busy, answers again within this time. */
const PATIENCE_MS = 300_000;

export type Listing<T> = {
  /** What the engine lists now; null where it does not answer at the moment. */
  read(): Promise<T | null>;
  /** Nothing that was asked before counts any more: something was submitted. */
  forget(): void;
};

/**
 * Asks an engine for all of its jobs at once. The first question must be answered; later the engine may be silent for
 * a while, since jobs go on without it.
 *
 * @throws EngineRefused where it does not answer the first time, or for too long
 */
export function listing<T>(
  ask: () => Promise<T>,
  { freshMs = FRESH_MS, patienceMs = PATIENCE_MS } = {},
): Listing<T> {
  let asked: { at: number; answer: Promise<T | null> } | null = null;
  let answeredAt: number | null = null;

  const put = async (): Promise<T | null> => {
    try {
      const answer = await ask();
      answeredAt = performance.now();
      return answer;
    } catch (error) {
      if (answeredAt === null || performance.now() - answeredAt > patienceMs)
        throw error instanceof EngineRefused ? error : new EngineRefused(String(error));
      // What does not answer is not asked in a hurry.
      await sleep(freshMs);
      return null;
    }
  };
  return {
    read() {
      if (asked === null || performance.now() - asked.at > freshMs)
        asked = { at: performance.now(), answer: put() };
      return asked.answer;
    },
    forget() {
      asked = null;
    },
  };
}
