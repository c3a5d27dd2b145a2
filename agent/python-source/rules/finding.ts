import type { Node } from "web-tree-sitter";
import type { Mode } from "../../roles/inputs.ts";

/** What a static rule found. `fatal`: the script must not run; else a hint for the leakage role. */
export type Finding = { line: number; rule: string; why: string; fatal: boolean };

/** What the rules need of the task. */
export type FindingsFor = {
  targets: readonly string[];
  id: string | null;
  mode: Mode;
  /** The task's own labels and names of columns, as texts: to list them is to know the task, no answer. */
  vocabulary: ReadonlySet<string>;
};

/** A finding at a node's line. */
export function findingAt(node: Node, rule: string, why: string, fatal: boolean): Finding {
  return { line: node.startPosition.row + 1, rule, why, fatal };
}
