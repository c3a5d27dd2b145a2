import { type Competition, isBetter } from "../../tasks/competition.ts";
import type { Result, Solver } from "./results.ts";
import { mean, type Report } from "./timing.ts";

/** How far each solver gets from a constant answer (0) to default LightGBM (1), by competition, and on average. */
export function qualityReport(
  results: readonly Result[],
  competitions: readonly Competition[],
  effort: string,
): Report {
  const rows = competitions.map(({ id, metric }) => {
    const own = results.filter((each) => each.competition === id);
    const [constant, lightgbm] = [scoreOf(own, "constant"), scoreOf(own, "lightgbm")];
    const [playbook, flaml] = [scoreOf(own, "playbook"), scoreOf(own, "flaml")];
    // Where LightGBM is no better than a constant there is nothing to divide by.
    const scale = isBetter(lightgbm, constant, metric.direction) ? lightgbm : null;
    const against = (score: number | null) => normalised(score, constant, scale);
    return {
      competition: id,
      seeds: own.filter((each) => each.solver === "playbook").length,
      ...{ constant, lightgbm, playbook, flaml },
      playbookRatio: against(playbook),
      flamlRatio: against(flaml),
    };
  });
  const averages = (["playbookRatio", "flamlRatio"] as const).map((key) => {
    const known = rows.map((row) => row[key]).filter((ratio) => ratio !== null);
    return known.length === 0 ? null : mean(known);
  });
  return {
    title: `quality: mean scores on the hidden answers, playbook at --effort ${effort}`,
    table: [
      ["competition", "seeds", "constant", "LightGBM", "playbook", "FLAML", "playbook", "FLAML"],
      ...rows.map((row) => [
        row.competition,
        `${row.seeds}`,
        ...[row.constant, row.lightgbm, row.playbook, row.flaml].map((score) => shown(score, 5)),
        ...[row.playbookRatio, row.flamlRatio].map((ratio) => shown(ratio, 3)),
      ]),
      ["mean ratio", "", "", "", "", "", ...averages.map((ratio) => shown(ratio, 3))],
    ],
    notes: [
      "the last two columns: (score - constant) / (LightGBM - constant), so above 1 is better than default LightGBM",
      "there is no ratio where LightGBM is no better than the constant, or a solver left no score",
      "FLAML has the wall clock that the playbook took",
    ],
    data: { effort, competitions: rows, meanRatio: averages[0], flamlMeanRatio: averages[1] },
  };
}

/** The mean over seeds; null when one of them has no score, which no mean should hide. */
function scoreOf(results: readonly Result[], solver: Solver): number | null {
  const own = results.filter((each) => each.solver === solver);
  const scores = own.map((each) => each.score).filter((score) => score !== null);
  return own.length === 0 || scores.length < own.length ? null : mean(scores);
}

function normalised(score: number | null, zero: number | null, one: number | null): number | null {
  if (score === null || zero === null || one === null || one === zero) return null;
  return (score - zero) / (one - zero);
}

function shown(value: number | null, digits: number): string {
  return value === null ? "-" : value.toFixed(digits);
}
