import { momentIn } from "../tables/date-forms.ts";
import { isIdName, isTimeName } from "../tables/dates.ts";
import type { Sketch, Tables } from "../tables/sketch.ts";
import type { TargetGuess } from "./target.ts";

/** A time that more than half of the rows lack does not divide them. */
const MAX_MISSING = 0.5;

/** A date column in which every test row lies after every training row, or null; the id may be one. */
export function timeColumn(tables: Tables, target: TargetGuess): string | null {
  for (const [name, train] of tables.train.columns) {
    const test = tables.test.columns.get(name);
    if (test === undefined || target.target_columns.includes(name)) continue;
    if (name === target.id_column && train.form === null) continue;
    if (isTime(train) && isTime(test) && isLater(train, test)) return name;
  }
  return null;
}

function isTime(sketch: Sketch): boolean {
  if (sketch.form !== null) return (sketch.dates?.filled ?? 0) >= (1 - MAX_MISSING) * sketch.rows;
  return sketch.numeric && sketch.missing === 0 && isTimeName(sketch.name) && !isCounter(sketch);
}

/** Numbers that are called an id and differ in every row count the rows. */
function isCounter({ name, many, values, rows }: Sketch): boolean {
  return isIdName(name) && (many || values.size === rows);
}

/** Columns without a name, as pandas writes an index, that only count the rows of train and of test. */
export function rowCounters({ train, test }: Tables, { id_column }: TargetGuess): string[] {
  return train.header.filter(
    (name) =>
      /^Unnamed: \d+$/u.test(name) &&
      name !== id_column &&
      countsRows(train.columns.get(name)) &&
      countsRows(test.columns.get(name)),
  );
}

function countsRows(sketch: Sketch | undefined): boolean {
  if (sketch?.integer !== true || sketch.missing > 0) return false;
  const differ = sketch.many || sketch.values.size === sketch.rows;
  return differ && sketch.high - sketch.low + 1 === sketch.rows;
}

/**
 * Nine in ten test rows not before all but one in a hundred training rows, as the referee asks for (`is_later` in
 * `times.py`), most of them after. Where too many values differ to be kept, all test rows must be.
 */
function isLater(train: Sketch, test: Sketch): boolean {
  if (train.low >= train.high) return false;
  if (train.many || test.many) return test.low >= train.high && test.high > train.high;
  return isAfter(moments(train), moments(test));
}

/** Whether moments of test lie after those of train, as for one column. */
export function liesLater(train: readonly number[], test: readonly number[]): boolean {
  const counted = (found: readonly number[]) => {
    const rows = new Map<number, number>();
    for (const at of found) rows.set(at, (rows.get(at) ?? 0) + 1);
    return [...rows].sort(([a], [b]) => a - b);
  };
  const before = counted(train);
  return before.length > 2 && test.length > 0 && isAfter(before, counted(test));
}

function isAfter(trained: readonly Moments[], tested: readonly Moments[]): boolean {
  const edge = quantile(trained, 0.99);
  const share = (isIn: (at: number) => boolean) =>
    rowsOf(tested.filter(([at]) => isIn(at))) / rowsOf(tested);
  return share((at) => at >= edge) >= 0.9 && share((at) => at > edge) >= 0.5;
}

/** A moment with the number of its rows. */
type Moments = [at: number, rows: number];

/** Moments with the number of their rows, in order. */
function moments({ values, form }: Sketch): Moments[] {
  return [...values]
    .map(([text, rows]): [number | null, number] => [momentIn(text, form), rows])
    .filter((each): each is Moments => each[0] !== null)
    .sort(([a], [b]) => a - b);
}

function rowsOf(found: readonly Moments[]): number {
  return found.reduce((sum, [, rows]) => sum + rows, 0);
}

function quantile(found: readonly Moments[], share: number): number {
  let left = share * rowsOf(found);
  for (const [at, rows] of found) {
    left -= rows;
    if (left <= 0) return at;
  }
  return Number.POSITIVE_INFINITY;
}

/** A column of which train and test share no value although values repeat: whole groups were held out. */
export function groupColumn(tables: Tables, target: TargetGuess): string | null {
  let best: { name: string; groups: number } | null = null;
  for (const [name, train] of tables.train.columns) {
    const test = tables.test.columns.get(name);
    if (test === undefined || name === target.id_column) continue;
    if (!isGrouping(train) || !isGrouping(test) || !areDisjoint(train, test)) continue;
    if (logChanceOfDisjoint(train, test) > MAX_LOG_CHANCE) continue;
    // Of nested keys (a user, his sessions) the coarsest keeps the others whole.
    const groups = train.values.size + test.values.size;
    if (best === null || groups < best.groups) best = { name, groups };
  }
  return best?.name ?? null;
}

/** Whole numbers or texts that rows share, none missing, no times, and enough of them to tell chance from intent. */
function isGrouping(sketch: Sketch): boolean {
  if (sketch.many || sketch.missing > 0 || sketch.form !== null) return false;
  if (sketch.numeric && (!sketch.integer || isTimeName(sketch.name))) return false;
  return sketch.values.size >= 8 && sketch.rows > sketch.values.size;
}

function areDisjoint(train: Sketch, test: Sketch): boolean {
  // What a library wrote as 3.0 in one table and as 3 in the other is one value.
  const numeric = train.numeric && test.numeric;
  const plain = (value: string) => (numeric ? Number(value) : value.trim());
  const known = new Set([...train.values.keys()].map(plain));
  return [...test.values.keys()].every((value) => !known.has(plain(value)));
}

/** Logarithm of the chance below which held-out groups are no accident: about 6 in a million (a judgment). */
const MAX_LOG_CHANCE = -12;

/** Logarithm of the chance that no value is on both sides when rows are split at random. */
function logChanceOfDisjoint(train: Sketch, test: Sketch): number {
  const share = test.rows / (train.rows + test.rows);
  let total = 0;
  for (const sketch of [train, test]) {
    for (const size of sketch.values.values()) {
      total += Math.log(share ** size + (1 - share) ** size);
    }
  }
  return total;
}
