/** Lines kept around what differs, and most lines shown of one side. */
const CONTEXT = 2;
const MAX_SHOWN = 12;
const MAX_CHARS = 160;

/** What differs between two texts, as one unified hunk that stays short; `isSame` says which lines count as equal. */
export function shortDiff(
  before: string,
  after: string,
  isSame: (a: string, b: string) => boolean = (a, b) => a === b,
): string {
  const [was, now] = [before.split("\n"), after.split("\n")];
  const shorter = Math.min(was.length, now.length);
  const same = (a: number, b: number) => isSame(was[a] ?? "", now[b] ?? "");
  let head = 0;
  while (head < shorter && same(head, head)) head++;
  let tail = 0;
  while (tail < shorter - head && same(was.length - 1 - tail, now.length - 1 - tail)) tail++;
  const start = Math.max(0, head - CONTEXT);
  const behind = Math.min(CONTEXT, tail);
  const removed = was.slice(head, was.length - tail);
  const added = now.slice(head, now.length - tail);
  const leading = now.slice(start, head);
  const trailing = now.slice(now.length - tail, now.length - tail + behind);
  const around = leading.length + trailing.length;
  return [
    `@@ -${start + 1},${removed.length + around} +${start + 1},${added.length + around} @@`,
    ...marked(" ", leading),
    ...marked("-", removed),
    ...marked("+", added),
    ...marked(" ", trailing),
  ].join("\n");
}

function marked(mark: string, lines: readonly string[]): string[] {
  const shown = lines.slice(0, MAX_SHOWN).map((line) => `${mark}${cut(line)}`);
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${mark}[… ${more} more lines …]`] : shown;
}

function cut(line: string): string {
  return line.length <= MAX_CHARS ? line : `${line.slice(0, MAX_CHARS - 1)}…`;
}
