import type { Node } from "web-tree-sitter";
import { indentOf, statementsOf } from "./tree.ts";

/** A syntax error: its line, counted from 1, and what is wrong there. */
export type SyntaxProblem = { line: number; text: string };

/**
 * The first syntax error of a script. The grammar is more lenient than Python, so indentation, empty
 * bodies, statements that run together and Python 2 are checked here.
 */
export function firstSyntaxError(root: Node, code: string): SyntaxProblem | null {
  if (code.includes("\0"))
    return { line: rowOf(code, code.indexOf("\0")) + 1, text: "null character in the source" };
  const lines = code.split(/\r?\n/u);
  const found = [
    ...brokenNodes(root),
    ...foreignStatements(root),
    ...lineUp(statementsOf(root), lines, "", "unexpected indent"),
    ...root.descendantsOfType("block").flatMap((block) => blockProblems(block, lines)),
    ...misindentedClauses(root, lines),
    ...misplacedStatements(root),
  ];
  const first = found.reduce<Found | null>(
    (best, each) => (best === null || each.row < best.row ? each : best),
    null,
  );
  if (first === null) return null;
  const line = (lines[first.row] ?? "").trim().slice(0, 120);
  return { line: first.row + 1, text: line === "" ? first.why : `${first.why}: ${line}` };
}

type Found = { row: number; why: string };

function rowOf(code: string, index: number): number {
  return code.slice(0, index).split("\n").length - 1;
}

function brokenNodes(root: Node): Found[] {
  if (!root.hasError) return [];
  const found: Found[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.isMissing)
      found.push({ row: node.startPosition.row, why: `expected ${quoted(node.type)}` });
    else if (node.isError) found.push({ row: node.startPosition.row, why: "invalid syntax" });
    else if (node.hasError) open.push(...node.children);
  }
  return found.length > 0 ? found : [{ row: 0, why: "invalid syntax" }];
}

function quoted(type: string): string {
  return /^\w+$/u.test(type) ? `an ${type}`.replace(/^an (?=[^aeiou])/u, "a ") : `'${type}'`;
}

function foreignStatements(root: Node): Found[] {
  return root
    .descendantsOfType(["print_statement", "exec_statement"])
    .map((node) => ({ row: node.startPosition.row, why: "a statement of Python 2" }));
}

function blockProblems(block: Node, lines: readonly string[]): Found[] {
  const statements = statementsOf(block);
  const first = statements[0];
  if (first === undefined)
    return [{ row: block.startPosition.row, why: "expected an indented block" }];
  const opener = block.previousSibling ?? block.parent;
  // A body on its header's own line (`if x: y = 1`) has no indentation of its own.
  if (opener?.endPosition.row === first.startPosition.row) return [];
  const misindented = lineUp(statements, lines, indentAt(lines, first), "inconsistent indentation");
  return [...notDeeper(block, first, lines), ...misindented];
}

/** Statements side by side begin at one depth, or stand on one line with a semicolon between. */
function lineUp(
  statements: readonly Node[],
  lines: readonly string[],
  depth: string,
  why: string,
): Found[] {
  const found: Found[] = [];
  let previous: Node | null = null;
  for (const statement of statements) {
    const row = statement.startPosition.row;
    if (previous?.endPosition.row === row) {
      if (!separated(previous, statement)) found.push({ row, why: "two statements on one line" });
    } else if (indentAt(lines, statement) !== depth) {
      found.push({ row, why });
    }
    previous = statement;
  }
  return found;
}

/** A body stands deeper than the statement it belongs to. */
function notDeeper(block: Node, first: Node, lines: readonly string[]): Found[] {
  const owner = block.parent;
  if (owner === null) return [];
  const outer = indentAt(lines, owner);
  const inner = indentAt(lines, first);
  if (inner.length > outer.length) return [];
  return [{ row: first.startPosition.row, why: "expected an indented block" }];
}

const clauses = ["elif_clause", "else_clause", "except_clause", "finally_clause"];

/** An `else` that stands at another depth than its `if`. */
function misindentedClauses(root: Node, lines: readonly string[]): Found[] {
  return root
    .descendantsOfType(clauses)
    .filter((node) => node.parent !== null && !node.parent.isError)
    .filter(
      (node) => node.parent !== null && indentAt(lines, node) !== indentAt(lines, node.parent),
    )
    .map((node) => ({ row: node.startPosition.row, why: "inconsistent indentation" }));
}

function indentAt(lines: readonly string[], node: Node): string {
  return indentOf((lines[node.startPosition.row] ?? "").replace(/^\uFEFF/u, ""));
}

function separated(previous: Node, statement: Node): boolean {
  for (let node = previous.nextSibling; node !== null; node = node.nextSibling) {
    if (node.startIndex >= statement.startIndex) return false;
    if (node.type === ";") return true;
  }
  return false;
}

const loops = new Set(["for_statement", "while_statement"]);
const functions = new Set(["function_definition", "lambda"]);

function misplacedStatements(root: Node): Found[] {
  return root
    .descendantsOfType(["return_statement", "break_statement", "continue_statement"])
    .filter((node) => !isInItsScope(node))
    .map((node) => ({
      row: node.startPosition.row,
      why: node.type === "return_statement" ? "return outside a function" : "break outside a loop",
    }));
}

function isInItsScope(node: Node): boolean {
  const isReturn = node.type === "return_statement";
  for (let up = node.parent; up !== null; up = up.parent) {
    if (functions.has(up.type)) return isReturn;
    if (up.type === "class_definition") return false;
    if (!isReturn && loops.has(up.type)) return true;
  }
  return false;
}
