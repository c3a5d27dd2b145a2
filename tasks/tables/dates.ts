import type { DateForm } from "../competition.ts";

/**
 * Reads dates as people write them. `tasks/referee/python/referee/dates.py` reads them alike, for the referee, the
 * profile and scripts; only what comes first in `03/04/2021`, and the unit of a plain number, is not in the cell.
 */

/** What comes first in a date of three numbers. */
export type Order = Extract<DateForm, "day-first" | "month-first" | "short-year-first">;
export const ORDERS = ["day-first", "month-first", "short-year-first"] as const;

/** What a cell shows of its form; `numbers`: three numbers in an order that the cell does not say. */
export type DateShape = Exclude<DateForm, Order | keyof typeof UNITS> | "numbers" | "month-digits";

/** Milliseconds since 1970 by each order; they differ for the shape `numbers` only. Null: no date by that order. */
export type DateReading = { shape: DateShape; at: Record<Order, number | null> };

/** Units of plain numbers that count from 1970, in milliseconds. */
export const UNITS = { seconds: 1000, milliseconds: 1, microseconds: 1e-3, nanoseconds: 1e-6 };

/** Names under which a plain number is a moment or counts time. */
const TIME_WORD =
  /^(date|day|time|timestamp|datetime|month|week|quarter|year|period|step|epoch|unix|ts|when|created|updated|modified)$/iu;
/** A name that says that its numbers name something. */
const ID_NAME = /^(id|key|no|nr|number|code)$/iu;

/** Whether a column is called a time: one of its words is one, in snake_case, camelCase or with blanks. */
export function isTimeName(name: string): boolean {
  return wordsOf(name).some((word) => TIME_WORD.test(word));
}

/** Whether a name ends as names of keys do. */
export function isIdName(name: string): boolean {
  return ID_NAME.test(wordsOf(name).at(-1) ?? "");
}

function wordsOf(name: string): string[] {
  return name.replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2").split(/[^\p{L}]+/u);
}

const NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const NAME =
  "(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const WEEKDAY = "(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\\.?,? +)?";
const TIME =
  "(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2}(?:[.,]\\d+)?))?(?: ?(?<half>[ap])\\.?m\\.?)?";
const ZONE = "(?: ?(?<zone>z|[a-z]{3,4}|(?:utc|gmt)?[+-]\\d{2}(?::?\\d{2})?))?";
const CLOCK = `(?:(?:t|,? +|:)${TIME}${ZONE})?`;
const YEAR = "(?<year>\\d{4}|\\d{2})";
const DAY = "(?<day>\\d{1,2})(?:st|nd|rd|th)?";
const WEEK = "(?:w|wk|week|kw)";

const SHAPES: readonly (readonly [DateShape, string])[] = [
  [
    "year-first",
    `(?<year>\\d{4})(?<mark>[-/. ])(?<month>\\d{1,2})\\k<mark>(?<day>\\d{1,2})${CLOCK}`,
  ],
  [
    "numbers",
    `(?<first>\\d{1,2})(?<mark>[-/. ])(?<other>\\d{1,2})\\k<mark>(?<last>\\d{4}|\\d{2})${CLOCK}`,
  ],
  ["year-first", "(?<year>\\d{4})[-/](?<month>\\d{1,2})"],
  ["month-year", "(?<month>\\d{1,2})[-/](?<year>\\d{4})"],
  ["month-name", `${WEEKDAY}${DAY}[-/. ,]*(?:of )?${NAME}[-/. ,']*${YEAR}${CLOCK}`],
  ["month-name", `${WEEKDAY}${NAME}[-/. ]*${DAY}[-/., ]+${YEAR}${CLOCK}`],
  ["month-name", `${WEEKDAY}${NAME} +${DAY} +${TIME}${ZONE} +(?<year>\\d{4})`],
  ["month-name", `(?<year>\\d{4})[-/. ]?${NAME}(?:[-/. ]${DAY}${CLOCK})?`],
  ["month-name", `${NAME}[-/. ,']*${YEAR}`],
  ["week", `(?<year>\\d{4})[-/ ]*${WEEK}[-/ ]*(?<week>\\d{1,2})(?:-(?<weekday>[1-7]))?`],
  ["week", `${WEEK}[-/ ]*(?<week>\\d{1,2})[-/ ,]+(?<year>\\d{4})`],
  ["quarter", "(?<year>\\d{4})[-/ ]*q(?<quarter>[1-4])"],
  ["quarter", `q(?<quarter>[1-4])[-/ ,']*${YEAR}`],
  [
    "digits",
    "(?<year>\\d{4})(?<month>\\d{2})(?<day>\\d{2})(?:[t ]?(?<hour>\\d{2}):?(?<minute>\\d{2})(?::?(?<second>\\d{2}))?z?)?(?:\\.0)?",
  ],
  ["month-digits", "(?<year>\\d{4})(?<month>\\d{2})(?:\\.0)?"],
  ["time-of-day", TIME],
];
const PATTERNS = SHAPES.map(([shape, text]) => [shape, new RegExp(`^${text}$`, "iu")] as const);

