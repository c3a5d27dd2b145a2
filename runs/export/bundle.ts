import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { pack } from "tar-stream";
import { writeAtomically } from "../record/atomic-file.ts";
import { readEvents } from "../record/journal-lines.ts";
import { type Redact, redactShapes } from "../record/secrets.ts";
import { MAX_ROWS, trimEvent, trimLog } from "./trim.ts";

/** Something of the run folder that is not, or not whole, in the bundle. */
export type LeftOut = { name: string; bytes: number; why: string };

/** What a bundle holds, and what it does not. */
export type Bundle = { file: string; bytes: number; files: string[]; leftOut: LeftOut[] };

/** One file of the archive. */
type Entry = { name: string; content: Buffer };

const MAX_BYTES = 1_000_000;

/**
 * Writes a run as an archive for a report of a bug: journal, summary, scripts and the ends of logs. No secret
 * (`redact` knows those of this machine, shapes of keys are hidden too), no label, no prediction, and rows of
 * data in samples only.
 */
export async function bundleRun(folder: string, file: string, redact: Redact): Promise<Bundle> {
  const clean = (text: string) => redactShapes(redact(text));
  const entries: Entry[] = [];
  const leftOut = new Map<string, LeftOut>();
  const omit = (name: string, bytes: number, why: string) => {
    const before = leftOut.get(name)?.bytes ?? 0;
    leftOut.set(name, { name, bytes: before + bytes, why });
  };
  for (const name of await namesBelow(folder)) {
    const path = join(folder, name);
    const { size: bytes } = await stat(path);
    const rule = ruleFor(name);
    if (rule.show === null || (bytes > MAX_BYTES && !rule.anySize)) {
      const why = rule.show === null ? rule.why : `over ${MAX_BYTES} bytes`;
      omit(HIDDEN_FOLDERS.find((each) => name.startsWith(each)) ?? name, bytes, why);
      continue;
    }
    const text = await rule.show(path);
    if (rule.why !== "") omit(name, bytes - Buffer.byteLength(text), rule.why);
    entries.push({ name, content: Buffer.from(clean(text)) });
  }
  const files = entries.map(({ name }) => name);
  const run = clean(relative(join(folder, "..", ".."), folder));
  const listed = { format: 1, run, files, leftOut: [...leftOut.values()] };
  const list = `${JSON.stringify(listed, null, 2)}\n`;
  const archive = await tarOf([{ name: "bundle.json", content: Buffer.from(list) }, ...entries]);
  const packed = await promisify(gzip)(archive);
  await writeAtomically(file, packed);
  return { file, bytes: packed.length, files, leftOut: listed.leftOut };
}

/** How a file of a run folder is shown; `why` says what of it is left out, all of it where `show` is null. */
type Rule = { show: ((path: string) => Promise<string>) | null; why: string; anySize: boolean };

/** Folders that are left out as a whole, and listed as a whole. */
const HIDDEN_FOLDERS = ["referee/", "history.git/", "work/"];

const whole = (path: string) => readFile(path, "utf8");

function ruleFor(name: string): Rule {
  const file = name.split("/").at(-1) ?? "";
  const hidden = (why: string): Rule => ({ show: null, why, anySize: false });
  if (name.startsWith("referee/")) return hidden("split, labels and predictions");
  if (name.startsWith("history.git/")) return hidden("the history: scripts are in attempts/");
  if (name.startsWith("work/")) return hidden("working folders of scripts");
  if (name === "journal.jsonl")
    return { show: journalText, why: "data and logs are cut to samples", anySize: true };
  if (name === "submission.csv")
    return { show: headText, why: `all but the first ${MAX_ROWS} rows`, anySize: true };
  if (file.endsWith(".py") || ["summary.json", "certificate.json"].includes(name))
    return { show: whole, why: "", anySize: false };
  if (file.endsWith(".log") || name === "network.jsonl")
    return { show: logText, why: "all but its ends", anySize: false };
  return hidden(file.endsWith(".csv") ? "predictions" : "not known to be free of data");
}

async function journalText(path: string): Promise<string> {
  const events = await readEvents(path);
  return events.map((event) => `${JSON.stringify(trimEvent(event))}\n`).join("");
}

async function headText(path: string): Promise<string> {
  const lines = (await whole(path)).split("\n");
  return `${lines.slice(0, MAX_ROWS + 1).join("\n")}\n`;
}

async function logText(path: string): Promise<string> {
  return trimLog(await whole(path));
}

/** Plain files below a folder, with `/` between the names; links are not followed. */
async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** A tar archive of plain files, the same bytes for the same entries: no owner, no time of anybody's. */
async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content } of entries)
    archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  archive.finalize();
  return buffer(archive);
}
