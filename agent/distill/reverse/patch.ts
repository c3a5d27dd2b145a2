/** A connected run of lines of a script, and the lines that take their place. */
export type Patch = { removed: string[]; added: string[] };

/** What makes one script of another: null where they are the same. Its lines stand in each exactly once. */
export function patchOf(before: string, after: string): Patch | null {
  const [old, young] = [linesOf(before), linesOf(after)];
  const least = Math.min(old.length, young.length);
  let head = 0;
  while (head < least && old[head] === young[head]) head += 1;
  if (head === old.length && head === young.length) return null;
  let tail = 0;
  while (tail < least - head && old.at(-1 - tail) === young.at(-1 - tail)) tail += 1;
  for (;;) {
    const removed = old.slice(head, old.length - tail);
    const added = young.slice(head, young.length - tail);
    const isWhole = head === 0 && tail === 0;
    const isClear = isOnce(old, removed) && isOnce(young, added);
    if (isClear || isWhole) return { removed, added };
    if (head > 0) head -= 1;
    else tail -= 1;
  }
}

/** The script with the lines put in the place of others; null where those do not stand in it exactly once. */
export function replaced(code: string, from: readonly string[], to: readonly string[]) {
  const lines = linesOf(code);
  const places = placesOf(lines, from);
  const [at] = places;
  if (at === undefined || places.length !== 1) return null;
  return [...lines.slice(0, at), ...to, ...lines.slice(at + from.length)].join("\n");
}

/** The lines, with some of those around them, as they stand in a script. */
export function around(code: string, lines: readonly string[], more: number): string {
  const all = linesOf(code);
  const [at = 0] = placesOf(all, lines);
  return all.slice(Math.max(0, at - more), at + lines.length + more).join("\n");
}

/** A patch as a student writes it (`trainer/asked.py` carries it out). */
export function patchText({ removed, added }: Patch): string {
  return `Replace:\n${removed.join("\n")}\nWith:\n${added.join("\n")}`;
}

function isOnce(lines: readonly string[], part: readonly string[]): boolean {
  return part.some((line) => line.trim() !== "") && placesOf(lines, part).length === 1;
}

function placesOf(lines: readonly string[], part: readonly string[]): number[] {
  if (part.length === 0) return [];
  return lines.flatMap((_, at) => (part.every((line, by) => lines[at + by] === line) ? [at] : []));
}

function linesOf(code: string): string[] {
  return code.replace(/\n+$/u, "").split("\n");
}
