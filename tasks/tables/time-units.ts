import type { TimeUnit } from "../competition.ts";

/**
 * Moments whose year, month and day stand in columns of their own. `times.py` of the referee reads them alike.
 */

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const BOUNDS: Record<TimeUnit, readonly [number, number]> = {
  year: [0, 2200],
  quarter: [1, 4],
  month: [1, 12],
  week: [0, 53],
  day_of_year: [1, 366],
  day: [1, 31],
  hour: [0, 24],
  minute: [0, 59],
};
const DAY = 86_400_000;

/** A cell as a number of its unit; months may be names, quarters `Q1`. Null for anything else. */
export function unitValue(text: string, unit: TimeUnit): number | null {
  const cell = text.trim().toLowerCase();
  if (unit === "month" && /^[a-z]{3,9}\.?$/u.test(cell)) {
    const month = MONTHS.indexOf(cell.slice(0, 3)) + 1;
    return month === 0 ? null : month;
  }
  const digits = /^[qw]?(\d{1,4})(?:\.0)?$/u.exec(cell)?.[1];
  if (digits === undefined) return null;
  const [low, high] = BOUNDS[unit];
  const value = Number(digits);
  return value >= low && value <= high ? value : null;
}

/**
 * Milliseconds since 1970 of a row by its parts; null where one is missing. Without a year, and where years are
 * counted (0, 1, …), they count from 1970: only the order matters then.
 */
export function momentOfParts(parts: ReadonlyMap<TimeUnit, string>): number | null {
  const at = new Map<TimeUnit, number>();
  for (const [unit, text] of parts) {
    const value = unitValue(text, unit);
    if (value === null) return null;
    at.set(unit, value);
  }
  const value = (unit: TimeUnit, other: number) => at.get(unit) ?? other;
  const year = value("year", 0);
  const month = value("month", 3 * value("quarter", 1) - 2);
  const first = new Date(0).setUTCFullYear(year < 100 ? 1970 + year : year, month - 1, 1);
  const days = value("day", 1) - 1 + value("day_of_year", 1) - 1 + 7 * (value("week", 1) - 1);
  return first + days * DAY + value("hour", 0) * (DAY / 24) + value("minute", 0) * 60_000;
}
