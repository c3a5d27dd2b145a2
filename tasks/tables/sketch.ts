import { scanCsv } from "./csv.ts";

/** What one pass over a column shows: enough to guess what the column is for. */
export type Sketch = {
  name: string;
  rows: number;
  missing: number;
  /** True while every value is a finite number; `integer` likewise. */
  numeric: boolean;
  integer: boolean;
  /** Range of the numbers, or of the dates when `dated`. */
  low: number;
  high: number;
  dated: boolean;
  /** Values with their counts, up to a limit; `many` once there are more. */
  values: Map<string, number>;
  many: boolean;
};

/** A table in outline. */
export type TableSketch = { header: string[]; rows: number; columns: Map<string, Sketch> };

/** The three tables of a competition in outline. */
export type Tables = { train: TableSketch; test: TableSketch; sample: TableSketch };

/** So many different values of a column are kept, and of all columns together. */
const KEPT_VALUES = 20_000;
const KEPT_OF_ALL = 4_000_000;
/** Rows that are taken column by column: the values of thousands of columns do not fit into a processor's cache. */
const BLOCK_ROWS = 256;
/** So many bytes of a table are looked at. */
const SKETCHED_BYTES = 64 * 1024 * 1024;
/** A column is read as dates when its first values are. */
const PROBED_VALUES = 50;

/** Sketches every column of a table in one pass. */
export async function sketchTable(path: string): Promise<TableSketch> {
  let columns: ColumnPass[] = [];
  const block: (readonly string[])[] = [];
  const takeBlock = () => {
    for (const [index, column] of columns.entries())
      for (const values of block) column.take(values[index] ?? "");
    block.length = 0;
  };
  const passes = (header: readonly string[]) => {
    const kept = Math.min(KEPT_VALUES, Math.floor(KEPT_OF_ALL / header.length));
    return header.map((name) => new ColumnPass(name, kept));
  };
  const scan = await scanCsv(
    path,
    (values, _line, header) => {
      if (columns.length === 0) columns = passes(header);
      if (block.push(values) === BLOCK_ROWS) takeBlock();
    },
    SKETCHED_BYTES,
  );
  if (columns.length === 0) columns = passes(scan.header);
  takeBlock();
  const sketches = new Map(columns.map((column) => [column.name, column.finish()]));
  return { header: scan.header, rows: scan.rows, columns: sketches };
}

class ColumnPass {
  readonly name: string;
  private readonly kept: number;
  private rows = 0;
  private missing = 0;
  private integer = true;
  private numeric = true;
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;
  private many = false;
  private readonly values = new Map<string, number>();
  private readonly probe: string[] = [];
  private dated: boolean | null = null;
  private dayFirst = false;

  constructor(name: string, kept: number) {
    this.name = name;
    this.kept = kept;
  }

  take(value: string): void {
    this.rows++;
    if (value === "") {
      this.missing++;
      return;
    }
    this.count(value);
    if (this.dated === null) {
      this.probe.push(value);
      if (this.probe.length >= PROBED_VALUES) this.decide();
    } else this.widen(value);
  }

  finish(): Sketch {
    if (this.dated === null) this.decide();
    const { name, rows, missing, low, high, values, many } = this;
    const dated = this.dated ?? false;
    const numeric = this.numeric && missing < rows;
    return {
      name,
      rows,
      missing,
      low,
      high,
      values,
      many,
      dated,
      numeric,
      integer: numeric && this.integer,
    };
  }

  private count(value: string): void {
    // Nobody asks how often a measurement came.
    if (this.many && this.numeric) return;
    const before = this.values.get(value);
    if (before !== undefined) this.values.set(value, before + 1);
    else if (this.values.size < this.kept) this.values.set(value, 1);
    else this.many = true;
  }

  private decide(): void {
    this.dayFirst = isDayFirst(this.probe);
    this.dated =
      this.probe.length > 0 && this.probe.every((value) => dateKey(value, this.dayFirst) !== null);
    for (const value of this.probe) this.widen(value);
  }

  private widen(value: string): void {
    const number = Number(value);
    if (!Number.isFinite(number)) this.numeric = false;
    else if (!Number.isInteger(number)) this.integer = false;
    const place = this.dated === true ? dateKey(value, this.dayFirst) : number;
    if (place === null) this.dated = false;
    else if (place < this.low) this.low = place;
    if (place !== null && place > this.high) this.high = place;
  }
}

/**
 * A sortable number for a text that is plainly a date (and time of day), else null. Day and month of
 * `03/04/2020` cannot be known from one value, so `dayFirst` says what the column shows.
 */
function dateKey(text: string, dayFirst: boolean): number | null {
  const iso = ISO.exec(text);
  if (iso !== null) return key(iso[1], iso[2], iso[3] ?? "1", iso.slice(4));
  const slashed = SLASHED.exec(text);
  if (slashed !== null) {
    const [, first, second, year, ...clock] = slashed;
    return dayFirst ? key(year, second, first, clock) : key(year, first, second, clock);
  }
  const packed = PACKED.exec(text);
  return packed === null ? null : key(packed[1], packed[2], packed[3], []);
}

/** Whether `13/04/2020`-like values prove that the day comes first. */
function isDayFirst(values: readonly string[]): boolean {
  return values.some((value) => Number(SLASHED.exec(value)?.[1] ?? 0) > 12);
}

const CLOCK = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?`;
const ISO = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?${CLOCK}$`, "u");
const SLASHED = new RegExp(String.raw`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})${CLOCK}$`, "u");
const PACKED = /^((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/u;

function key(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  clock: readonly (string | undefined)[],
): number | null {
  if (Number(month) > 12 || Number(month) < 1 || Number(day) > 31 || Number(day) < 1) return null;
  const [hour, minute, second] = clock.map((part) => Number(part ?? 0));
  return Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    hour ?? 0,
    minute ?? 0,
    second ?? 0,
  );
}
