/** The parts of the algorithm that effects belong to. */
export const phases = ["initialize", "refine", "ensemble", "finalize", "other"] as const;
export type Phase = (typeof phases)[number];

/** The phase of a place in the algorithm, by its key. */
export function phaseOf(key: string): Phase {
  if (/^(?:retrieve|baseline|publish\/turn)\b/u.test(key)) return "initialize";
  if (/^track-\d+\/(?:retrieve|init|merge|data-usage)\b/u.test(key)) return "initialize";
  if (/^(?:track-\d+\/refine|native|alternate)\b/u.test(key)) return "refine";
  if (/^(?:ensemble|blend)\b/u.test(key)) return "ensemble";
  if (/^(?:finalize|publish)\b/u.test(key)) return "finalize";
  return "other";
}
