import type { ColumnProfile } from "../../../tasks/profile/profile.ts";
import type { Brief } from "../../brief.ts";
import { learningKind, searchRows } from "./settings.ts";

/** What recipes ask of a brief, in one line each. */
export function columnsOf(brief: Brief, ...kinds: ColumnProfile["kind"][]): ColumnProfile[] {
  const id = brief.competition.id_column;
  return brief.profile.columns.filter(
    (column) =>
      column.inTest && !column.isTarget && column.name !== id && kinds.includes(column.kind),
  );
}

/** Whether a Python package is there. */
export function hasPackage(brief: Brief, ...names: string[]): boolean {
  return brief.packages.some((spec) => names.includes(spec.split(/[=<> ]/u)[0] ?? ""));
}

/** Whether the target is a number rather than a class. */
export function isRegression(brief: Brief): boolean {
  return learningKind(brief) === "regression";
}

/** Whether columns of numbers, categories or dates stand there to learn from. */
export function hasTable(brief: Brief): boolean {
  return columnsOf(brief, "numeric", "categorical", "boolean", "datetime").length > 0;
}

/** Whether training rows lie in the given range. */
export function hasRows(brief: Brief, least: number, most: number): boolean {
  const rows = searchRows(brief);
  return rows >= least && rows <= most;
}

/** Categorical columns with at least that many levels. */
export function manyLevels(brief: Brief, least: number): ColumnProfile[] {
  return columnsOf(brief, "categorical").filter((column) => column.unique >= least);
}
