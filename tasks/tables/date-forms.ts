import type { DateForm } from "../competition.ts";
import { isTimeName, ORDERS, type Order, readDate, UNITS } from "./dates.ts";

/** Readable cells, their range in milliseconds since 1970, and how often a cell lies before the one above it. */
type Range = { read: number; low: number; high: number; last: number; falls: number };
type Unit = keyof typeof UNITS;

/** What the cells of a column in one table say of dates. */
export type DateEvidence = {
  filled: number;
  orders: Record<Order, Range>;
  units: Record<Unit, Range & { plausible: number }>;
  shapes: Map<string, number>;
  /** Cells with points between three numbers, as hardly anybody writes the month first. */
  dotted: number;
};

/** Columns of dates by name; `guessed`: those whose order nothing shows. */
export type DateForms = { forms: Map<string, DateForm>; guessed: string[] };

/** Convention, as in the referee: all but one filled cell in a hundred can be read. */
const READABLE_SHARE = 0.99;
/** A column whose first cells are mostly no dates is not looked at any further. */
const PROBED_VALUES = 50;
/** Fewer numbers of eight digits are days by chance, unless the column is called a time. */
const MIN_DIGITS = 20;
const MISSING = /^(?:|n\/?a|nan|nat|null|none|nil|missing|unknown|<na>|-+|\?|\.|0000-00-00.*)$/iu;
const NUMBER = /^-?\d+(?:\.\d+)?$/u;
/** Numbers of a column of times mostly lie here. */
const PLAUSIBLE = [Date.UTC(1990, 0), Date.UTC(2100, 0)] as const;
const UNIT_NAMES = Object.keys(UNITS) as Unit[];

/** Watches the cells of one column of a table. */
export class DatePass {
  private readonly evidence: DateEvidence;
  private readonly isNamed: boolean;
  private isOver = false;

  /** Whether the column may still be one of dates. */
  get isOpen(): boolean {
    return !this.isOver;
  }

  constructor(name: string) {
    this.isNamed = isTimeName(name);
    this.evidence = noEvidence();
  }

  take(text: string): void {
    if (this.isOver || MISSING.test(text.trim())) return;
    const { evidence } = this;
    evidence.filled++;
    if (this.isNamed && NUMBER.test(text)) this.count(Number(text));
    const reading = readDate(text);
    if (reading !== null) {
      evidence.shapes.set(reading.shape, (evidence.shapes.get(reading.shape) ?? 0) + 1);
      if (reading.shape === "numbers" && /^\d+\./u.test(text.trim())) evidence.dotted++;
      for (const order of ORDERS) widen(evidence.orders[order], reading.at[order]);
    }
    if (evidence.filled === PROBED_VALUES) this.isOver = mostRead(evidence) < PROBED_VALUES / 2;
  }

  /** Null where the first cells have ruled dates out, or nothing is filled. */
  finish(): DateEvidence | null {
    return this.isOver || mostRead(this.evidence) === 0 ? null : this.evidence;
  }

  private count(value: number): void {
    for (const unit of UNIT_NAMES) {
      const at = value * UNITS[unit];
      if (Math.abs(at) > PLAUSIBLE[1]) continue;
      const range = this.evidence.units[unit];
      widen(range, at);
      if (at >= PLAUSIBLE[0]) range.plausible++;
    }
  }
}

function noEvidence(): DateEvidence {
  const none = (): Range => ({
    read: 0,
    low: Infinity,
    high: -Infinity,
    last: -Infinity,
    falls: 0,
  });
  const unit = () => ({ ...none(), plausible: 0 });
  return {
    filled: 0,
    orders: { "day-first": none(), "month-first": none(), "short-year-first": none() },
    units: { seconds: unit(), milliseconds: unit(), microseconds: unit(), nanoseconds: unit() },
    shapes: new Map(),
    dotted: 0,
  };
}

function widen(range: Range, at: number | null): void {
  if (at === null) return;
  range.read++;
  range.low = Math.min(range.low, at);
  range.high = Math.max(range.high, at);
  if (at < range.last) range.falls++;
  range.last = at;
}

function mostRead({ orders, units }: DateEvidence): number {
  return Math.max(
    ...[...ORDERS.map((order) => orders[order]), ...UNIT_NAMES.map((unit) => units[unit])].map(
      ({ read }) => read,
    ),
  );
}

/** A cell as a number that can be compared within its column: a plain number without a form; null for neither. */
export function momentIn(text: string, form: DateForm | null): number | null {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (form === null) return Number.isFinite(number) ? number : null;
  if (form in UNITS) return Number.isFinite(number) ? number * UNITS[form as Unit] : null;
  return readDate(text)?.at[orderIn(form)] ?? null;
}

function orderIn(form: DateForm): Order {
  return ORDERS.find((order) => order === form) ?? "month-first";
}

/** The range of a column's dates in one table, by the form that all tables together have shown. */
export function dateRange(evidence: DateEvidence, form: DateForm): { low: number; high: number } {
  const { orders, units } = evidence;
  if (form in units) return units[form as Unit];
  return orders[orderIn(form)];
}

