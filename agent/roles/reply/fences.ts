/** A fenced block of a reply: its label in lower case, and its text without the fence lines. */
export type Fence = {
  label: string;
  /** All that stands behind the opening marks, the label included. */
  info: string;
  text: string;
  closed: boolean;
  /** What stands between the fence before and this one. */
  before: string;
};

type Open = { indent: number; mark: string; label: string; info: string; lines: string[] };

/**
 * The fenced blocks of a Markdown text, as CommonMark reads them: a fence ends at a bare line of the same
 * character, at least as long; what looks like a shorter or labeled fence inside is text.
 */
export function fencesOf(text: string): Fence[] {
  const found: Fence[] = [];
  let open: Open | null = null;
  let outside: string[] = [];
  const close = ({ label, info, lines }: Open, closed: boolean) => {
    found.push({ label, info, text: lines.join("\n"), closed, before: outside.join("\n") });
    outside = [];
  };
  for (const line of text.split("\n")) {
    if (open === null) {
      open = opening(line);
      if (open !== null) continue;
      const inline = inlineFence(line);
      if (inline === null) outside.push(line);
      else close({ indent: 0, mark: "", label: "", info: "", lines: [inline] }, true);
    } else if (closes(line, open.mark)) {
      close(open, true);
      open = null;
    } else {
      open.lines.push(unindent(line, open.indent));
    }
  }
  if (open !== null) close(open, false);
  return found;
}

function opening(line: string): Open | null {
  const match = /^([ \t]*)(`{3,}|~{3,})[ \t]*(.*)$/u.exec(line);
  if (match === null) return null;
  const [, indent = "", mark = "", info = ""] = match;
  if (mark.startsWith("`") && info.includes("`")) return null;
  const label = /^\{?\.?([\w+#-]*)/u.exec(info)?.[1]?.toLowerCase() ?? "";
  return { indent: indent.length, mark, label, info: info.trim(), lines: [] };
}

/** The text of a fence written on one line: ```` ```x = 1``` ````. */
function inlineFence(line: string): string | null {
  const whole = line.trim();
  if (whole.length < 7 || !whole.startsWith("```") || !whole.endsWith("```")) return null;
  const inner = whole.slice(3, -3);
  const text = inner.replace(/^(?:python|py)(?=\s|$)/u, "").trim();
  return text === "" || inner.includes("`") ? null : text;
}

function closes(line: string, mark: string): boolean {
  const text = line.trim();
  return text.length >= mark.length && [...text].every((character) => character === mark[0]);
}

function unindent(line: string, indent: number): string {
  const own = /^[ \t]*/u.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(indent, own));
}
