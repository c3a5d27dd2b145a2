import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { errorCode, RunRefused } from "../errors.ts";
import { type Event, type EventType, eventValues } from "../events/events.ts";

const FORMAT = 1;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** How a line ends: its link, of 64 hex digits. */
const LINK = /^,"chain":"(?<link>[0-9a-f]{64})"\}$/u;
const LINK_BYTES = ',"chain":"'.length + 64 + '"}'.length;

/** The link before the first line. */
const CHAIN_START = "";

const envelope = z.looseObject({
  v: z.literal(FORMAT),
  seq: z.number().int().positive(),
  time: z.iso.datetime(),
  elapsed: z.number().nonnegative(),
  type: z.string(),
  key: z.string(),
  value: z.unknown(),
  /** Links the line to the one before it. */
  chain: z.string(),
});

/** What a journal file holds: its events, how many bytes of it are whole lines, and the link of the last one. */
export type Recorded = { events: Event[]; bytes: number; chain: string };

/** A line of a journal that is not as it was written; `before` holds the whole events before it. */
export class JournalDamaged extends RunRefused {
  readonly before: readonly Event[];
  /** Whether the last line says that the run has ended. */
  readonly hasEnd: boolean;
  constructor(message: string, before: readonly Event[], hasEnd: boolean) {
    super(message);
    this.before = before;
    this.hasEnd = hasEnd;
  }
}

/**
 * Reads a journal to go on with it, without touching it: each line must be linked to the one before it. A torn last
 * line is left out, a journal that is not there is empty.
 *
 * @throws JournalDamaged naming the first line that is not as it was written; RunRefused for a newer format
 */
export function readJournal(file: string): Promise<Recorded> {
  return readLines(file, true);
}

/** The events of a journal for a report, read without touching the file: also of a run that is at work right now. */
export async function readEvents(file: string): Promise<Event[]> {
  return (await readLines(file, false)).events;
}

/** The first line of a journal that is not as it was written, in words, for who only reports it; null: there is none. */
export async function journalDamage(file: string): Promise<string | null> {
  try {
    await readJournal(file);
    return null;
  } catch (error) {
    if (error instanceof JournalDamaged) return error.message;
    throw error;
  }
}

async function readLines(file: string, mustBeLinked: boolean): Promise<Recorded> {
  try {
    return parseJournal(await readFile(file), file, { mustBeLinked, ...BEGINNING });
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { events: [], bytes: 0, chain: CHAIN_START };
    throw error;
  }
}

/** Where reading begins. */
type From = { first: number; chain: string };
const BEGINNING: From = { first: 1, chain: CHAIN_START };

/** The whole lines of a part of a journal that begins with line `first`, for who looks on while it grows. */
export function readPart(content: Buffer, file: string, first: number): Omit<Recorded, "chain"> {
  const { events, bytes } = parseJournal(content, file, { first, chain: "", mustBeLinked: false });
  return { events, bytes };
}

function parseJournal(
  content: Buffer,
  file: string,
  { mustBeLinked, first, chain: before }: From & { mustBeLinked: boolean },
): Recorded {
  const events: Event[] = [];
  let chain = before;
  let start = 0;
  for (let line = first; ; line++) {
    const end = content.indexOf(NEWLINE, start);
    if (end === -1) break;
    const bytes = content.subarray(start, end);
    const parsed = parseJson(bytes.toString("utf8"));
    // After a power cut the last line can be whole in length, and its blocks were never written.
    if (parsed === undefined && end === content.length - 1 && bytes.includes(0)) break;
    const where = `${file}:${line}`;
    const damage = damageOf(bytes, parsed, { before: chain, line, mustBeLinked });
    if (damage !== null)
      throw new JournalDamaged(`${where}: ${damage}; ${WAY_OUT}`, events, recordsEnd(content));
    const { event, link } = readLine(parsed, line, where);
    events.push(event);
    chain = link;
    start = end + 1;
  }
  return { events, bytes: start, chain };
}

const WAY_OUT =
  "the journal was damaged or changed after it was written: restore it from a backup, or start a new run with --fresh";

/** What shows that a line is not as it was written, in words, or null. */
function damageOf(
  bytes: Buffer,
  parsed: unknown,
  { before, line, mustBeLinked }: { before: string; line: number; mustBeLinked: boolean },
): string | null {
  if (parsed === undefined) return "the line is damaged (not JSON)";
  if (!mustBeLinked || isLinked(bytes, before)) return null;
  // Another format may link its lines otherwise; in the middle of a linked journal a number was changed.
  if (newerFormat(parsed) !== null && (line === 1 || linkAt(bytes) === null)) return null;
  if (bytes.at(-1) === RETURN) return "the line is damaged (its end was changed to CRLF)";
  return "the line is not what was written there (its hash differs)";
}