/**
 * How each column of all tables together writes dates: a day after the twelfth may stand in one file only, and two
 * columns of one hand are written alike. `tables`: for each table what its columns show, by name;
 * targets are answers, whatever they look like.
 */
export function decideDateForms(
  tables: readonly ReadonlyMap<string, DateEvidence | null>[],
  targets: readonly string[],
): DateForms {
  const names = new Set(tables.flatMap((table) => [...table.keys()]));
  const pools = [...names]
    .filter((name) => !targets.includes(name))
    .map((name) => pooled(name, tables));
  const decided = pools.map((pool) => ({ pool, form: formOf(pool) }));
  const usual = usualOrder(decided.map(({ form }) => form));
  const forms = new Map<string, DateForm>();
  const guessed: string[] = [];
  for (const { pool, form } of decided) {
    if (form === null) continue;
    const order = pool.dotted > 0 ? "day-first" : usual;
    if (form === "undecided" && order === null) guessed.push(pool.name);
    forms.set(pool.name, form === "undecided" ? (order ?? "month-first") : form);
  }
  return { forms, guessed };
}

/** All evidence of one name. */
type Pool = DateEvidence & { name: string };

function pooled(name: string, tables: readonly ReadonlyMap<string, DateEvidence | null>[]): Pool {
  const all = noEvidence();
  for (const one of tables.flatMap((table) => table.get(name) ?? [])) {
    all.filled += one.filled;
    all.dotted += one.dotted;
    for (const order of ORDERS) join(all.orders[order], one.orders[order]);
    for (const unit of UNIT_NAMES) {
      join(all.units[unit], one.units[unit]);
      all.units[unit].plausible += one.units[unit].plausible;
    }
    for (const [shape, count] of one.shapes)
      all.shapes.set(shape, (all.shapes.get(shape) ?? 0) + count);
  }
  return { ...all, name };
}

function join(into: Range, one: Range): void {
  into.read += one.read;
  into.falls += one.falls;
  into.low = Math.min(into.low, one.low);
  into.high = Math.max(into.high, one.high);
}

/** Null for a column without dates; `undecided` where day and month could change places. */
function formOf(pool: Pool): DateForm | "undecided" | null {
  const { filled, orders, units, shapes } = pool;
  if (filled === 0) return null;
  const unit = UNIT_NAMES.find(
    (name) => units[name].read >= READABLE_SHARE * filled && units[name].plausible >= filled / 2,
  );
  if (unit !== undefined) return unit;
  const most = Math.max(...ORDERS.map((order) => orders[order].read));
  if (most < READABLE_SHARE * filled || !areDates(pool)) return null;
  if (shapes.has("numbers"))
    return orderOf(
      pool,
      ORDERS.filter((order) => orders[order].read === most),
    );
  const [shape = ""] = [...shapes].sort(([, a], [, b]) => b - a)[0] ?? [];
  return shape === "month-digits" ? "digits" : (shape as DateForm);
}

/** Plain digits are dates by their number or the name; times of day stand alone. */
function areDates({ name, filled, shapes, orders }: Pool): boolean {
  const count = (shape: string) => shapes.get(shape) ?? 0;
  if (count("time-of-day") > 0) return count("time-of-day") >= READABLE_SHARE * filled;
  if (isTimeName(name)) return true;
  const { low, high } = orders["month-first"];
  return (
    count("month-digits") === 0 && (count("digits") === 0 || (filled >= MIN_DIGITS && low < high))
  );
}

/** Of the orders that read equally many cells the one that the rows or the years speak for. */
function orderOf({ orders, filled }: Pool, best: readonly Order[]): Order | "undecided" {
  const [only, second] = best;
  if (only !== undefined && second === undefined) return only;
  const spans = best.map((order) => orders[order].high - orders[order].low);
  const least = Math.min(...spans);
  // The wrong one of two numbers taken for the year spreads the dates over decades.
  const narrow = best.filter((_, at) => (spans[at] ?? 0) <= 3 * Math.max(least, 366 * 86_400_000));
  const kept = narrow.filter((order) => order !== "short-year-first");
  const [first, other] = kept.length > 0 ? kept : narrow;
  if (first !== undefined && other === undefined) return first;
  const [day, month] = [orders["day-first"].falls, orders["month-first"].falls];
  // Rows in order of time are out of order by the wrong reading.
  if (Math.max(day, month) > 0.02 * filled && Math.min(day, month) <= 0.2 * Math.max(day, month)) {
    return day < month ? "day-first" : "month-first";
  }
  return "undecided";
}

/** The order that most columns have; null where none has one, or as many the one as the other. */
function usualOrder(
  forms: readonly (DateForm | "undecided" | null)[],
): "day-first" | "month-first" | null {
  const count = (form: DateForm) => forms.filter((each) => each === form).length;
  const [day, month] = [count("day-first"), count("month-first")];
  if (day === month) return null;
  return day > month ? "day-first" : "month-first";
}
