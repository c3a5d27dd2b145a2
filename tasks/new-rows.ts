import { copyFile, link, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CompetitionInvalid } from "../runs/errors.ts";
import type { Competition } from "./competition.ts";
import { shown } from "./message-text.ts";
import { readHeader, scanCsv } from "./tables/csv.ts";
import { writeTable } from "./tables/write-csv.ts";

/** A competition whose test table is other rows, and what was done to them. */
export type WithNewRows = { competition: Competition; rows: number; notes: string[] };

type Table = { header: string[]; rows: string[][]; lines: number[] };

/**
 * Lays a competition out in an empty folder with the rows of a table in place of its test rows, and a sample submission
 * for them; everything else is linked. Columns that the test table does not have are left out, and named. Throws
 * `CompetitionInvalid` for a column that is missing, an id that stands twice or cannot be made, and for text where the
 * test table has numbers only.
 */
export async function withNewRows(
  competition: Competition,
  file: string,
  folder: string,
): Promise<WithNewRows> {
  const { files, id_column: idColumn } = competition;
  const wanted = await readHeader(join(competition.folder, files.test));
  const given = await readTable(file);
  if (given.rows.length === 0) throw new CompetitionInvalid(`${shown(file)}: there are no rows`);
  const notes: string[] = [];
  const isMade = idColumn !== null && wanted.includes(idColumn) && !given.header.includes(idColumn);
  if (isMade) {
    given.header.push(idColumn);
    for (const [place, row] of given.rows.entries()) row.push(String(place + 1));
    notes.push(`${idColumn}: not given, so the rows are numbered from 1`);
  }
  notes.push(...checkColumns(file, given.header, wanted));
  const table = inOrder(given, wanted);
  await checkNumbers(competition, file, table);
  const ids = idsOf(competition, file, table);
  const isReplaced = [files.test, files.sample_submission];
  await linkAll(competition.folder, folder, isReplaced);
  await writeTable(join(folder, files.test), wanted, table.rows);
  await writeSample(competition, folder, ids ?? table.rows.map(() => null));
  return { competition: { ...competition, folder }, rows: table.rows.length, notes };
}

async function readTable(file: string): Promise<Table> {
  const [rows, lines]: [string[][], number[]] = [[], []];
  const visit = (values: readonly string[], line: number) => {
    rows.push([...values]);
    lines.push(line);
  };
  const { header } = await scanCsv(file, visit, Number.POSITIVE_INFINITY);
  return { header: [...header], rows, lines };
}

/** What is left out, in words. */
function checkColumns(
  file: string,
  header: readonly string[],
  wanted: readonly string[],
): string[] {
  const missing = wanted.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new CompetitionInvalid(
      `${shown(file)}: columns of the test table are missing: ${named(missing)}; leave cells empty where nothing is known`,
    );
  }
  const unknown = header.filter((name) => !wanted.includes(name));
  return unknown.length === 0
    ? []
    : [`left out, since the test table has no such column: ${named(unknown)}`];
}

const MAX_NAMED = 8;

function named(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  return `${names.slice(0, MAX_NAMED).join(", ")}${more}`;
}

function inOrder({ header, rows, lines }: Table, wanted: readonly string[]): Table {
  const places = wanted.map((name) => header.indexOf(name));
  const ordered = rows.map((row) => places.map((place) => row[place] ?? ""));
  return { header: [...wanted], rows: ordered, lines };
}

const isNumber = (cell: string): boolean => cell.trim() === "" || Number.isFinite(Number(cell));

/** A column that has numbers only in the test table must have them here: scripts would read it as another type. */
async function checkNumbers(
  { folder, files, id_column: id }: Competition,
  file: string,
  { header, rows, lines }: Table,
): Promise<void> {
  const numbers = header.map((name) => name !== id);
  const seen = header.map(() => false);
  await scanCsv(join(folder, files.test), (values) => {
    for (const [place, cell] of values.entries()) {
      if (!isNumber(cell)) numbers[place] = false;
      else if (cell.trim() !== "") seen[place] = true;
    }
  });
  for (const [place, name] of header.entries()) {
    if (numbers[place] !== true || seen[place] !== true) continue;
    const at = rows.findIndex((row) => !isNumber(row[place] ?? ""));
    if (at === -1) continue;
    const cell = JSON.stringify(rows[at]?.[place]);
    throw new CompetitionInvalid(
      `${shown(file)}:${lines[at]}: ${name} is ${cell}, and the test table has only numbers there; write a number or leave it empty`,
    );
  }
}

/** The ids that the submission asks for, in the order of the rows; null where it has none. */
function idsOf(competition: Competition, file: string, table: Table): string[] | null {
  const { id_column: id, submission_id: made } = competition;
  if (made?.target === true || (id !== null && made === null && !table.header.includes(id))) {
    throw new CompetitionInvalid(
      `${shown(file)}: new rows of ${competition.id} cannot be predicted: the ids of its sample submission are in no column of the test table; put the new rows into a copy of the competition's folder, and run that`,
    );
  }
  if (id === null) return null;
  const columns = made?.columns ?? [id];
  const places = columns.map((name) => table.header.indexOf(name));
  const ids = table.rows.map((row) =>
    places.map((place) => row[place] ?? "").join(made?.separator ?? ""),
  );
  const seen = new Map<string, number>();
  for (const [at, each] of ids.entries()) {
    const first = seen.get(each);
    if (first !== undefined) {
      throw new CompetitionInvalid(
        `${shown(file)}:${table.lines[at]}: ${id} ${JSON.stringify(each)} stands in line ${table.lines[first]} already; give each row an id of its own`,
      );
    }
    seen.set(each, at);
  }
  return ids;
}

async function writeSample(
  { folder: from, files, id_column: id }: Competition,
  folder: string,
  ids: readonly (string | null)[],
): Promise<void> {
  let first: string[] = [];
  const { header } = await scanCsv(join(from, files.sample_submission), (values) => {
    first = [...values];
    return false;
  });
  const place = id === null ? -1 : header.indexOf(id);
  const rows = ids.map((each) => first.map((cell, at) => (at === place ? (each ?? cell) : cell)));
  await writeTable(join(folder, files.sample_submission), header, rows);
}

/** Hard links, for a script's view shows no file that a symbolic link leads out to; copies on another file system. */
export async function linkAll(from: string, to: string, except: readonly string[]): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true, recursive: true })) {
    const inside = join(entry.parentPath, entry.name).slice(from.length + 1);
    if (except.includes(inside) || entry.isDirectory()) continue;
    const target = join(to, inside);
    await mkdir(dirname(target), { recursive: true });
    await link(join(from, inside), target).catch(() => copyFile(join(from, inside), target));
  }
}
