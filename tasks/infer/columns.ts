import type { Sketch, Tables } from "../tables/sketch.ts";
import type { TargetGuess } from "./target.ts";

/** Names under which a plain number counts time. */
const TIME_NAME =
  /(^|_)(date|day|time|timestamp|datetime|month|week|quarter|year|period|step)(_|$)/iu;

/** A date column in which every test row lies after every training row, or null. */
export function timeColumn(tables: Tables, target: TargetGuess): string | null {
  for (const [name, train] of tables.train.columns) {
    const test = tables.test.columns.get(name);
    if (test === undefined || name === target.id_column) continue;
    if (isTime(name, train) && isTime(name, test) && isLater(train, test)) return name;
  }
  return null;
}

function isTime(name: string, sketch: Sketch): boolean {
  return sketch.missing === 0 && (sketch.dated || (sketch.numeric && TIME_NAME.test(name)));
}

function isLater(train: Sketch, test: Sketch): boolean {
  return test.low >= train.high && test.high > train.high && train.low < train.high;
}

/** A column of which train and test share no value although values repeat: whole groups were held out. */
export function groupColumn(tables: Tables, target: TargetGuess): string | null {
  let best: { name: string; groups: number } | null = null;
  for (const [name, train] of tables.train.columns) {
    const test = tables.test.columns.get(name);
    if (test === undefined || name === target.id_column) continue;
    if (!isGrouping(name, train) || !isGrouping(name, test) || !areDisjoint(train, test)) continue;
    if (logChanceOfDisjoint(train, test) > MAX_LOG_CHANCE) continue;
    // Of nested keys (a user, his sessions) the coarsest keeps the others whole.
    const groups = train.values.size + test.values.size;
    if (best === null || groups < best.groups) best = { name, groups };
  }
  return best?.name ?? null;
}

/** Whole numbers or texts that rows share, none missing, no times, and enough of them to tell chance from intent. */
function isGrouping(name: string, sketch: Sketch): boolean {
  if (sketch.many || sketch.missing > 0 || sketch.dated) return false;
  if (sketch.numeric && (!sketch.integer || TIME_NAME.test(name))) return false;
  return sketch.values.size >= 8 && sketch.rows > sketch.values.size;
}

function areDisjoint(train: Sketch, test: Sketch): boolean {
  return [...test.values.keys()].every((value) => !train.values.has(value));
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
