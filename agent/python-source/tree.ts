import { createRequire } from "node:module";
import { Language, type Node, Parser } from "web-tree-sitter";

/** Parses Python and hands the root to `use`; the tree is freed afterwards, so no node may outlive the call. */
export type Parse = <T>(code: string, use: (root: Node) => T) => T;

/** Loads the grammar; every parse after that is synchronous. */
export async function loadPython(): Promise<Parse> {
  await Parser.init();
  const require = createRequire(import.meta.url);
  const grammar = require.resolve("tree-sitter-python/tree-sitter-python.wasm");
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (code, use) => {
    const tree = parser.parse(maskLineEnds(code));
    if (tree === null) throw new Error("the Python grammar is not loaded");
    try {
      return use(tree.rootNode);
    } finally {
      tree.delete();
    }
  };
}

/**
 * CRLF as space and newline: offsets stay, and no statement ends in a carriage return. A backslash keeps its
 * carriage return, for with a space behind it it would continue no line.
 */
function maskLineEnds(code: string): string {
  return code.replace(/(^|[^\\])\r\n/gu, "$1 \n");
}

/** Where each line starts, as indexes into the code. */
export function lineStarts(code: string): number[] {
  const starts = [0];
  for (let at = code.indexOf("\n"); at !== -1; at = code.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The white space a line begins with. */
export function indentOf(line: string): string {
  return /^[ \t]*/u.exec(line)?.[0] ?? "";
}

/** The last row a node has text on. */
export function lastRow(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}

/** Statements of a module or block, without comments. */
export function statementsOf(node: Node): Node[] {
  return node.namedChildren.filter((child) => child.type !== "comment");
}
