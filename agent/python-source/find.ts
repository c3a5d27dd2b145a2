import { lineSimilarity, runSimilarity } from "./similarity.ts";
import { indentOf, lineStarts } from "./tree.ts";

/** Why a span could not be found or replaced; shown to the model or the user. */
export type Problem = { problem: string };

/** Part of a script, as UTF-16 indexes into its code. */
export type Span = { start: number; end: number };

/** A line of code that is not blank, by its row. */
type Line = { row: number; text: string };

/** Least similarity of a quoted text and the lines it is taken to mean. */
const MIN_SIMILARITY = 0.9;

/**
 * The span of a script that a quoted text means: an exact match, else one that ignores line ends and trailing space,
 * else one at another indentation, else one at least 90 % similar; a problem where none or several match.
 */
export function findSpan(code: string, text: string): Span | Problem {
  const quoted = text.replaceAll("\r\n", "\n");
  const needle = solidLines(quoted);
  if (needle.length === 0) return { problem: "the quoted block is empty" };
  const lines = solidLines(code.replaceAll("\r\n", " \n"));
  const matchers = [
    () => exactSpans(code, text),
    () => lineSpans(code, lines, windows(lines, needle, sameText)),
    () => lineSpans(code, lines, windows(lines, needle, sameShape)),
    () => lineSpans(code, lines, similarWindows(lines, needle)),
  ];
  for (const find of matchers) {
    const spans = find();
    const [only] = spans;
    if (only !== undefined && spans.length === 1) return only;
    if (spans.length > 1) {
      const at = spans.map((span) => code.slice(0, span.start).split("\n").length);
      return {
        problem: `the quoted block occurs ${spans.length} times in the script (lines ${at.join(", ")}); quote more of it`,
      };
    }
  }
  return { problem: "the quoted block is not in the script" };
}

function solidLines(code: string): Line[] {
  return code
    .split("\n")
    .map((text, row) => ({ row, text: text.trimEnd() }))
    .filter((line) => line.text !== "");
}

function exactSpans(code: string, text: string): Span[] {
  const needle = text.replace(/^(?:[ \t]*\r?\n)+/u, "").trimEnd();
  const spans: Span[] = [];
  for (let at = code.indexOf(needle); at !== -1; at = code.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    if (cutsWord(code, at) || cutsWord(code, end)) continue;
    spans.push({ start: lineStartBefore(code, at), end });
  }
  return spans;
}

/** Whether an index falls inside a name or number. */
function cutsWord(code: string, at: number): boolean {
  return /^[\p{L}\p{N}_]{2}$/u.test(code.slice(Math.max(0, at - 1), at + 1)) && at > 0;
}

/** The line's start where only white space stands between, else the index itself. */
function lineStartBefore(code: string, at: number): number {
  const start = code.lastIndexOf("\n", at - 1) + 1;
  return code.slice(start, at).trim() === "" ? start : at;
}

/** First and last index into the solid lines. */
type Window = [number, number];

function windows(
  lines: readonly Line[],
  needle: readonly Line[],
  matches: (window: readonly Line[], needle: readonly Line[]) => boolean,
): Window[] {
  const found: Window[] = [];
  for (let at = 0; at + needle.length <= lines.length; at++)
    if (matches(lines.slice(at, at + needle.length), needle))
      found.push([at, at + needle.length - 1]);
  return found;
}

function sameText(window: readonly Line[], needle: readonly Line[]): boolean {
  return needle.every((line, index) => window[index]?.text === line.text);
}

/** The same lines, moved sideways as one; the first may have lost its indentation to a copy from mid-line. */
function sameShape(window: readonly Line[], needle: readonly Line[]): boolean {
  const same = needle.every((line, index) => window[index]?.text.trim() === line.text.trim());
  if (!same) return false;
  const shifts = needle.map(
    (line, index) => indentOf(window[index]?.text ?? "").length - indentOf(line.text).length,
  );
  const [first, ...rest] = shifts;
  const common = rest[0] ?? first;
  return rest.every((each) => each === common);
}

/** Runs of lines at least 90 % similar; of overlapping ones the most similar. */
function similarWindows(lines: readonly Line[], needle: readonly Line[]): Window[] {
  const wanted = needle.map((line) => line.text.trim());
  if (wanted.join("").length < 12) return [];
  const texts = lines.map((line) => line.text.trim());
  const scored: { window: Window; score: number }[] = [];
  for (let at = 0; at < texts.length; at++) {
    if (!startsSimilar(texts, at, wanted)) continue;
    for (let length = Math.max(1, wanted.length - 2); length <= wanted.length + 2; length++) {
      const last = at + length - 1;
      if (last >= texts.length) break;
      const score = runSimilarity(wanted, texts.slice(at, at + length));
      if (score >= MIN_SIMILARITY) scored.push({ window: [at, last], score });
    }
  }
  scored.sort((a, b) => b.score - a.score);
  const kept: Window[] = [];
  for (const { window } of scored)
    if (kept.every((other) => window[1] < other[0] || other[1] < window[0])) kept.push(window);
  return kept;
}

/** A cheap check before the expensive one: one of the first lines must resemble the line here. */
function startsSimilar(texts: readonly string[], at: number, wanted: readonly string[]): boolean {
  const here = texts[at] ?? "";
  return wanted.slice(0, 3).some((line) => lineSimilarity(line, here) >= 0.5);
}

function lineSpans(code: string, lines: readonly Line[], found: readonly Window[]): Span[] {
  const starts = lineStarts(code);
  const startOf = (line: Line | undefined) => starts[line?.row ?? 0] ?? 0;
  return found.map(([from, to]) => ({
    start: startOf(lines[from]),
    end: startOf(lines[to]) + (lines[to]?.text.length ?? 0),
  }));
}
