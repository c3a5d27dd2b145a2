import type { Node } from "web-tree-sitter";
import { fullNames } from "../names.ts";
import { answerFindings } from "./answer-rules.ts";
import { environmentFindings } from "./environment-rules.ts";
import { featureLeakFindings } from "./feature-leak-rules.ts";
import type { Finding, FindingsFor } from "./finding.ts";
import { fitFindings } from "./fit-rules.ts";
import { importFindings } from "./import-rules.ts";
import { pathFindings } from "./path-rules.ts";
import { processFindings } from "./process-rules.ts";
import { tamperFindings } from "./tamper-rules.ts";

/** All static rules applied to a script: findings in the order of the script, each line and rule once. */
export function findingsOf(root: Node, task: FindingsFor): Finding[] {
  const full = fullNames(root);
  const found = [
    ...importFindings(root),
    ...pathFindings(root),
    ...processFindings(root, full),
    ...tamperFindings(root, task, full),
    ...answerFindings(root, task, full),
    ...fitFindings(root),
    ...featureLeakFindings(root, task, full),
    ...environmentFindings(root, full),
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
