import type { Node } from "web-tree-sitter";
import { firstSyntaxError } from "./syntax.ts";
import { lastRow, type Parse, statementsOf } from "./tree.ts";

/** What runs of a script, and which line of the script each line of it was: both counted from 1, `lines[0]` is line 1's. */
export type Stripped = { text: string; lines: number[] };

/**
 * A script without comments, docstrings, other texts that nothing uses, and blank lines: nothing that could carry
 * answers past those who weigh what it does. Code that cannot be parsed stays as it is.
 */
export function stripped(parse: Parse, code: string): Stripped {
  const whole = { text: code, lines: code.split("\n").map((_, row) => row + 1) };
  const made = parse(code, (root) => (root.hasError ? null : withoutTexts(root, code)));
  if (made === null) return whole;
  const isBroken = parse(
    made.text,
    (root) => root.hasError || firstSyntaxError(root, made.text) !== null,
  );
  return isBroken ? whole : made;
}

type Cut = { start: number; end: number; by: string };

function withoutTexts(root: Node, code: string): Stripped {
  const cuts = [
    ...root
      .descendantsOfType("comment")
      .map(({ startIndex, endIndex }) => cutOf(startIndex, endIndex)),
    ...root.descendantsOfType("expression_statement").filter(isText).map(textCut),
  ].sort((a, b) => b.start - a.start);
  const kept = rowsOfTexts(root);
  let text = code;
  for (const { start, end, by } of cuts) {
    // As many lines as before: their numbers still tell which ones they were.
    const rows = text.slice(start, end).split("\n").length - 1;
    text = text.slice(0, start) + by + "\n".repeat(rows) + text.slice(end);
  }
  const rows = text.split("\n");
  const isKept = (row: number) =>
    kept.has(row) || (rows[row] ?? "").trim() !== "" || /\\\r?$/u.test(rows[row - 1] ?? "");
  const lines = rows.map((_, row) => row).filter(isKept);
  const trimmed = lines.map((row) => (kept.has(row) ? rows[row] : (rows[row] ?? "").trimEnd()));
  return { text: `${trimmed.join("\n")}\n`, lines: lines.map((row) => row + 1) };
}

function cutOf(start: number, end: number): Cut {
  return { start, end, by: "" };
}

/** A statement that is nothing but a text, as a docstring is. */
function isText(statement: Node): boolean {
  const [only, ...more] = statement.namedChildren;
  return (
    more.length === 0 &&
    /^(?:string|concatenated_string)$/u.test(only?.type ?? "") &&
    only?.descendantsOfType("interpolation").length === 0
  );
}

/** It goes whole where it is one of several statements, each on lines of its own; else something must stand there. */
function textCut(statement: Node): Cut {
  const { startIndex, endIndex, parent } = statement;
  const others =
    parent === null ? [] : statementsOf(parent).filter(({ id }) => id !== statement.id);
  const isModule = parent?.type === "module";
  const isAlone = others.every(
    (other) =>
      lastRow(other) < statement.startPosition.row ||
      other.startPosition.row > statement.endPosition.row,
  );
  const onHeader = !isModule && parent?.startPosition.row === parent?.parent?.startPosition.row;
  const survivors = others.filter(
    (other) => !(other.type === "expression_statement" && isText(other)),
  );
  const goes = isAlone && !onHeader && (isModule || survivors.length > 0);
  return { start: startIndex, end: endIndex, by: goes ? "" : "pass" };
}

/** Rows after the first one of texts that are used: their blank lines count. */
function rowsOfTexts(root: Node): Set<number> {
  const rows = new Set<number>();
  for (const text of root.descendantsOfType("string")) {
    if (text.parent?.type === "expression_statement" && isText(text.parent)) continue;
    for (let row = text.startPosition.row; row < text.endPosition.row; row++) rows.add(row);
    if (text.endPosition.row > text.startPosition.row) rows.add(text.endPosition.row);
  }
  return rows;
}

/** What Python says of lines of the script that ran, as if it were the script itself: its numbers, and the line of code. */
export function withOwnLines(said: string, { lines }: Stripped, code: string): string {
  const own = code.split("\n");
  const numbered = said.replace(
    /^( *File "[^"\n]*solution\.py", line )(\d+)(.*)$/gmu,
    (whole, head: string, number: string, tail: string) => {
      const line = lines[Number(number) - 1];
      const quoted = (own[(line ?? 0) - 1] ?? "").trim();
      return line === undefined ? whole : `${head}${line}${tail}\n    ${quoted}`;
    },
  );
  return numbered.replace(
    /(?<= at line )(\d+)(?=\n|$)/gu,
    (whole) => `${lines[Number(whole) - 1] ?? whole}`,
  );
}
