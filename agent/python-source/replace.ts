import type { Node } from "web-tree-sitter";
import type { Problem, Span } from "./find.ts";
import { firstSyntaxError } from "./syntax.ts";
import { indentOf, type Parse } from "./tree.ts";

/**
 * Puts `text` in the place of a span, at the span's indentation, and leaves every other byte as it was. A text
 * that is empty or breaks the script's syntax is a problem; the text that stands there already changes nothing.
 */
export function replaceSpan(
  parse: Parse,
  code: string,
  span: Span,
  text: string,
): string | Problem {
  if (!isInside(code, span)) return { problem: "the block lies outside the script" };
  const target = coreOf(code, span);
  const old = code.slice(target.start, target.end);
  const core = coreText(text);
  if (core === "") return { problem: "the new block is empty" };
  if (core === old) return code;
  const eol = code.includes("\r\n") ? "\r\n" : "\n";
  let problem: Problem = { problem: "the new block does not fit" };
  for (const shaped of shapes(parse, code, target, core.replaceAll("\r\n", "\n"))) {
    const whole =
      code.slice(0, target.start) + shaped.replaceAll("\n", eol) + code.slice(target.end);
    const error = parse(whole, (root) => firstSyntaxError(root, whole));
    if (error === null) return whole;
    if (problem.problem === "the new block does not fit")
      problem = { problem: `syntax error at line ${error.line} of the script: ${error.text}` };
  }
  return problem;
}

function isInside(code: string, { start, end }: Span): boolean {
  return (
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    0 <= start &&
    start < end &&
    end <= code.length
  );
}

const leadingBlank = /^(?:[ \t]*\r?\n)+/u;
const trailingBlank = /(?:\r?\n[ \t]*)+$/u;

/** The span without the blank lines around its text. */
function coreOf(code: string, { start, end }: Span): Span {
  const text = code.slice(start, end);
  const lead = leadingBlank.exec(text)?.[0].length ?? 0;
  return { start: start + lead, end: start + lead + coreText(text).length };
}

function coreText(text: string): string {
  const core = text.replace(leadingBlank, "").replace(trailingBlank, "");
  return core.trim() === "" ? "" : core;
}

/** The ways a text may be meant, best first: as it is indented; with an indentation lost on its first line. */
function shapes(parse: Parse, code: string, target: Span, text: string): string[] {
  const lineStart = code.lastIndexOf("\n", target.start - 1) + 1;
  const before = code.slice(lineStart, target.start);
  const wanted = indentOf(code.slice(lineStart, target.end));
  // What already stands before the span on its line is not written twice.
  const standing = before.trim() === "" ? before.length : wanted.length;
  const inStrings = parse(text, rowsInsideStrings);
  const lines = text.split("\n");
  const first = indentOf(lines[0] ?? "");
  const rest = lines.slice(1).find((line, row) => isCode(line) && !inStrings.has(row + 1));
  const base = indentOf(lines.find((line, row) => isCode(line) && !inStrings.has(row)) ?? "");
  const asIs = shift(lines, base, wanted, inStrings).slice(standing);
  if (first !== "" || rest === undefined || indentOf(rest) === "") return [asIs];
  const repaired = [indentOf(rest) + (lines[0] ?? ""), ...lines.slice(1)];
  return [asIs, shift(repaired, indentOf(rest), wanted, inStrings).slice(standing)];
}

function isCode(line: string): boolean {
  return line.trim() !== "" && !line.trim().startsWith("#");
}

/** Moves lines from one indentation to another; what stands inside a string is text and keeps its place. */
function shift(
  lines: readonly string[],
  from: string,
  to: string,
  inStrings: ReadonlySet<number>,
): string {
  return lines
    .map((line, row) => {
      if (inStrings.has(row) || line.trim() === "") return line;
      return to + (line.startsWith(from) ? line.slice(from.length) : line.trimStart());
    })
    .join("\n");
}

/** Rows that begin inside a string of several lines. */
function rowsInsideStrings(root: Node): Set<number> {
  const rows = new Set<number>();
  for (const { startPosition, endPosition } of root.descendantsOfType("string"))
    for (let row = startPosition.row + 1; row <= endPosition.row; row++) rows.add(row);
  return rows;
}
