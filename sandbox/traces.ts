import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join, normalize } from "node:path";
import type { Audit } from "./contract.ts";
import { openUntrusted } from "./workspace.ts";

/** What the runner recorded; a hostile script may have written it, so nothing but its shape is trusted. */
export type Trace = {
  started: boolean;
  /** Whether the runner's last note is there: the interpreter ended normally, its record intact. */
  ended: boolean;
  opened: string[];
  audit: Audit;
  /** When each statement of the script began, in seconds from its start, in the order in which they ran. */
  begun: { line: number; at: number }[];
  memoryError: boolean;
  peakMb: number | null;
  /** Processes that the kernel killed for memory, as the control group inside reports; null where it does not. */
  oomKills: number | null;
};

export const LOG_NAME = "run.log";
export const TRACE_NAME = ".trace";

const LOG_EXCERPT_BYTES = 8 * 1024;
/** The watch writes a megabyte of notes for each interpreter. */
const MAX_TRACE_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;
const MAX_OPENED = 5000;
const MAX_NOTED = 50;
/** As many as the runner notes. */
const MAX_STATEMENTS = 2000;
const MAX_NOTE_LENGTH = 300;
const MAX_PEAK_MB = 16 * 1024 * 1024;

/** Removes what an earlier execution left where the input, the log and the notes are to be. */
export async function clearTraces(workspace: string): Promise<{ input: string; logFile: string }> {
  const input = join(workspace, "input");
  const logFile = join(workspace, LOG_NAME);
  const paths = [input, logFile, join(workspace, TRACE_NAME)];
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  return { input, logFile };
}

/** A log that was not there before: nothing can have been put in its place. */
export function openLog(logFile: string): Promise<FileHandle> {
  return open(logFile, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
}

/** Reads the runner's notes from a workspace, whatever the script has made of the file. */
export async function readTrace(workspace: string): Promise<Trace> {
  const notes = await untrustedNotes(join(workspace, TRACE_NAME));
  const byKind = new Map<string, string[]>();
  for (const note of notes) {
    const [, kind = "", value = ""] = /^([a-z-]+) ?(.*)$/s.exec(note) ?? [];
    const known = byKind.get(kind);
    if (known === undefined) byKind.set(kind, [value]);
    else known.push(value);
  }
  const values = (kind: string): string[] => byKind.get(kind) ?? [];
  const some = (kind: string): string[] =>
    [...new Set(values(kind).map(oneLine))].sort().slice(0, MAX_NOTED);
  const [oomKills] = values("oom-kills");
  const [forbidden] = values("forbidden");
  return {
    started: byKind.has("started"),
    ended: byKind.has("ended"),
    opened: [...new Set(values("opened").filter(isInside))].sort().slice(0, MAX_OPENED),
    audit: {
      processes: some("program"),
      sockets: some("socket"),
      outside: some("outside"),
      forbidden: forbidden === undefined ? null : oneLine(forbidden),
    },
    begun: values("at").slice(0, MAX_STATEMENTS).flatMap(readBegun),
    memoryError: byKind.has("memory-error"),
    peakMb:
      values("peak-mb")
        .map(readPeak)
        .findLast((peak) => peak !== null) ?? null,
    oomKills: oomKills === undefined ? null : Number.parseInt(oomKills, 10) || 0,
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim().slice(0, MAX_NOTE_LENGTH);
}

function readPeak(text: string): number | null {
  const value = Number(text);
  return value >= 0 && value < MAX_PEAK_MB ? Math.round(value) : null;
}

function readBegun(text: string): { line: number; at: number }[] {
  const [, line, at] = /^(\d{1,7}) (\d{1,7}\.\d\d)$/u.exec(text) ?? [];
  return line === undefined || at === undefined ? [] : [{ line: Number(line), at: Number(at) }];
}

function isInside(path: string): boolean {
  if (path === "" || path.length > 4096 || isAbsolute(path)) return false;
  return normalize(path) === path && !path.startsWith("..");
}

/** The notes of a trace; of one that was flooded the first and the last. */
async function untrustedNotes(path: string): Promise<string[]> {
  const file = await openUntrusted(path);
  if (typeof file === "string") return [];
  try {
    const { size } = await file.stat();
    const read = async (from: number, length: number): Promise<string[]> => {
      const block = Buffer.alloc(length);
      const { bytesRead } = await file.read(block, 0, length, from);
      return block.toString("utf8", 0, bytesRead).split("\0");
    };
    if (size <= MAX_TRACE_BYTES) return await read(0, size);
    const tail = await read(size - TAIL_BYTES, TAIL_BYTES);
    return [
      ...(await read(0, MAX_TRACE_BYTES)),
      ...tail,
      "forbidden flooded the record of what it did",
    ];
  } finally {
    await file.close();
  }
}

/** Cuts the output at the limit, makes sure that it is a plain file, and gives its head and tail. */
export async function sealLog(logFile: string, maxMb: number): Promise<string> {
  const file = await openUntrusted(logFile, true);
  if (typeof file === "string") {
    const note = `[the output is lost: the script replaced its log, which ${file}]\n`;
    await rm(logFile, { recursive: true, force: true });
    await writeFile(logFile, note);
    return note;
  }
  try {
    const maxBytes = maxMb * 1024 * 1024;
    const { size } = await file.stat();
    if (size > maxBytes) await file.truncate(maxBytes);
    const kept = Math.min(size, maxBytes);
    const read = async (from: number, length: number): Promise<string> => {
      const block = Buffer.alloc(length);
      const { bytesRead } = await file.read(block, 0, length, from);
      return block.toString("utf8", 0, bytesRead);
    };
    const cut = size > maxBytes ? `\n[output cut at ${maxMb} MB]\n` : "";
    if (kept <= LOG_EXCERPT_BYTES) return (await read(0, kept)) + cut;
    const half = LOG_EXCERPT_BYTES / 2 - 64;
    const skipped = `\n[… ${kept - 2 * half} bytes left out …]\n`;
    return (await read(0, half)) + skipped + (await read(kept - half, half)) + cut;
  } finally {
    await file.close();
  }
}

/** Megabytes that a folder really takes on disk, links not followed; stops counting once past `enoughMb`. */
export async function folderMb(folder: string, enoughMb: number): Promise<number> {
  const pending = [folder];
  let blocks = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    // A script may delete what is being counted.
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) pending.push(path);
      const stats = await lstat(path).catch(() => null);
      blocks += stats?.blocks ?? 0;
    }
    if (blocks / 2048 > enoughMb) break;
  }
  return blocks / 2048;
}
