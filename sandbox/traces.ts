import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join, normalize } from "node:path";
import { openUntrusted } from "./workspace.ts";

/** What the runner noted; a hostile script may have written it, so only its shape is believed. */
export type Trace = {
  started: boolean;
  opened: string[];
  memoryError: boolean;
  peakMb: number | null;
  /** Processes that the kernel killed for memory, told by the control group from inside; null where it is not. */
  oomKills: number | null;
};

export const LOG_NAME = "run.log";
export const TRACE_NAME = ".trace";

const LOG_EXCERPT_BYTES = 8 * 1024;
const MAX_TRACE_BYTES = 2 * 1024 * 1024;
const MAX_OPENED = 5000;
const MAX_PEAK_MB = 16 * 1024 * 1024;

/** Takes away what an earlier execution left where the input, the log and the notes are to be. */
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

/** Reads the runner's notes from a workspace, whatever has become of the file. */
export async function readTrace(workspace: string): Promise<Trace> {
  const trace: Trace = {
    started: false,
    opened: [],
    memoryError: false,
    peakMb: null,
    oomKills: null,
  };
  const opened = new Set<string>();
  for (const note of await untrustedNotes(join(workspace, TRACE_NAME))) {
    const [, kind, value = ""] = /^([a-z-]+) ?(.*)$/s.exec(note) ?? [];
    if (kind === "started") trace.started = true;
    if (kind === "memory-error") trace.memoryError = true;
    if (kind === "peak-mb") trace.peakMb = readPeak(value) ?? trace.peakMb;
    if (kind === "oom-kills") trace.oomKills = Number.parseInt(value, 10) || 0;
    if (kind === "opened" && isInside(value) && opened.size < MAX_OPENED) opened.add(value);
  }
  trace.opened = [...opened].sort();
  return trace;
}

function readPeak(text: string): number | null {
  const value = Number(text);
  return value >= 0 && value < MAX_PEAK_MB ? Math.round(value) : null;
}

function isInside(path: string): boolean {
  if (path === "" || path.length > 4096 || isAbsolute(path)) return false;
  return normalize(path) === path && !path.startsWith("..");
}

async function untrustedNotes(path: string): Promise<string[]> {
  const file = await openUntrusted(path);
  if (typeof file === "string") return [];
  try {
    const { size } = await file.stat();
    const block = Buffer.alloc(Math.min(size, MAX_TRACE_BYTES));
    const { bytesRead } = await file.read(block, 0, block.length, 0);
    return block.toString("utf8", 0, bytesRead).split("\0");
  } finally {
    await file.close();
  }
}

/** Cuts the output at the limit, makes sure that what stands there is a plain file, and gives its head and tail. */
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
