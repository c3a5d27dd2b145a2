/** A line of a prompt, and what kind of place it stands in. */
export type Placed = { line: string; place: "heading" | "own" | "fence" | "quote" };

/** Reads a prompt the way Markdown is read: fences first, then headings and quotes; independent of what wrote it. */
export function placesOf(text: string): Placed[] {
  let fence: string | null = null;
  return text.split(/\r\n|\r|\n/u).map((line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/u.exec(line)?.[1] ?? null;
    if (fence !== null) {
      const closes = mark !== null && mark[0] === fence[0] && mark.length >= fence.length;
      if (closes && line.trim() === mark) fence = null;
      return { line, place: "fence" };
    }
    if (mark !== null) {
      fence = mark;
      return { line, place: "fence" };
    }
    if (/^ {0,3}#{1,6}(?:\s|$)/u.test(line)) return { line, place: "heading" };
    return { line, place: line.startsWith("> ") ? "quote" : "own" };
  });
}

/** The headings of a prompt. */
export function headingsOf(text: string): string[] {
  return placesOf(text)
    .filter(({ place }) => place === "heading")
    .map(({ line }) => line);
}
