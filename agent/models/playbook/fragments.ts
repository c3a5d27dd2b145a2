import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AMOUNT_READER, DATE_READER } from "../../../tasks/referee/cell-readers.ts";

/** What scripts share with the referee, so that both read alike. */
const READERS: Partial<Record<string, string>> = {
  "referee/dates.py": DATE_READER,
  "referee/amounts.py": AMOUNT_READER,
};

/** Reads a Python fragment by its file name. */
export type Fragments = (file: string) => string;

const included = /^# include: (\S+)$/gmu;

/** A module of the referee has a docstring of its own, which is no use inside a script. */
function withoutDocstring(text: string): string {
  return text.replace(/^"""[\s\S]*?"""\s*/u, "");
}

/**
 * Fragments of a folder, each read once, when first asked for. A line `# include: <file>` stands for the text
 * of that file (or of a reader of the referee), so that what several fragments share is written once and every section still works alone.
 */
export function openFragments(dir: string | null): Fragments {
  const folder = dir ?? fileURLToPath(new URL("./python/", import.meta.url));
  const known = new Map<string, string>();
  const read: Fragments = (file) => {
    const held = known.get(file);
    if (held !== undefined) return held;
    const path = READERS[file] ?? `${folder}/${file}`;
    const own = withoutDocstring(readFileSync(path, "utf8").replaceAll("\r\n", "\n").trim());
    const text = own.replace(included, (_, part: string) => read(part));
    known.set(file, text);
    return text;
  };
  return read;
}
