import { type Row, seeded, toCsv } from "../made-competition.ts";

/** A way to write a date, by its moment in UTC. */
export type Writer = (at: Date) => string;

const two = (number: number): string => String(number).padStart(2, "0");
const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );
const parts = (at: Date) => ({
  y: String(at.getUTCFullYear()),
  m: two(at.getUTCMonth() + 1),
  d: two(at.getUTCDate()),
  h: two(at.getUTCHours()),
  min: two(at.getUTCMinutes()),
  name: MONTHS[at.getUTCMonth()] ?? "",
});

/** The ISO week of a day: its year and number. */
function weekOf(at: Date): { year: number; week: number } {
  const thursday = new Date(at);
  thursday.setUTCDate(at.getUTCDate() + 3 - ((at.getUTCDay() + 6) % 7));
  const year = thursday.getUTCFullYear();
  return { year, week: 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 604_800_000) };
}

/** Every form with the way it is written; `step`: days between one moment and the next. */
export const WRITERS: Record<string, { write: Writer; form: string; step?: number }> = {
  iso: { write: (at) => at.toISOString().slice(0, 10), form: "year-first" },
  "iso with a zone": {
    write: (at) => `${new Date(at.getTime() + 7_200_000).toISOString().slice(0, 19)}+02:00`,
    form: "year-first",
  },
  "day first": {
    write: (at) => {
      const { d, m, y } = parts(at);
      return `${d}/${m}/${y}`;
    },
    form: "day-first",
  },
  "day first, dots, time": {
    write: (at) => {
      const { d, m, y, h, min } = parts(at);
      return `${d}.${m}.${y} ${h}:${min}`;
    },
    form: "day-first",
  },
  american: {
    write: (at) => `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()}`,
    form: "month-first",
  },
  "american with a.m. and p.m.": {
    write: (at) => {
      const { d, m, y, min } = parts(at);
      const hour = at.getUTCHours();
      return `${m}/${d}/${y} ${hour % 12 === 0 ? 12 : hour % 12}:${min} ${hour < 12 ? "AM" : "PM"}`;
    },
    form: "month-first",
  },
  "two-digit years": {
    write: (at) => {
      const { d, m, y } = parts(at);
      return `${d}/${m}/${y.slice(2)}`;
    },
    form: "day-first",
  },
  "two-digit years and a time of day, between points": {
    write: (at) => {
      const hour = at.getUTCHours();
      return `${at.getUTCDate()}.${at.getUTCMonth() + 1}.${parts(at).y.slice(2)} ${hour}:00`;
    },
    form: "day-first",
  },
  "two-digit years first": {
    write: (at) => {
      const { d, m, y } = parts(at);
      return `${y.slice(2)}-${m}-${d}`;
    },
    form: "short-year-first",
  },
  "short month names": {
    write: (at) => {
      const { d, name, y } = parts(at);
      return `${d}-${name.slice(0, 3)}-${y}`;
    },
    form: "month-name",
  },
  "full month names": {
    write: (at) => {
      const { name, y } = parts(at);
      return `${name} ${at.getUTCDate()}, ${y}`;
    },
    form: "month-name",
  },
  "mail dates": { write: (at) => at.toUTCString(), form: "month-name" },
  weeks: {
    write: (at) => {
      const { year, week } = weekOf(at);
      return `${year}-W${two(week)}`;
    },
    form: "week",
    step: 7,
  },
  quarters: {
    write: (at) => `Q${1 + Math.floor(at.getUTCMonth() / 3)} ${at.getUTCFullYear()}`,
    form: "quarter",
    step: 92,
  },
  "quarters, year first": {
    write: (at) => `${at.getUTCFullYear()}Q${1 + Math.floor(at.getUTCMonth() / 3)}`,
    form: "quarter",
    step: 92,
  },
  months: {
    write: (at) => {
      const { m, y } = parts(at);
      return `${m}/${y}`;
    },
    form: "month-year",
    step: 31,
  },
  compact: {
    write: (at) => {
      const { d, m, y } = parts(at);
      return `${y}${m}${d}`;
    },
    form: "digits",
  },
  seconds: { write: (at) => String(at.getTime() / 1000), form: "seconds" },
  milliseconds: { write: (at) => String(at.getTime()), form: "milliseconds" },
};

export type MadeDates = {
  write: Writer;
  /** Days between one moment and the next, and the number of moments. */
  step?: number;
  moments?: number;
  rowsEach?: number;
  start?: string;
  isClasses?: boolean;
  /** Test is later; else rows are drawn at random. */
  isLater?: boolean;
  missing?: number;
  /** Further columns by the moment. */
  more?: Record<string, Writer>;
  name?: string;
  seed?: number;
};

/** A folder whose rows have a moment each, several rows a moment; the answer follows the weekday and a feature. */
export function datedFolder(made: MadeDates): Record<string, string> {
  const { write, step = 1, moments = 40, rowsEach = 8, start = "2021-01-04T09:30:00Z" } = made;
  const { isClasses = false, isLater = true, missing = 0, more = {}, name = "when" } = made;
  const next = seeded(made.seed ?? 11);
  const rows = Array.from({ length: moments * rowsEach }, (_, i): Row => {
    const at = new Date(Date.parse(start) + Math.floor(i / rowsEach) * step * 86_400_000);
    const x = next();
    const value = 10 * x + at.getUTCDay() + next();
    const y = isClasses ? (value > 8 ? "1" : "0") : value.toFixed(2);
    const further = Object.fromEntries(Object.entries(more).map(([key, form]) => [key, form(at)]));
    const cell = next() < missing ? "" : write(at);
    return { id: String(i), [name]: cell, ...further, x: x.toFixed(3), y };
  });
  const cut = rows.length * 0.75;
  const order = isLater
    ? rows
    : rows
        .map((row) => ({ row, key: next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => row);
  const [train, test] = [order.slice(0, cut), order.slice(cut)];
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== "y");
  return {
    "train.csv": toCsv(train),
    "test.csv": toCsv(test, columns),
    "sample_submission.csv": toCsv(test.map(({ id = "" }) => ({ id, y: isClasses ? "0.5" : "0" }))),
  };
}
