import type { Tables, TargetGuess } from "./infer-target.ts";
import type { Sketch } from "./sketch.ts";

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
  for (const [name, train] of tables.train.columns) {
    const test = tables.test.columns.get(name);
    if (test === undefined || name === target.id_column) continue;
    if (isGrouping(train) && isGrouping(test) && shareNothing(train, test)) return name;
  }
  return null;
}

/** Whole numbers or texts, none missing, each about twice at least, and enough of them to tell chance from intent. */
function isGrouping(sketch: Sketch): boolean {
  if (sketch.many || sketch.missing > 0 || (sketch.numeric && !sketch.integer)) return false;
  return sketch.values.size >= 8 && sketch.rows >= 2 * sketch.values.size;
}

function shareNothing(train: Sketch, test: Sketch): boolean {
  return [...test.values.keys()].every((value) => !train.values.has(value));
}
