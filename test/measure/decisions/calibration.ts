import type { Look } from "../../../agent/trust/decide.ts";
import { expectedGains } from "../../../agent/trust/expected.ts";
import { isBetter } from "../../../tasks/competition.ts";
import { mean } from "../timing.ts";
import { type Grades, type Recorded, scoredIn, valuesOf } from "./recorded.ts";

/** A measured gain beside what was expected of it and what it was on the hidden answers. */
export type Calibrated = {
  step: string;
  solution: string;
  kind: string;
  gain: number;
  expected: number;
  hidden: number;
};

/** Every challenger of every step, by the step's last look. */
export function calibrate(recorded: Recorded, grades: Grades): Calibrated[] {
  const { id, events, competition } = recorded;
  const sign = competition.metric.direction === "maximize" ? 1 : -1;
  const lasts = new Map(valuesOf(events, "challengers-compared").map((look) => [look.step, look]));
  return [...lasts.values()].flatMap((look: Look) =>
    expectedGains(events, [look]).flatMap(({ measured, kind, posterior }) => {
      const [was, now] = [grades.of(id, look.incumbent), grades.of(id, measured.id)];
      if (was == null || now == null) return [];
      const [step, solution] = [look.step, measured.id];
      return [
        {
          step,
          solution,
          kind,
          gain: measured.gain,
          expected: posterior.mean,
          hidden: sign * (now - was),
        },
      ];
    }),
  );
}

/** Rank correlation (Spearman) of search scores with hidden ones; null with fewer than three scripts. */
export function rankCorrelation(recorded: Recorded, grades: Grades): number | null {
  const pairs = scoredIn(recorded).flatMap(({ solution, evaluation }) => {
    const hidden = grades.of(recorded.id, solution);
    return hidden == null || evaluation.score === null ? [] : [[evaluation.score, hidden] as const];
  });
  if (pairs.length < 3) return null;
  const [a, b] = [ranks(pairs.map(([x]) => x)), ranks(pairs.map(([, y]) => y))];
  const [meanA, meanB] = [mean(a), mean(b)];
  const sum = (f: (at: number) => number) => a.reduce((total, _, at) => total + f(at), 0);
  const shared = sum((at) => ((a[at] ?? 0) - meanA) * ((b[at] ?? 0) - meanB));
  const spread = Math.sqrt(
    sum((at) => ((a[at] ?? 0) - meanA) ** 2) * sum((at) => ((b[at] ?? 0) - meanB) ** 2),
  );
  return spread === 0 ? null : shared / spread;
}

function ranks(values: readonly number[]): number[] {
  return values.map(
    (value) =>
      values.filter((other) => other < value).length +
      values.filter((other) => other === value).length / 2,
  );
}

/** What was submitted, the best single script and the best blend, on the hidden answers; null where not known. */
export function outcomes(recorded: Recorded, grades: Grades) {
  const { id, events, competition } = recorded;
  const { direction } = competition.metric;
  const best = (solutions: readonly string[]) =>
    solutions
      .map((solution) => grades.of(id, solution) ?? null)
      .reduce((top, each) => (isBetter(each, top, direction) ? each : top), null);
  const submitted = valuesOf(events, "submission-written").at(-1)?.solution ?? null;
  return {
    submitted: submitted === null ? null : (grades.of(id, submitted) ?? null),
    single: best(scoredIn(recorded).map(({ solution }) => solution)),
    blend: best(valuesOf(events, "blended").map(({ solution }) => solution)),
  };
}
