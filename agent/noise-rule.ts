/** A change that only has to be no worse is taken when it is as likely better as worse. */
export const NO_WORSE = 0.5;

/** The rate at which a step may take noise for a gain: over all T steps of a track it is what was asked for. */
export function rateOfStep(config: { acceptProbability: number; outerSteps: number }): number {
  return 1 - config.acceptProbability ** (1 / Math.max(1, config.outerSteps));
}
