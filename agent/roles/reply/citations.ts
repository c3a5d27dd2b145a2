/** The line by which a reply says what it used: `Memories used: [0, 2]`. */
const LINE = /^[ \t>*_#-]*memories used[*_]*\s*:[*_]*\s*(.*)$/gimu;

/** Numbers in square brackets, alone: `[0]`, `[0, 2]`. */
const MARK = /(?<![\w)\]'"`])\[\s*\d{1,2}(?:\s*[,;]\s*\d{1,2})*\s*\](?!\()/gu;

/**
 * Which of the items shown a reply cites, by their numbers, each once and in rising order: marks such as `[0, 2]` in
 * its prose or in the sentences of a JSON answer. Brackets in code are no citations, except in a line that says so.
 */
export function citationsIn(reply: string, shown: number): number[] {
  const lines = [...reply.matchAll(LINE)].map((match) => match[1] ?? "");
  const marks = [...lines, proseOf(reply)].flatMap((text) => text.match(MARK) ?? []);
  const numbers = marks.flatMap((mark) => mark.match(/\d+/gu) ?? []).map(Number);
  return [...new Set(numbers)].filter((number) => number < shown).sort((a, b) => a - b);
}

/** A reply without the line that says what it used: that one is no part of the answer. */
export function withoutCitationLine(reply: string): string {
  return outsideFences(reply, (text) => text.replace(LINE, ""));
}

/** The part of a reply that is neither code nor the bare data of a JSON answer. */
function proseOf(reply: string): string {
  const sentences = [...reply.matchAll(/"why"\s*:\s*"((?:\\.|[^"\\])*)"/gu)].map(
    (match) => match[1] ?? "",
  );
  if (sentences.length > 0) return sentences.join("\n");
  let prose = "";
  outsideFences(reply, (text) => {
    prose += `${text.replaceAll(/`[^`\n]*`/gu, " ")}\n`;
    return text;
  });
  return prose;
}

/** Changes what stands outside of fences, line by line; an open fence holds the rest. */
function outsideFences(reply: string, change: (text: string) => string): string {
  let fence: string | null = null;
  return reply
    .split("\n")
    .map((line) => {
      const mark = /^\s*(`{3,}|~{3,})/u.exec(line)?.[1] ?? null;
      if (fence === null && mark !== null) {
        fence = mark;
        return line;
      }
      if (fence === null) return change(line);
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = null;
      return line;
    })
    .join("\n");
}
