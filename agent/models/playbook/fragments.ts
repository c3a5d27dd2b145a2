import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Reads a Python fragment by its file name. */
export type Fragments = (file: string) => string;

const included = /^# include: (\S+)$/gmu;

/**
 * Fragments of a folder, each read once, when first asked for. A line `# include: <file>` stands for the text
 * of that file, so that what several fragments share is written once and every section still works alone.
 */
export function openFragments(dir: string | null): Fragments {
  const folder = dir ?? fileURLToPath(new URL("./python/", import.meta.url));
  const known = new Map<string, string>();
  const read: Fragments = (file) => {
    const held = known.get(file);
    if (held !== undefined) return held;
    const own = readFileSync(`${folder}/${file}`, "utf8").replaceAll("\r\n", "\n").trim();
    const text = own.replace(included, (_, part: string) => read(part));
    known.set(file, text);
    return text;
  };
  return read;
}
