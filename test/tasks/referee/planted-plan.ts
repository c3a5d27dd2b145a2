import fc from "fast-check";
import type { Row } from "../made-competition.ts";

/** What a generated competition looks like; every secret in it can be found again by its text. */
export const plan = fc.record({
  layout: fc.constantFrom("plain", "no-ids", "labels-file", "long", "composed", "queries"),
  rows: fc.integer({ min: 60, max: 110 }),
  order: fc.constantFrom("mixed", "later", "grouped"),
  odd: fc.boolean(),
  subsample: fc.option(fc.integer({ min: 20, max: 40 }), { nil: null }),
  tables: fc.subarray([
    "by-id",
    "late-cells",
    "other-id",
    "text-id",
    "answers",
    "copy",
    "by-group",
    "means",
    "by-day",
    "notes",
    "json",
    "binary",
    "media",
    "row-files",
    "nested-answers",
    "semicolons",
  ] as const),
  seed: fc.integer({ min: 0, max: 1e6 }),
});
export type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** One thing that is divided: what names it, and the texts by which it would be known. */
export type Unit = {
  id: string;
  mark: string;
  group: string;
  day: string;
  /** Unique to its answer: never where the row is not a training row. */
  answers: string[];
  /** Of tables that test rows have no part in: likewise. */
  trainSecret: string;
  /** Of tables that have test rows too. */
  rowSecret: string;
};

/** A name of a column that must be quoted. */
export const ODD = 'odd, "name"';

export const townOf = ({ mark }: Unit): string => `town${mark.slice(-1)}`;

export function idCells({ layout }: Plan, unit: Unit): Row {
  if (layout === "no-ids") return {};
  if (layout !== "composed") return { id: unit.id };
  const [left = "", right = ""] = unit.id.split("_");
  return { left, right };
}

export function answerCells(given: Plan, { answers }: Unit): Row {
  const [first = "", second = "", third = ""] = answers;
  if (given.layout === "long") return { y1: first, y2: second, y3: third };
  return { [given.odd ? ODD : "y"]: first };
}
