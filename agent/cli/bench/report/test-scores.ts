import type { Direction } from "../../../../tasks/competition.ts";
import { signTest } from "../../../../tasks/mle-bench/grading/compare.ts";
import { average } from "../../../../tasks/mle-bench/grading/seeds.ts";

/** A job with the score of its submission on the test rows, where both are known. */
export type TestScore = {
  competition: string;
  configuration: string;
  seed: number;
  score: number | null;
  direction: Direction | null;
};

/** What a batch compares, by name. */
export type Compares = { competitions: readonly string[]; configurations: readonly string[] };

/** One competition: the mean test score of each configuration over its seeds; null where none was graded. */
export type CompetitionScores = {
  competition: string;
  direction: Direction;
  means: (number | null)[];
  /** Seeds that were graded, by configuration. */
  seeds: number[];
};

/** Two configurations over competitions that have scores of both, each counted once. */
export type ScoresCompared = {
  first: string;
  second: string;
  better: number;
  worse: number;
  same: number;
  /** Two-sided, of the sign test. */
  pValue: number;
  verdict: "no difference shown" | "better" | "worse";
};

/** Shown where so small a share of equal configurations would differ as much. */
const LEVEL = 0.05;

/** Mean test scores, a line for each competition that has any. */
export function scoresByCompetition(
  { competitions, configurations }: Compares,
  scores: readonly TestScore[],
): CompetitionScores[] {
  return competitions.flatMap((competition) => {
    const own = scores.filter((each) => each.competition === competition);
    const direction = own.find((each) => each.direction !== null)?.direction ?? null;
    if (direction === null) return [];
    const graded = configurations.map((name) =>
      own.flatMap(({ configuration, score }) =>
        configuration === name && score !== null && Number.isFinite(score) ? [score] : [],
      ),
    );
    if (graded.every((each) => each.length === 0)) return [];
    const means = graded.map((each) => (each.length === 0 ? null : average(each).mean));
    return [{ competition, direction, means, seeds: graded.map((each) => each.length) }];
  });
}

/**
 * Every configuration against the first by test scores, whatever the metrics are: which of two is better counts, by
 * competition, over the seeds that both have. Seeds of one competition are no independent evidence.
 */
export function compareScores(
  { competitions, configurations }: Compares,
  scores: readonly TestScore[],
): ScoresCompared[] {
  const [first, ...others] = configurations;
  if (first === undefined) return [];
  return others.flatMap((second) => {
    const differences = competitions.flatMap((competition) => {
      const gains = gainsOf(competition, { first, second }, scores);
      return gains.length === 0 ? [] : [average(gains).mean];
    });
    if (differences.length === 0) return [];
    const better = differences.filter((each) => each > 0).length;
    const worse = differences.filter((each) => each < 0).length;
    const pValue = signTest(better, worse);
    const side = better > worse ? ("better" as const) : ("worse" as const);
    const verdict = pValue < LEVEL ? side : ("no difference shown" as const);
    const same = differences.length - better - worse;
    return [{ first, second, better, worse, same, pValue, verdict }];
  });
}

/** By seed, how much better the second one's test score is, in units of the metric. */
function gainsOf(
  competition: string,
  { first, second }: { first: string; second: string },
  scores: readonly TestScore[],
): number[] {
  const own = scores.filter((each) => each.competition === competition);
  const of = (name: string, seed: number) =>
    own.find((each) => each.configuration === name && each.seed === seed);
  return own.flatMap(({ configuration, seed, score: a, direction }) => {
    if (configuration !== first || a === null || direction === null) return [];
    const b = of(second, seed)?.score ?? null;
    if (b === null || !Number.isFinite(a) || !Number.isFinite(b)) return [];
    return [direction === "minimize" ? a - b : b - a];
  });
}
