import type { DateForm } from "../competition.ts";
import { scanCsv } from "./csv.ts";
import { type DateEvidence, DatePass, dateRange } from "./date-forms.ts";

/** What one pass over a column shows: enough to guess what the column is for. */
export type Sketch = {
  name: string;
  rows: number;
  missing: number;
  /** True while every value is a finite number; `integer` likewise. */
  numeric: boolean;
  integer: boolean;
  /** Range of the numbers, or of the dates where there are any. */
  low: number;
  high: number;
  /** How its dates are written, once all tables have been seen; null where it has none. */
  form: DateForm | null;
  /** What the cells say of dates; null where they are none. */
  dates: DateEvidence | null;
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

/** What the columns of a table say of dates, by name. */
export function dateEvidence({ columns }: TableSketch): Map<string, DateEvidence | null> {
  return new Map([...columns].map(([name, { dates }]) => [name, dates]));
}

/** The table once the forms of its dates are known: ranges are of dates where there are any. */
export function withDates(table: TableSketch, forms: ReadonlyMap<string, DateForm>): TableSketch {
  const columns = [...table.columns].map(([name, sketch]): [string, Sketch] => {
    const form = forms.get(name);
    if (form === undefined || form === "time-of-day" || sketch.dates === null)
      return [name, sketch];
    return [name, { ...sketch, ...dateRange(sketch.dates, form), form }];
  });
  return { ...table, columns: new Map(columns) };
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
  private readonly dates: DatePass;

  constructor(name: string, kept: number) {
    this.name = name;
    this.kept = kept;
    this.dates = new DatePass(name);
  }

  take(value: string): void {
    this.rows++;
    if (value === "") {
      this.missing++;
      return;
    }
    this.count(value);
    this.dates.take(value);
    this.widen(value);
  }

  finish(): Sketch {
    const { name, rows, missing, low, high, values, many } = this;
    const numeric = this.numeric && missing < rows;
    return {
      name,
      rows,
      missing,
      low,
      high,
      values,
      many,
      form: null,
      dates: this.dates.finish(),
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

  private widen(value: string): void {
    const number = Number(value);
    if (!Number.isFinite(number)) {
      this.numeric = false;
      return;
    }
    if (!Number.isInteger(number)) this.integer = false;
    this.low = Math.min(this.low, number);
    this.high = Math.max(this.high, number);
  }
}
