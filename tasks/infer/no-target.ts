import { join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { shown } from "../message-text.ts";
import { readHeader } from "../tables/csv.ts";
import type { Tables } from "../tables/sketch.ts";
import type { Layout } from "./layout.ts";

/** So many names stand in a message. */
const NAMED = 5;

/** The refusal of a sample submission that fits no column of train, with what keeps it from doing so. */
export async function noTarget(
  folder: string,
  layout: Layout,
  tables: Tables,
): Promise<CompetitionInvalid> {
  const answers = await tableOfAnswers(folder, layout, tables);
  const why =
    answers === null
      ? reason(layout, tables)
      : `${answers} has ${list(tables.sample.header)}, but no id that says which row of ${layout.train} each is of: put the column into ${layout.train}, or an id into both`;
  const place = shown(join(folder, layout.train));
  return new CompetitionInvalid(`${place}: no target column found: ${why}`);
}

/** A table beside train that has all columns of the sample, and no column of train. */
async function tableOfAnswers(
  folder: string,
  { other }: Layout,
  tables: Tables,
): Promise<string | null> {
  for (const file of other.filter((each) => /\.csv$/iu.test(each) && !/test/iu.test(each))) {
    const header = await readHeader(join(folder, file)).catch((): string[] => []);
    if (header.some((name) => tables.train.header.includes(name))) continue;
    if (tables.sample.header.every((name) => header.includes(name))) return file;
  }
  return null;
}

function reason({ train, sampleSubmission }: Layout, tables: Tables): string {
  const { header } = tables.sample;
  const [first = "", ...rest] = header;
  const has = (name: string) => tables.train.header.includes(name);
  const predicted = rest.filter((name) => has(name) && !tables.test.header.includes(name));
  const keys = rest.filter((name) => tables.test.header.includes(name));
  if (predicted.length > 0 && keys.length > 0) {
    const names = [first, ...keys];
    return `${sampleSubmission} names a row by ${names.slice(0, NAMED).join(" and ")}, and a submission has one id column: join them into one (such as ${names.join("_")}) in all tables`;
  }
  const further = rest.filter((name) => !has(name));
  if (predicted.length > 0 && further.length > 0) {
    return `${sampleSubmission} has ${list(further)} beside ${list(predicted)}, which ${train} has not: take that out of it`;
  }
  const classes = columnWithout(tables, rest);
  if (classes !== null) {
    return `${sampleSubmission} has no column for ${list(classes.absent)}, a value of ${classes.name}: add it`;
  }
  return `the sample submission has ${list(header)}, and no column that only train has fits it; name it with --target`;
}

/** A column of train with a value for each of the columns, and values that have none. */
function columnWithout(
  { train, test }: Tables,
  columns: readonly string[],
): { name: string; absent: string[] } | null {
  if (columns.length < 2) return null;
  for (const [name, { many, values }] of train.columns) {
    if (test.header.includes(name) || many) continue;
    if (!columns.every((column) => values.has(column))) continue;
    return { name, absent: [...values.keys()].filter((value) => !columns.includes(value)) };
  }
  return null;
}

function list(names: readonly string[]): string {
  const more = names.length > NAMED ? ", …" : "";
  return names.slice(0, NAMED).join(", ") + more;
}
