/** One script of a step as a policy sees it: the script that the step began with, or an attempt at it. */
export type Tried = {
  /** Its place in the algorithm, `track-1/refine-2/attempt-3`. */
  id: string;
  /** What it was made from; null for the script that the step began with. */
  parent: string | null;
  /** Search score, turned so that more is better; the mean where it was run again. Null: it has none. */
  value: number | null;
  /** Standard error of its gain over the script that the step began with; null where none was measured. */
  standardError: number | null;
  /** Times that its score was measured. */
  evaluations: number;
  code: string;
  plan: string | null;
  /** What its comparison with the worst script said, where one was made. */
  critique: string | null;
  /** Seconds of its executions. */
  seconds: number;
};

/** What is known at a moment of a step: all that a policy decides by. It holds no row and no answer. */
export type Archive = {
  base: Tried;
  /** Attempts in the order in which they were asked for. */
  tried: readonly Tried[];
  /** The script that stands: the first one, or an attempt that took its place. */
  incumbent: string;
  /** Attempts that the step may make in all, and how many a round. */
  attempts: { most: number; round: number };
  /** Attempts that are left. */
  left: number;
  /** Times that scripts may be run again in this step, in all; and one script. */
  retests: { left: number; each: number };
  /** The model that answers is small: feedback has not been seen to help such a one. */
  isSmallModel: boolean;
};

/** Two scripts that an attempt is shown, by their ids. */
export type Pair = { best: string; worst: string };

/** One attempt that is to be made: from which script, and which pair it is shown. */
export type Draw = { from: string; shown: Pair | null };

/** Which policy decided, and by which figures. */
type Reason = { by: string; why: string; facts: Record<string, number> };

/** What is done next. */
export type Move = Reason &
  ({ do: "attempt"; draws: Draw[] } | { do: "run-again"; script: string } | { do: "stop" });

/** Says what is tried next; `random` gives numbers in [0, 1), the same again on a replay. */
export type Policy = (archive: Archive, random: () => number) => Move;

/** All scripts of a step, the first one included. */
export function scriptsOf({ base, tried }: Archive): Tried[] {
  return [base, ...tried];
}

/** Best first; scripts without a score come last, the earliest of equals first. */
export function ranked(scripts: readonly Tried[]): Tried[] {
  const worthOf = ({ value }: Tried) => value ?? Number.NEGATIVE_INFINITY;
  return [...scripts].sort((a, b) => {
    const [left, right] = [worthOf(a), worthOf(b)];
    return left === right ? 0 : right - left;
  });
}

/** The script that stands. */
export function incumbentOf(archive: Archive): Tried {
  return scriptsOf(archive).find(({ id }) => id === archive.incumbent) ?? archive.base;
}

/** The worst attempt but this one; one without a score is worse than any, the latest of equals. */
export function worstBut({ tried }: Archive, id: string): Tried | null {
  return ranked(tried.filter((each) => each.id !== id)).at(-1) ?? null;
}

/** Attempts of a round from one script, as many as are left. */
export function roundFrom(
  { attempts, left }: Archive,
  from: string,
  shown: Pair | null,
): Pick<Move & { do: "attempt" }, "do" | "draws"> {
  const draws = Array.from({ length: Math.min(attempts.round, left) }, () => ({ from, shown }));
  return { do: "attempt", draws };
}

/** Where a policy has nothing left to do. */
export function spent(by: string): Move {
  return { do: "stop", by, why: "all attempts of the step are made", facts: {} };
}
