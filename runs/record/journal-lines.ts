import { readFile } from "node:fs/promises";
import { z } from "zod";
import { errorCode, RunRefused } from "../errors.ts";
import { type Event, type EventType, eventValues } from "../events/events.ts";
import { sha256 } from "../sha256.ts";

const FORMAT = 1;
const NEWLINE = 0x0a;

const LINK = /^(?<bare>.*),"chain":"(?<link>[0-9a-f]{64})"\}$/su;

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

/** Reads a journal without touching it; a torn last line is left out, a journal that is not there is empty. */
export async function readJournal(file: string): Promise<Recorded> {
  try {
    return parseJournal(await readFile(file), file);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { events: [], bytes: 0, chain: CHAIN_START };
    throw error;
  }
}

/** The events of a journal, read without touching the file: also of a run that is at work right now. */
export async function readEvents(file: string): Promise<Event[]> {
  return (await readJournal(file)).events;
}

function parseJournal(content: Buffer, file: string): Recorded {
  const events: Event[] = [];
  let chain = CHAIN_START;
  let start = 0;
  for (let line = 1; ; line++) {
    const end = content.indexOf(NEWLINE, start);
    if (end === -1) break;
    const parsed = parseJson(content.toString("utf8", start, end));
    // After a power cut the last line can be whole in length and rubbish in content.
    if (parsed === undefined && end === content.length - 1) break;
    const { event, link } = readLine(parsed, line, `${file}:${line}`);
    events.push(event);
    chain = link;
    start = end + 1;
  }
  return { events, bytes: start, chain };
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
  if (parsed === undefined) throw new RunRefused(`${where}: the line is damaged (not JSON)`);
  const version = z.looseObject({ v: z.number() }).safeParse(parsed);
  if (version.success && version.data.v > FORMAT)
    throw new RunRefused(
      `${where}: journal format ${version.data.v} is newer than this mle-star reads (${FORMAT}); update mle-star`,
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
  const link = linkOf(bare, before);
  return { line: `${bare.slice(0, -1)},"chain":"${link}"}`, link };
}

/** What breaks the chain of a journal's lines, in words, or null. */
export function checkChain(text: string): string | null {
  let before = CHAIN_START;
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const { bare, link } = LINK.exec(line)?.groups ?? {};
    if (bare === undefined || link === undefined) return `line ${index + 1} has no link`;
    if (linkOf(`${bare}}`, before) !== link)
      return `line ${index + 1} is not what was written there`;
    before = link;
  }
  return null;
}

function linkOf(bare: string, before: string): string {
  return sha256(`${before}\n${bare}`);
}
