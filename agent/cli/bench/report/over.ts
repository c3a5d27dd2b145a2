import type { Medal } from "../../../../tasks/mle-bench/grading/medals.ts";

type Told = { configuration: string; medal: Medal | null; hours: number; usd: number | null };

/** How many runs had used no more than so much when they ended, and how many of these won a medal. */
export type Step = { most: number; runs: number; medals: number };

/** Medals of a configuration over what its runs used, step by step; the last step has all runs. */
export type Over = { configuration: string; steps: Step[]; unknown: number };

/** Hours of runs as the field reports them, and dollars in even steps of their logarithm. */
export const STEPS = {
  hours: [0.5, 1, 2, 3, 6, 9, 12, 24, 36],
  usd: [0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
} as const;

/**
 * Medals over hours or dollars of their runs. Steps end with the first that holds all runs of all configurations; runs
 * whose dollars nobody knows are in none.
 */
export function medalsOver(
  rows: readonly Told[],
  configurations: readonly string[],
  kind: keyof typeof STEPS,
): Over[] {
  const known = rows.flatMap((row) => {
    const used = row[kind];
    return used === null ? [] : [{ ...row, used }];
  });
  const most = Math.max(0, ...known.map(({ used }) => used));
  const steps = STEPS[kind];
  const last = steps.findIndex((step) => step >= most);
  const shown: number[] = last === -1 ? [...steps, most] : steps.slice(0, last + 1);
  return configurations.map((configuration) => {
    const all = rows.filter((row) => row.configuration === configuration);
    const own = known.filter((row) => row.configuration === configuration);
    return {
      configuration,
      unknown: all.length - own.length,
      steps: shown.map((step) => {
        const within = own.filter(({ used }) => used <= step);
        const medals = within.filter(({ medal }) => medal !== null).length;
        return { most: step, runs: within.length, medals };
      }),
    };
  });
}
