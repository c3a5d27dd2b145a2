/** Where time comes from; tests bring their own. */
export interface Clock {
  now(): Date;
  /** Seconds since some fixed moment; never jumps when the wall clock is set. */
  monotonic(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now() / 1000,
};
