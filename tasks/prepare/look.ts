import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { RecordReader } from "../tables/csv-record.ts";
import type { Found, FoundFile } from "./files.ts";

/** So much of a table is looked at closely; beyond it only its encoding and the number of its lines. */
const HEAD_BYTES = 1 << 16;
const TAIL_BYTES = 1 << 12;
const PROBED_ROWS = 50;

/** Tables that may be parts of one: `train_1.csv`, `train/part-0.csv` (`parts.py` looks closely). */
const PART = /^([^/]*\/)?(train|test)[^/]*(\/[^/]*)?\d[^/]*\.csv$/iu;

/** A last row that begins so may sum the others up (`edges.py` looks closely). */
const TOTAL =
  /^[\W\d]*(grand|sub|overall)?[ _-]?(total|sum|average|mean|summe|gesamt|insgesamt|somme|suma|totaal)/iu;
/** Answers in a table of their own (`labels.py` looks closely). */
const LABELS = /(^|[-_./ ])(y|labels?|targets?|classes|answers?|outcomes?)(?=$|[-_./ ])/iu;

/** The first rows of a table, and how many lines it has. */
type Glance = { header: string[]; rows: string[][]; lines: number };

/** Names of the main tables, as far as they are there. */
export type Roles = { train: string | null; test: string | null; sample: string | null };

/**
 * Whether a folder may hold anything that is not read as it stands, by a quick look: the careful one is made in
 * Python, and finds in some cases that there was nothing to do.
 */
export async function mayNeedPreparing({ files, hasLinks }: Found, roles: Roles): Promise<boolean> {
  if (hasLinks || files.some(({ kind }) => kind === "archive" || kind === "other-table"))
    return true;
  if (roles.train !== null && (roles.test === null || roles.sample === null)) return true;
  if (files.some(({ name, kind }) => kind === "csv" && LABELS.test(name) && /train/iu.test(name)))
    return true;
  if (files.filter(({ name, kind }) => kind === "csv" && PART.test(name)).length > 1) return true;
  const glances = new Map<string, Glance>();
  for (const file of files.filter(({ kind }) => kind === "csv")) {
    const glance = await glanceAt(file);
    if (glance === null || isOdd(glance)) return true;
    glances.set(file.name, glance);
  }
  const of = (name: string | null): Glance | null =>
    name === null ? null : (glances.get(name) ?? null);
  return disagree(of(roles.train), of(roles.test), of(roles.sample));
}

/** Null for what is not plain UTF-8 text with usual line ends. An empty file is left to the checks. */
async function glanceAt({ path }: FoundFile): Promise<Glance | null> {
  const head = await readHead(path);
  if (head === null) return { header: [], rows: [], lines: 0 };
  if (head.includes(0) || (head[0] === 0xef && head[1] === 0xbb)) return null;
  if (head.includes(13) && !head.includes(10)) return null;
  const lines = await countLines(path);
  const end = lines === null ? "" : await lastLine(path);
  if (lines === null || end === null) return null;
  const [header = [], ...rows] = firstRecords(head);
  return mayBeNoRow(end, header) ? null : { header, rows, lines };
}

/** The first records of a table. */
function firstRecords(head: Buffer): string[][] {
  const records: string[][] = [];
  const reader = new RecordReader((fields) => void records.push(fields));
  const text = new TextDecoder("utf-8").decode(head).split("\n");
  if (head.length === HEAD_BYTES) text.pop();
  for (const line of text) {
    reader.line(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (records.length > PROBED_ROWS) break;
  }
  return records;
}

/** Whether the last line of a table is short, holds one cell alone, or is called a sum. */
function mayBeNoRow(line: string, header: readonly string[]): boolean {
  if (header.length < 2 || line.includes('"')) return false;
  const cells = line.split(",");
  if (cells.length < header.length && /\p{L}/u.test(line)) return true;
  return cells.filter((cell) => cell.trim() !== "").length === 1 || TOTAL.test(line);
}

/** Null for a file that is empty or cannot be read. */
async function readHead(path: string): Promise<Buffer | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The last line; null where it holds nothing but separators. */
async function lastLine(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(TAIL_BYTES),
      0,
      TAIL_BYTES,
      Math.max(0, size - TAIL_BYTES),
    );
    const text = buffer.subarray(0, bytesRead).toString("utf8").trimEnd();
    return /\n[,;\t|]+$/u.test(text) ? null : text.slice(text.lastIndexOf("\n") + 1);
  } finally {
    await file.close();
  }
}

