import type { Node } from "web-tree-sitter";
import type { Mode } from "../roles/inputs.ts";
import { isProtected } from "./protect.ts";
import { indentOf, lastRow, statementsOf } from "./tree.ts";

/** The smallest part a block is made of: whole lines that hold one statement, with the comments above it. */
export type Unit = {
  /** First and last row, leading comments included. */
  first: number;
  last: number;
  /** Rows of the comments above the statement. */
  comments: number[];
  /** Row the statement itself begins on. */
  row: number;
  kind: "import" | "definition" | "other";
  /** The name a definition gives. */
  name: string | null;
  isProtected: boolean;
  /** Units of one container stand at one indentation; the header of `def main():` is a container of its own. */
  container: number;
  blankBefore: boolean;
};

type Rows = Omit<Unit, "first" | "comments" | "blankBefore">;

/** The statements of a script as whole lines, in order; `def main():` and its guard are entered. */
export function unitsOf(root: Node, lines: readonly string[], mode: Mode): Unit[] {
  const entered = wrapperOf(root);
  const rows: Rows[] = [];
  let container = 0;
  for (const statement of statementsOf(root)) {
    if (entered === null || statement.id !== entered.statement.id) {
      rows.push(rowsOf(statement, mode, container));
      continue;
    }
    const body = statementsOf(entered.body);
    rows.push(headerOf(statement, entered.body, container + 1));
    rows.push(...body.map((inner) => rowsOf(inner, mode, container + 2)));
    container += 3;
  }
  return withComments(mergeSharedLines(rows), lines);
}

function rowsOf(statement: Node, mode: Mode, container: number): Rows {
  const definition =
    statement.type === "decorated_definition"
      ? statement.childForFieldName("definition")
      : statement;
  const isDefinition = /^(?:function|class)_definition$/u.test(definition?.type ?? "");
  // A bare string, as a script's docstring is, offers as little to refine as an import.
  const isImport =
    /^(?:future_)?import_(?:from_)?statement$/u.test(statement.type) ||
    (statement.type === "expression_statement" && statement.firstNamedChild?.type === "string");
  return {
    row: statement.startPosition.row,
    last: lastRow(statement),
    kind: isImport ? "import" : isDefinition ? "definition" : "other",
    name: isDefinition ? (definition?.childForFieldName("name")?.text ?? null) : null,
    isProtected: isGuard(statement) || isProtected(statement, mode),
    container,
  };
}

function headerOf(statement: Node, body: Node, container: number): Rows {
  const colon = body.previousSibling;
  const first = statementsOf(body)[0];
  let last = statement.startPosition.row;
  for (let node = colon; node !== null; node = node.previousSibling)
    if (node.type === ":") {
      last = node.endPosition.row;
      break;
    }
  if (first !== undefined && last >= first.startPosition.row) last = first.startPosition.row - 1;
  const row = statement.startPosition.row;
  return { row, last, kind: "other", name: null, isProtected: true, container };
}

function isGuard(statement: Node): boolean {
  if (statement.type !== "if_statement") return false;
  return /__name__\s*==\s*["']__main__["']/u.test(
    statement.childForFieldName("condition")?.text ?? "",
  );
}

/** The function a guard (or the last line) calls, or the guard itself, when the script proper stands in it. */
function wrapperOf(root: Node): { statement: Node; body: Node } | null {
  const statements = statementsOf(root);
  const guard = statements.find(isGuard);
  const guardBody = guard?.childForFieldName("consequence") ?? null;
  if (guard !== undefined && guardBody !== null && statementsOf(guardBody).length >= 5)
    return enterable(guard, guardBody);
  const caller = guard ?? statements.at(-1);
  if (caller === undefined) return null;
  const called = new Set(
    caller.descendantsOfType("call").map((call) => call.childForFieldName("function")?.text ?? ""),
  );
  const mains = statements.filter(
    (statement) =>
      statement.type === "function_definition" &&
      statement.id !== caller.id &&
      called.has(statement.childForFieldName("name")?.text ?? ""),
  );
  const longest = mains.reduce<Node | null>(
    (best, each) => (best === null || height(each) > height(best) ? each : best),
    null,
  );
  const body = longest?.childForFieldName("body") ?? null;
  if (longest === null || body === null || statementsOf(body).length < 5) return null;
  return enterable(longest, body);
}

function height(node: Node): number {
  return lastRow(node) - node.startPosition.row;
}

function enterable(statement: Node, body: Node): { statement: Node; body: Node } | null {
  const startsOwnLine =
    statement.startPosition.row < (statementsOf(body)[0]?.startPosition.row ?? 0);
  const endsItself = statementsOf(statement).at(-1)?.id === body.id;
  return startsOwnLine && endsItself ? { statement, body } : null;
}

/** `x = 1; y = 2` is one unit: blocks are whole lines. */
function mergeSharedLines(rows: readonly Rows[]): Rows[] {
  const merged: Rows[] = [];
  for (const each of rows) {
    const previous = merged.at(-1);
    if (previous === undefined || each.row > previous.last) {
      merged.push({ ...each });
      continue;
    }
    previous.last = Math.max(previous.last, each.last);
    previous.isProtected ||= each.isProtected;
    if (each.kind !== previous.kind) previous.kind = "other";
  }
  return merged;
}

/** Gives each comment line to the statement below it; what stands at a container's end stays with it. */
function withComments(rows: readonly Rows[], lines: readonly string[]): Unit[] {
  const units: Unit[] = [];
  let next = 0;
  for (const each of rows) {
    const previous = units.at(-1);
    const depth = indentOf(lines[each.row] ?? "").length;
    const gap = range(next, each.row).filter((row) => (lines[row] ?? "").trim() !== "");
    const kept = previous === undefined ? 0 : countDeeper(gap, lines, depth);
    const own = gap.slice(kept);
    if (previous !== undefined) previous.last = gap[kept - 1] ?? previous.last;
    const first = own[0] ?? each.row;
    const blankBefore = units.length === 0 || (lines[first - 1] ?? "").trim() === "";
    units.push({ ...each, first, comments: own, blankBefore });
    next = each.last + 1;
  }
  const rest = range(next, lines.length).filter((row) => (lines[row] ?? "").trim() !== "");
  const last = units.at(-1);
  if (last !== undefined) last.last = rest.at(-1) ?? last.last;
  return units;
}

function countDeeper(gap: readonly number[], lines: readonly string[], depth: number): number {
  const at = gap.findIndex((row) => indentOf(lines[row] ?? "").length <= depth);
  return at === -1 ? gap.length : at;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