/** Whether a run that cannot be read any more had come to its end, as far as the last whole line tells. */
function recordsEnd(content: Buffer): boolean {
  const lines = content.subarray(content.lastIndexOf(NEWLINE, content.length - 2) + 1);
  return lines.includes('"type":"run-ended"');
}

/** What a JSON text says; undefined for one that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readLine(parsed: unknown, line: number, where: string): { event: Event; link: string } {
  const newer = newerFormat(parsed);
  if (newer !== null)
    throw new RunRefused(
      `${where}: journal format ${newer} is newer than this mle-star reads (${FORMAT}); update mle-star`,
    );
  const head = envelope.safeParse(parsed);
  if (!head.success) throw new RunRefused(`${where}: ${complaint(head.error)}`);
  const { type, seq, value } = head.data;
  if (seq !== line) throw new RunRefused(`${where}: expected line number ${line}, got ${seq}`);
  if (!isEventType(type))
    throw new RunRefused(`${where}: unknown event "${type}"; a newer mle-star wrote it: update`);
  const checked = eventValues[type].safeParse(value);
  if (!checked.success) throw new RunRefused(`${where}: ${type}: ${complaint(checked.error)}`);
  // The schema has checked the value; the raw one is handed on, so that fields it does not know are kept.
  const { chain, ...event } = head.data;
  return { event: event as unknown as Event, link: chain };
}

function newerFormat(parsed: unknown): number | null {
  const version = z.looseObject({ v: z.number() }).safeParse(parsed);
  return version.success && version.data.v > FORMAT ? version.data.v : null;
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventValues, type);
}

/** An event on its way into the journal: its value is still to be checked. */
export type Draft = Omit<Event, "value"> & { value: unknown };

/** The journal line of an event, without its end; throws when JSON would not give its value back. */
export function journalLine(event: Draft): string {
  const where = `${event.type} at ${event.key}`;
  const checked = eventValues[event.type].safeParse(event.value);
  if (!checked.success) throw new TypeError(`${where}: ${complaint(checked.error)}`);
  const lost = firstLost(event.value, "value");
  if (lost !== null) throw new TypeError(`${where}: ${lost}, which JSON cannot hold`);
  return JSON.stringify(event);
}

/** Where a value would not survive JSON, in words; null when it would. */
function firstLost(value: unknown, path: string): string | null {
  if (typeof value === "number" && !Number.isFinite(value)) return `${path} is ${value}`;
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return null;
  if (typeof value !== "object") return `${path} is of type ${typeof value}`;
  if (!isPlain(value)) return `${path} is an instance of a class`;
  for (const [name, each] of Object.entries(value)) {
    // An undefined property is absent before and after; in a list it would become null.
    const absent = each === undefined && !Array.isArray(value);
    const lost = absent ? null : firstLost(each, `${path}.${name}`);
    if (lost !== null) return lost;
  }
  return null;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function complaint(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "unreadable";
  const path = issue.path.map(String).join(".");
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}

/** A journal line that also holds the hash of itself and of the line before it, and that hash. */
export function linkLine(bare: string, before: string): { line: string; link: string } {
  const link = linkOf(before, bare);
  return { line: `${bare.slice(0, -1)},"chain":"${link}"}`, link };
}

/** What breaks the chain of a journal's lines, in words, or null. */
export function checkChain(content: Buffer): string | null {
  let before = CHAIN_START;
  let start = 0;
  for (let line = 1; ; line++) {
    const end = content.indexOf(NEWLINE, start);
    if (end === -1) return null;
    const bytes = content.subarray(start, end);
    const link = linkAt(bytes);
    if (link === null) return `line ${line} has no link`;
    if (!isLinked(bytes, before)) return `line ${line} is not what was written there`;
    before = link;
    start = end + 1;
  }
}

/** The link that a line ends in; null where it ends otherwise. */
function linkAt(line: Buffer): string | null {
  return LINK.exec(line.subarray(-LINK_BYTES).toString("latin1"))?.groups?.link ?? null;
}

function isLinked(line: Buffer, before: string): boolean {
  return linkAt(line) === linkOf(before, line.subarray(0, -LINK_BYTES), "}");
}

/** Of bytes, not of text: bytes that are no characters are all read as the same one. */
function linkOf(before: string, ...bare: (string | Buffer)[]): string {
  const hash = createHash("sha256").update(`${before}\n`);
  for (const part of bare) hash.update(part);
  return hash.digest("hex");
}