/** Lines of a file; null where it is not UTF-8. */
async function countLines(path: string): Promise<number | null> {
  let lines = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    // Whole lines only, so that no character is cut; a file without any is looked at as it is.
    const end = bytes.lastIndexOf(10) + 1;
    if (!isUtf8(bytes.subarray(0, end))) return null;
    rest = bytes.subarray(end);
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
  }
  return isUtf8(rest) ? lines : null;
}

/** Names that are not as people mean them, columns that are not separated by commas, a link written as a text. */
function isOdd({ header, rows, lines }: Glance): boolean {
  if (/^(#|"?sep=.?)/u.test(header[0] ?? "") && hasPreface(header, rows)) return true;
  if (rows.length > 0 && rows.every((row) => row.length === header.length + 1)) return true;
  if (lines === 0 && header.length === 1 && header[0]?.includes("/") === true) return true;
  if (new Set(header).size < header.length || mayBeRow(header, rows)) return true;
  if (isTitle(header, rows) || isBlankSeparated(header, rows)) return true;
  return header.some(
    (name) =>
      name.trim() !== name ||
      name === "" ||
      name !== name.normalize("NFC") ||
      /^['"`].*['"`]$|[;\t|\r\u200b\ufeff]/u.test(name),
  );
}

/** Whether the header may be a row: a decimal or a number below zero is hardly a name, nor is what stands below it. */
function mayBeRow(header: readonly string[], rows: readonly string[][]): boolean {
  return header.some(
    (name, place) =>
      /^(-\d+|[+-]?\d*\.\d+)(e[+-]?\d+)?$/iu.test(name) ||
      (name !== "" && rows.filter((row) => row[place] === name).length > 1),
  );
}

/** Whether words and numbers stand side by side, and nothing but blanks between them. */
function isBlankSeparated(header: readonly string[], rows: readonly string[][]): boolean {
  const words = (text = "") => text.trim().split(/\s+/u).length;
  const count = words(header[0]);
  return header.length === 1 && count > 1 && rows.every(([cell]) => words(cell) === count);
}

/** Whether the header is one cell alone, and rows have more. */
function isTitle(header: readonly string[], rows: readonly string[][]): boolean {
  const filled = header.filter((name) => name !== "").length;
  return filled === 1 && rows.some((row) => row.length > 1);
}

/** Whether a first line that may be a remark, or name the separator, is not like the lines behind it. */
function hasPreface(header: readonly string[], rows: readonly string[][]): boolean {
  return header[0]?.startsWith("#") !== true || rows.some((row) => row.length !== header.length);
}

/** Whether the tables call columns or ids otherwise, or test and sample have what one of them lacks. */
function disagree(train: Glance | null, test: Glance | null, sample: Glance | null): boolean {
  if (train === null) return false;
  const known = [...train.header, ...(test?.header ?? [])];
  if (sample !== null && differ(sample.header, known)) return true;
  if (test === null) return false;
  if (differ(test.header, train.header) || hasEmpty(test, train)) return true;
  if (sample === null) return false;
  const id = sample.header.find((name) => test.header.includes(name));
  if (sample.header.some((name) => name !== id && test.header.includes(name))) return true;
  if (sample.lines < test.lines) return true;
  return id !== undefined && formOf(sample, id) !== formOf(test, id);
}

/** Whether a header has names that another one has too but for case, blanks and separators. */
function differ(header: readonly string[], known: readonly string[]): boolean {
  const folds = new Map(known.map((name) => [folded(name), name]));
  return header.some((name) => !known.includes(name) && folds.has(folded(name)));
}

function folded(name: string): string {
  const text = name.normalize("NFKC").toLowerCase();
  const plain = text.replaceAll(/[^\p{L}\p{N}]/gu, "");
  return plain === "" ? text.trim() : plain;
}

/** Whether a column that train has is empty in the first rows of test. */
function hasEmpty(test: Glance, train: Glance): boolean {
  if (test.rows.length === 0) return false;
  return test.header.some(
    (name, place) =>
      train.header.includes(name) &&
      test.rows.every((row) => /^(|n\/?a|nan|null|none|-|\?)$/iu.test((row[place] ?? "").trim())),
  );
}

/** How ids are written: what can change when a library reads and writes them. */
function formOf({ header, rows }: Glance, name: string): string {
  const place = header.indexOf(name);
  const cells = rows.map((row) => row[place] ?? "");
  const marks = [/^[+-]?\d+\.0*$/u, /^[\d.]+e[+-]?\d+$/iu, /^\s|\s$/u, /^0\d/u];
  return marks.map((mark) => (cells.some((cell) => mark.test(cell)) ? "1" : "0")).join("");
}
