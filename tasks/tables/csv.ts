import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { CompetitionInvalid } from "../../runs/errors.ts";
import { shown } from "../message-text.ts";
import { RecordReader, Utf8Watch } from "./csv-record.ts";

/** A table is read row by row up to this size; what lies beyond is taken on trust, or a check would take minutes. */
const DEEP_CHECK_BYTES = 256 * 1024 * 1024;

/** What a scan found out: `rows` counts the rows seen, `complete` says whether that is all of them. */
export type CsvScan = { header: string[]; rows: number; complete: boolean };

/** Called for each row with its line in the file; `false` ends the scan early. */
export type RowVisitor = (values: readonly string[], line: number, header: string[]) => unknown;

/** Reads a comma-separated table once, in constant memory, and refuses what no reader could agree on. */
export async function scanCsv(
  path: string,
  visit: RowVisitor,
  maxBytes: number = DEEP_CHECK_BYTES,
): Promise<CsvScan> {
  const size = await readableSize(path);
  const scan: Scan = { path, visit, header: [], rows: 0, stopped: false };
  const reader = new RecordReader((fields, line) => takeRecord(scan, fields, line));
  const watch = new Utf8Watch();
  const rest = await feed(scan, reader, watch, maxBytes);
  const complete = size <= maxBytes && !scan.stopped;
  if (complete) {
    refuseAt(path, watch.end());
    if (rest !== "") reader.line(rest);
    const open = reader.unclosed();
    if (open !== null) {
      throw new CompetitionInvalid(
        `${shown(path)}:${open}: a quoted field opens here and never closes`,
      );
    }
  }
  if (scan.header.length === 0) throw new CompetitionInvalid(`${shown(path)}: the file is empty`);
  return { header: scan.header, rows: scan.rows, complete };
}

/** The header of a table. */
export async function readHeader(path: string): Promise<string[]> {
  return (await scanCsv(path, () => false)).header;
}

type Scan = {
  path: string;
  visit: RowVisitor;
  header: string[];
  rows: number;
  stopped: boolean;
};

/** Hands the file's lines to the reader and returns what stands after the last line end. */
async function feed(
  scan: Scan,
  reader: RecordReader,
  watch: Utf8Watch,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder("utf-8");
  let first = true;
  let rest = "";
  try {
    const chunks = createReadStream(scan.path, { end: maxBytes - 1, highWaterMark: 1 << 18 });
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      if (first) refuseForeignBytes(scan.path, chunk);
      first = false;
      refuseAt(scan.path, watch.check(chunk));
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        reader.line(line);
        if (scan.stopped) return "";
      }
    }
  } catch (error) {
    throw unreadable(scan.path, error);
  }
  return rest;
}

function takeRecord(scan: Scan, record: string[], line: number): void {
  if (scan.stopped) return;
  if (scan.header.length === 0) {
    scan.header = record;
    checkHeader(scan.path, record);
    return;
  }
  if (record.length !== scan.header.length) {
    const fields = `${record.length} ${record.length === 1 ? "field" : "fields"}`;
    throw new CompetitionInvalid(
      `${shown(scan.path)}:${line}: ${fields}, but the header names ${scan.header.length}`,
    );
  }
  scan.rows++;
  if (scan.visit(record, line, scan.header) === false) scan.stopped = true;
}

function checkHeader(path: string, header: readonly string[]): void {
  const name = shown(path);
  if (header.some((column) => /\r(?!\n)/u.test(column))) {
    throw new CompetitionInvalid(
      `${name}: lines end in a bare carriage return; save it with Unix line ends`,
    );
  }
  const alone = header.length === 1 ? header[0] : undefined;
  const other = alone === undefined ? undefined : [";", "\t", "|"].find((it) => alone.includes(it));
  if (other !== undefined) {
    throw new CompetitionInvalid(
      `${name}: columns are separated by ${JSON.stringify(other)}; save the table with commas`,
    );
  }
  const twice = header.find((column, index) => header.indexOf(column) !== index);
  if (twice !== undefined) {
    throw new CompetitionInvalid(
      `${name}:1: column "${twice}" stands twice in the header; rename one of them`,
    );
  }
}

function refuseForeignBytes(path: string, chunk: Uint8Array): void {
  const [first, second] = chunk;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16) {
    throw new CompetitionInvalid(`${shown(path)}: the file is UTF-16; save it as UTF-8`);
  }
  if (chunk.includes(0)) {
    throw new CompetitionInvalid(
      `${shown(path)}: this is a binary file, not CSV; unpack or convert it first`,
    );
  }
}

function refuseAt(path: string, place: { offset: number; line: number } | null): void {
  if (place === null) return;
  throw new CompetitionInvalid(
    `${shown(path)}:${place.line}: byte ${place.offset} is not UTF-8; save the file as UTF-8`,
  );
}

async function readableSize(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new CompetitionInvalid(`${shown(path)}: expected a CSV file, found something else`);
}

function unreadable(path: string, error: unknown): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return new CompetitionInvalid(`${shown(path)}: no such file`);
  if (code === "EACCES" || code === "EPERM") {
    return new CompetitionInvalid(`${shown(path)}: no permission to read it; check its mode`);
  }
  return error instanceof Error ? error : new Error(String(error));
}
