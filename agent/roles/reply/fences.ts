/** A fenced block of a reply: its label in lower case, and its text without the fence lines. */
export type Fence = { label: string; text: string; closed: boolean };

type Open = { indent: number; mark: string; label: string; lines: string[] };

/**
 * The fenced blocks of a Markdown text, as CommonMark reads them: a fence ends at a bare line of the same
 * character, at least as long; what looks like a shorter or labeled fence inside is text.
 */
export function fencesOf(text: string): Fence[] {
  const found: Fence[] = [];
  let open: Open | null = null;
  for (const line of text.split("\n")) {
    if (open === null) {
      open = opening(line);
      const inline = open === null ? inlineFence(line) : null;
      if (inline !== null) found.push(inline);
    } else if (closes(line, open.mark)) {
      found.push({ label: open.label, text: open.lines.join("\n"), closed: true });
      open = null;
    } else {
      open.lines.push(unindent(line, open.indent));
    }
  }
  if (open !== null) found.push({ label: open.label, text: open.lines.join("\n"), closed: false });
  return found;
}

function opening(line: string): Open | null {
  const match = /^([ \t]*)(`{3,}|~{3,})[ \t]*(.*)$/u.exec(line);
  if (match === null) return null;
  const [, indent = "", mark = "", info = ""] = match;
  if (mark.startsWith("`") && info.includes("`")) return null;
  const label = /^\{?\.?([\w+#-]*)/u.exec(info)?.[1]?.toLowerCase() ?? "";
  return { indent: indent.length, mark, label, lines: [] };
}

/** A fence written on one line: ```` ```x = 1``` ````. */
function inlineFence(line: string): Fence | null {
  const whole = line.trim();
  if (whole.length < 7 || !whole.startsWith("```") || !whole.endsWith("```")) return null;
  const inner = whole.slice(3, -3);
  const text = inner.replace(/^(?:python|py)(?=\s|$)/u, "").trim();
  return text === "" || inner.includes("`") ? null : { label: "", text, closed: true };
}

function closes(line: string, mark: string): boolean {
  const text = line.trim();
  return text.length >= mark.length && [...text].every((character) => character === mark[0]);
}

function unindent(line: string, indent: number): string {
  const own = /^[ \t]*/u.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(indent, own));
}
