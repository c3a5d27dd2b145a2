import type { Node } from "web-tree-sitter";
import { calledName } from "../protect.ts";
import { type Finding, findingAt } from "./finding.ts";

const fitters = /^(?:fit|fit_transform|partial_fit)$/u;
const testName = /^(?:X_?|x_?|df_?)?(?:test|te|tst)(?:_?(?:df|x|data|features|set|X))?$/u;

/** Train-test contamination: what is fitted on test rows. Never more than a hint. */
export function fitFindings(root: Node): Finding[] {
  const joint = jointNames(root);
  return root.descendantsOfType("call").flatMap((call) => judgeFit(call, joint));
}

/** Names that hold train and test rows together: `full = pd.concat([train, test])`. */
function jointNames(root: Node): Set<string> {
  const assignments = root.descendantsOfType("assignment").filter((assignment) => {
    const value = assignment.childForFieldName("right");
    return value !== null && joinsTrainAndTest(value);
  });
  return new Set(assignments.map((each) => each.childForFieldName("left")?.text ?? ""));
}

function joinsTrainAndTest(value: Node): boolean {
  return [value, ...value.descendantsOfType("call")].some((call) => {
    if (call.type !== "call") return false;
    if (!/^(?:concat|append|vstack|concatenate|hstack)$/u.test(calledName(call))) return false;
    const names = call.descendantsOfType("identifier").map((node) => node.text);
    return (
      names.some((name) => testName.test(name)) &&
      names.some((name) => /train|^x_?tr$/iu.test(name))
    );
  });
}

function judgeFit(call: Node, joint: ReadonlySet<string>): Finding[] {
  if (!fitters.test(calledName(call))) return [];
  const first = call.childForFieldName("arguments")?.namedChildren[0];
  if (first === undefined) return [];
  const base = /^[\w.]+/u.exec(first.text)?.[0].split(".")[0] ?? "";
  if (joinsTrainAndTest(first) || joint.has(base))
    return [findingAt(call, "fit-on-test", "is fitted on training and test rows together", "hint")];
  if (testName.test(base))
    return [findingAt(call, "fit-on-test", `is fitted on test rows (${base})`, "hint")];
  return [];
}
