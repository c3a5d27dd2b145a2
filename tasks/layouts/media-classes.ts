import { basename, extname } from "node:path";

/** A training file and the class that its place or name says. */
export type ClassFile = { path: string; label: string };

const MEDIA =
  /\.(jpe?g|png|gif|bmp|tiff?|webp|dcm|npy|wav|flac|ogg|mp3|aiff?|mp4|avi|txt|json|csv|parquet)$/iu;
/** Names of folders of training files. */
export const TRAIN = /(^|[-_ ])train(ing)?([-_ ]|\d|$)/iu;
/** Fewer files tell of no layout. */
const MIN_FILES = 20;
const MIN_PER_CLASS = 2;

/** Whether a file may be what a row is about. */
export function isMedia(path: string): boolean {
  return MEDIA.test(path);
}

/**
 * The classes of training files that no table lists: by the folders they lie in (`train/cat/1.png`), or by how their
 * names begin (`cat.1.png`) or end (`…_1.wav`). Null where neither says one.
 */
export function classFiles(files: readonly string[]): ClassFile[] | null {
  const media = files.filter((path) => MEDIA.test(path) && path.includes("/"));
  const train = media.filter((path) => TRAIN.test(path.split("/")[0] ?? ""));
  if (train.length < MIN_FILES) return null;
  const shelf = commonFolder(train);
  for (const labelOf of [folderLabel(shelf), firstWord, lastWord]) {
    const found = train.map((path) => ({ path, label: labelOf(path) }));
    if (isLabeling(found)) return found.filter(({ label }) => !label.startsWith("_"));
  }
  return null;
}

/** Files below one folder that is no training folder: those of test. */
export function otherFiles(
  files: readonly string[],
  classes: readonly ClassFile[],
): Map<string, string> {
  const taken = new Set(classes.map(({ path }) => path));
  const train = new Set(classes.map(({ path }) => path.split("/")[0]));
  const found = new Map<string, string>();
  for (const path of files) {
    if (taken.has(path) || train.has(path.split("/")[0]) || !MEDIA.test(path)) continue;
    const base = basename(path);
    found.set(base, path);
    found.set(basename(base, extname(base)), path);
  }
  return found;
}

function folderLabel(shelf: string): (path: string) => string {
  return (path) => {
    const below = path.slice(shelf.length).split("/");
    return below.length < 2 ? "" : (below[0] ?? "");
  };
}

function firstWord(path: string): string {
  return /^[^\W\d_]+/u.exec(basename(path))?.[0] ?? "";
}

function lastWord(path: string): string {
  return /[-_.]([^-_.]+)\.[^.]+$/u.exec(basename(path))?.[1] ?? "";
}

/** Two classes at least, each with several files, and every file in one. */
function isLabeling(found: readonly ClassFile[]): boolean {
  const counts = new Map<string, number>();
  for (const { label } of found) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.has("") || counts.size < 2 || counts.size > found.length / MIN_PER_CLASS) return false;
  const single = [...counts.values()].filter((count) => count < MIN_PER_CLASS).length;
  return single <= counts.size / 10;
}

/** The longest path of folders that all files share, with a `/` at its end. */
function commonFolder(files: readonly string[]): string {
  let shared = files[0]?.split("/").slice(0, -1) ?? [];
  for (const file of files) {
    const parts = file.split("/").slice(0, -1);
    const differs = shared.findIndex((part, place) => part !== parts[place]);
    if (differs !== -1) shared = shared.slice(0, differs);
  }
  return shared.length === 0 ? "" : `${shared.join("/")}/`;
}
