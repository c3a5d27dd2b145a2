import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Reads a Python fragment by its file name. */
export type Fragments = (file: string) => string;

/** Fragments of a folder, each read once, when first asked for. */
export function openFragments(dir: string | null): Fragments {
  const folder = dir ?? fileURLToPath(new URL("./python/", import.meta.url));
  const known = new Map<string, string>();
  return (file) => {
    const held = known.get(file);
    if (held !== undefined) return held;
    const text = readFileSync(`${folder}/${file}`, "utf8").replaceAll("\r\n", "\n").trim();
    known.set(file, text);
    return text;
  };
}