/** Minutes east of UTC of zones that are written by name; others count as UTC. */
const ZONES: Record<string, number> = {
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  bst: 60,
  cet: 60,
  cest: 120,
  eet: 120,
  eest: 180,
};

type Parts = { [part: string]: string | undefined };

/** The reading of a cell that is plainly a date, else null. */
export function readDate(text: string): DateReading | null {
  const cell = text.trim();
  if (cell.length < 4 || cell.length > 40 || !/\d/u.test(cell)) return null;
  for (const [shape, pattern] of PATTERNS) {
    const parts = pattern.exec(cell)?.groups;
    if (parts === undefined) continue;
    const at = readingOf(shape, parts);
    if (ORDERS.some((order) => at[order] !== null)) return { shape, at };
  }
  return null;
}

const NONE: DateReading["at"] = {
  "day-first": null,
  "month-first": null,
  "short-year-first": null,
};

function readingOf(shape: DateShape, parts: Parts): DateReading["at"] {
  const { first = "", other = "", last = "", mark = "" } = parts;
  if (shape === "numbers") {
    const isShort = last.length === 2;
    // 1.2.21 is a version rather than a date, unless a time of day follows.
    const isBrief = first.length < 2 || other.length < 2;
    if (isShort && isBrief && ". ".includes(mark) && parts["hour"] === undefined) return NONE;
    return {
      "day-first": momentOf({ ...parts, day: first, month: other, year: last }),
      "month-first": momentOf({ ...parts, month: first, day: other, year: last }),
      "short-year-first":
        isShort && first.length === 2
          ? momentOf({ ...parts, year: first, month: other, day: last })
          : null,
    };
  }
  const isPlausible = !shape.endsWith("digits") || /^(19|20)/u.test(parts["year"] ?? "");
  const only = isPlausible ? momentOf(parts) : null;
  return { "day-first": only, "month-first": only, "short-year-first": only };
}

/** Milliseconds since 1970 of the parts of a date, null where there is no such day or time of day. */
function momentOf(parts: Parts): number | null {
  const day = dayOf(parts);
  const clock = clockOf(parts);
  return day === null || clock === null ? null : day + clock - zoneOf(parts["zone"]);
}

function dayOf({
  year,
  month,
  name,
  day = "1",
  week,
  weekday = "1",
  quarter,
}: Parts): number | null {
  if (year === undefined) return 0;
  const years = fullYear(year);
  if (week !== undefined) return weekOf(years, Number(week), Number(weekday));
  const months =
    name !== undefined
      ? NAMES.indexOf(name.slice(0, 3).toLowerCase()) + 1
      : quarter !== undefined
        ? 3 * Number(quarter) - 2
        : Number(month);
  const at = dateAt(years, months, Number(day));
  const found = new Date(at);
  return found.getUTCMonth() === months - 1 && found.getUTCDate() === Number(day) ? at : null;
}

/** Two digits are a year from 1969 to 2068, as POSIX has it. */
function fullYear(text: string): number {
  const year = Number(text);
  return text.length > 2 ? year : year + (year < 69 ? 2000 : 1900);
}

/** As `Date.UTC`, which takes years below 100 for others. */
function dateAt(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

/** The day of an ISO week: the first one holds January 4. */
function weekOf(year: number, week: number, weekday: number): number | null {
  if (week < 1 || week > 53) return null;
  const fourth = dateAt(year, 1, 4);
  const shift = ((new Date(fourth).getUTCDay() + 6) % 7) - 7 * (week - 1) - (weekday - 1);
  return fourth - shift * 86_400_000;
}

function clockOf({ hour = "0", minute = "0", second = "0", half }: Parts): number | null {
  const seconds = Number(second.replace(",", "."));
  if (Number(hour) > 23 || Number(minute) > 59 || seconds >= 60) return null;
  const hours =
    half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/iu.test(half) ? 12 : 0);
  return Math.round(((hours * 60 + Number(minute)) * 60 + seconds) * 1000);
}

function zoneOf(zone: string | undefined): number {
  const offset = /([+-])(\d{2}):?(\d{2})?$/u.exec(zone ?? "");
  const named = ZONES[zone?.toLowerCase() ?? ""] ?? 0;
  if (offset === null) return named * 60_000;
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? "0");
  return (offset[1] === "-" ? -minutes : minutes) * 60_000;
}
