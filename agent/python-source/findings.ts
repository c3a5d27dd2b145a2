import type { Node } from "web-tree-sitter";
import type { Finding, FindingsFor } from "./finding.ts";
import { importFindings } from "./import-rules.ts";
import { leakFindings } from "./leak-rules.ts";
import { pathFindings } from "./path-rules.ts";
import { processFindings } from "./process-rules.ts";

/** The static leak defence (design §4), in the order of the script, each line and rule once. */
export function findingsOf(root: Node, task: FindingsFor): Finding[] {
  const found = [
    ...importFindings(root),
    ...pathFindings(root),
    ...processFindings(root),
    ...leakFindings(root, task),
  ];
  const seen = new Set<string>();
  return found
    .filter(({ line, rule }) => {
      const key = `${line} ${rule}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort((a, b) => a.line - b.line);
}
