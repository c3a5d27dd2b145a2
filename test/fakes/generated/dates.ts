/** What tells when or where rows belong together: the further columns of a row, and the split that follows. */
export type Placing = {
  columns: string[];
  /** Cells of a row of train or test, by its number within the table and the number of rows there. */
  train: (row: number, rows: number) => string[];
  test: (row: number, rows: number) => string[];
  /** The split that follows; null: that of the answers, whose shares it keeps. */
  strategy: "time" | "group" | null;
};
export type PlacingKind = keyof typeof PLACINGS;

const DAY = 86_400_000;
const START = Date.UTC(2021, 2, 1);
const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
const part = (place: number) => (time: number) => iso(time).split("-")[place] ?? "";
const [year, month, day] = [part(0), part(1), part(2)];
const MONTHS = ["March", "April", "May"];

/** Days that train and test share, or a test period of twenty days after the forty of train. */
function dated(column: string, write: (time: number) => string, later: boolean): Placing {
  const days = (first: number, count: number) => (row: number, rows: number) => [
    write(START + DAY * (first + Math.floor((row * count) / rows))),
  ];
  const test = later ? days(40, 20) : days(0, 40);
  return { columns: [column], train: days(0, 40), test, strategy: later ? "time" : null };
}

/** As `March 5, 2021`. */
function named(time: number): string {
  const date = new Date(time);
  return `${MONTHS[date.getUTCMonth() - 2]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
}

/** As year, month and day of three columns, over a turn of the year. */
function unpadded(time: number): string[] {
  return iso(time - 90 * DAY)
    .split("-")
    .map((text) => String(Number(text)));
}

export const PLACINGS = {
  none: { columns: [], train: () => [], test: () => [], strategy: null },
  "days of one period": dated("day", iso, false),
  "later days": dated("day", iso, true),
  "later days, day first": dated(
    "day",
    (time) => `${day(time)}/${month(time)}/${year(time)}`,
    true,
  ),
  "later days, month names": dated("day", named, true),
  "later days, short years": dated(
    "day",
    (time) => `${month(time)}/${day(time)}/${iso(time).slice(2, 4)}`,
    true,
  ),
  "later days in three columns": {
    ...dated("", iso, true),
    columns: ["sale_year", "sale_month", "sale_day"],
    train: (row, rows) => unpadded(START + DAY * Math.floor((row * 40) / rows)),
    test: (row, rows) => unpadded(START + DAY * (40 + Math.floor((row * 20) / rows))),
  },
  "later seconds": dated("timestamp", (time) => String(time / 1000), true),
  "other shops": {
    columns: ["branch"],
    train: (row) => [`b${row % 40}`],
    test: (row) => [`b${40 + (row % 10)}`],
    strategy: "group",
  },
} satisfies Record<string, Placing>;
