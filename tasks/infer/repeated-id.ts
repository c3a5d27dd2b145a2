import type { Metric } from "../competition.ts";
import { RANKING_METRICS } from "../metric-kinds.ts";
import type { Tables } from "../tables/sketch.ts";
import type { TargetGuess } from "./target.ts";

/** A larger share of different ids is an accident, not several records of the same thing. */
const NEARLY_UNIQUE = 0.95;

/**
 * What ids mean that stand several times in train: several records of one thing, which belong on one side of a split
 * unless test has records of the same things. Null where each stands once, or several rows are answers to one query.
 */
export function repeatedId(
  { train, test }: Tables,
  { id_column }: TargetGuess,
  metric: Metric,
): { group: string | null; note: string } | null {
  const ids = id_column === null ? undefined : train.columns.get(id_column);
  if (ids === undefined || id_column === null || RANKING_METRICS.includes(metric.name)) return null;
  const rows = ids.rows - ids.missing;
  if (ids.many || ids.values.size >= rows) return null;
  const tested = test.columns.get(id_column);
  const isShared = [...(tested?.values.keys() ?? [])].some((id) => ids.values.has(id));
  const isGroup = !isShared && ids.values.size < NEARLY_UNIQUE * rows;
  const then = isGroup
    ? "the rows of one stay together in the split"
    : "the split takes each row by itself";
  const note = `${id_column} names ${ids.values.size} different things in ${rows} rows of train: ${then}`;
  return { group: isGroup ? id_column : null, note };
}
