import type { Node } from "web-tree-sitter";
import type { Mode } from "../../roles/inputs.ts";

/**
 * What becomes of a script: it is refused at sight, for what no honest script has and no check while it runs would
 * see; its score counts only when the canary clears it; or the leakage role is told.
 */
export type Weight = "refused" | "suspected" | "hint";

/** What a static rule found. */
export type Finding = { line: number; rule: string; why: string; weight: Weight };

/** What the rules need of the task. */
export type FindingsFor = {
  targets: readonly string[];
  id: string | null;
  mode: Mode;
  /** The task's own labels and names of columns, as texts: to list them is to know the task, no answer. */
  vocabulary: ReadonlySet<string>;
};

/** A finding at a node's line. */
export function findingAt(node: Node, rule: string, why: string, weight: Weight): Finding {
  return { line: node.startPosition.row + 1, rule, why, weight };
}
