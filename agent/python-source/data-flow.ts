import type { Node } from "web-tree-sitter";
import { calledName } from "./protect.ts";

const skipped = new Set([
  "comment",
  "import_statement",
  "import_from_statement",
  "future_import_statement",
]);
const settings = new Set(["integer", "float", "true", "false", "none"]);

/**
 * A script as far as data flow through it: without comments, imports and what only prints, every number or
 * switch that a setting is given (`n_estimators=100`) alike. Two versions of a script with the same text here
 * read, fit and predict on the same rows. Numbers elsewhere may cut rows, so they count.
 */
export function dataFlowOf(root: Node): string {
  const words: string[] = [];
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (skipped.has(node.type) || onlyPrints(node)) continue;
    if (isSetting(node)) words.push("0");
    else if (node.childCount === 0) words.push(node.text);
    else open.push(...[...node.children].reverse());
  }
  return words.join(" ");
}

function onlyPrints(node: Node): boolean {
  const call = node.type === "expression_statement" ? node.firstNamedChild : null;
  return call?.type === "call" && calledName(call) === "print";
}

function isSetting(node: Node): boolean {
  const holder = node.parent;
  if (holder === null || !/^(?:keyword_argument|pair)$/u.test(holder.type)) return false;
  const value = node.type === "unary_operator" ? node.firstNamedChild : node;
  return (
    value !== null && settings.has(value.type) && holder.childForFieldName("value")?.id === node.id
  );
}
