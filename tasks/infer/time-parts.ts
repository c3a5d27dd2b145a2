import { type TimeParts, TimeUnit } from "../competition.ts";
import { readHeader, scanCsv } from "../tables/csv.ts";
import type { Sketch, Tables } from "../tables/sketch.ts";
import { momentOfParts, unitValue } from "../tables/time-units.ts";
import { liesLater } from "./columns.ts";
import type { TargetGuess } from "./target.ts";

/** Words that name a unit, joined with `_`; a day of the week is none, since it comes again. */
const NAMES: readonly [TimeUnit, RegExp][] = [
  ["day_of_year", /(^|_)(day_?of_?year|doy|yday|julian(_day)?)(?=_|$)/u],
  ["week", /(^|_)(iso_?)?(week(_?of_?year)?|wk|kw)(_?(number|num|no|nr))?(?=_|$)/u],
  ["day", /(^|_)(day(_?of_?month)?|dom|mday)(?=_|$)/u],
  ["month", /(^|_)(month|mon|mo|mnth)(_?(number|num|no|nr|name))?(?=_|$)/u],
  ["quarter", /(^|_)(quarter|qtr)(?=_|$)/u],
  ["year", /(^|_)(year|yr|yyyy)(?=_|$)/u],
  ["hour", /(^|_)(hour|hr|hh)(?=_|$)/u],
  ["minute", /(^|_)(minute|min)(?=_|$)/u],
];
const WEEKDAY = /week_?day|day_?of_?week|dow|day_?name|working_?day|holi_?day/u;
/** So many bytes of a table are looked at. */
const SCANNED_BYTES = 64 * 1024 * 1024;

/**
 * The columns that together say when a row is (year, month and day, say), where every test row lies after every
 * training row by them; null where there are none, or test is not later.
 */
export async function timeParts(
  [train, test]: readonly [train: string, test: string],
  tables: Tables,
  { id_column, target_columns }: Pick<TargetGuess, "id_column" | "target_columns">,
): Promise<TimeParts | null> {
  const taken = [id_column, ...target_columns];
  for (const parts of families(tables, (name) => !taken.includes(name))) {
    const before = await momentsIn(train, parts);
    const after = await momentsIn(test, parts);
    if (before !== null && after !== null && liesLater(before, after)) return parts;
  }
  return null;
}

/** Columns of one thing, such as `sale_year` and `sale_month`, of two units at least: those with most units first. */
function families({ train, test }: Tables, isOpen: (name: string) => boolean): TimeParts[] {
  const found = new Map<string, Map<TimeUnit, string>>();
  for (const [name, sketch] of train.columns) {
    const named = unitNamed(name);
    const tested = test.columns.get(name);
    if (named === null || tested === undefined || !isOpen(name)) continue;
    if (!isOfUnit(sketch, named.unit) || !isOfUnit(tested, named.unit)) continue;
    const family = found.get(named.of) ?? new Map<TimeUnit, string>();
    if (!family.has(named.unit)) found.set(named.of, family.set(named.unit, name));
  }
  return [...found.values()]
    .map(divided)
    .filter((family) => family.size > 1)
    .sort((a, b) => b.size - a.size)
    .map((family) => Object.fromEntries(family));
}

/** Units that divide each other, the largest first; the finest that a family has are taken. */
const DAYS: readonly TimeUnit[][] = [
  ["year", "month", "day"],
  ["year", "day_of_year"],
  ["month", "day"],
];
const PERIODS: readonly TimeUnit[][] = [
  ["year", "week"],
  ["year", "month"],
  ["year", "quarter"],
];

function divided(family: ReadonlyMap<TimeUnit, string>): Map<TimeUnit, string> {
  const hasAll = (units: readonly TimeUnit[]) => units.every((unit) => family.has(unit));
  const days = DAYS.find(hasAll);
  const clock = (["hour", "minute"] as const).filter((_, place, all) =>
    hasAll(all.slice(0, place + 1)),
  );
  const units = days === undefined ? (PERIODS.find(hasAll) ?? []) : [...days, ...clock];
  return new Map(units.map((unit) => [unit, family.get(unit) ?? ""]));
}

function unitNamed(name: string): { unit: TimeUnit; of: string } | null {
  const words = name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_");
  if (WEEKDAY.test(words)) return null;
  for (const [unit, pattern] of NAMES) {
    const rest = words.replace(pattern, "");
    if (rest !== words) return { unit, of: rest.replaceAll(/^_+|_+$/gu, "") };
  }
  return null;
}

/** Whether nearly all values are of the unit. */
function isOfUnit({ missing, rows, many, values }: Sketch, unit: TimeUnit): boolean {
  if (missing > 0.01 * rows || many || values.size === 0) return false;
  return [...values.keys()].every((text) => unitValue(text, unit) !== null);
}

/** The moments of the rows of a table; null where it lacks a column. */
async function momentsIn(path: string, parts: TimeParts): Promise<number[] | null> {
  const header = await readHeader(path);
  const places = TimeUnit.options.flatMap((unit): [TimeUnit, number][] => {
    const name = parts[unit];
    return name === undefined ? [] : [[unit, header.indexOf(name)]];
  });
  if (places.some(([, place]) => place === -1)) return null;
  const found: number[] = [];
  await scanCsv(
    path,
    (values) => {
      const at = momentOfParts(new Map(places.map(([unit, place]) => [unit, values[place] ?? ""])));
      if (at !== null) found.push(at);
    },
    SCANNED_BYTES,
  );
  return found;
}
