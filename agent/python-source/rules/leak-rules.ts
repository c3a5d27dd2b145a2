import type { Node } from "web-tree-sitter";
import { calledName, stringValue } from "../protect.ts";
import { type Finding, type FindingsFor, findingAt } from "./finding.ts";

const fitters = /^(?:fit|fit_transform|partial_fit)$/u;
const testName = /^(?:X_?|x_?|df_?)?(?:test|te|tst)(?:_?(?:df|x|data|features|set|X))?$/u;
const featureList =
  /^(?:features?|feats?|cols|columns|predictors|feature_\w+|\w+_(?:features?|cols|columns))$/iu;

/** Hints at leaks: what is fitted on test rows, and the target among the features. Never fatal. */
export function leakFindings(root: Node, task: FindingsFor): Finding[] {
  const joint = jointNames(root);
  const fits = root.descendantsOfType("call").flatMap((call) => judgeFit(call, joint));
  const lists = root.descendantsOfType("assignment").flatMap((each) => judgeList(each, task));
  return [...fits, ...lists];
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
    return [findingAt(call, "fit-on-test", "fits on training and test rows together", false)];
  if (testName.test(base))
    return [findingAt(call, "fit-on-test", `fits on test rows (${base})`, false)];
  return [];
}

function judgeList(assignment: Node, task: FindingsFor): Finding[] {
  const name = assignment.childForFieldName("left")?.text ?? "";
  const value = assignment.childForFieldName("right");
  if (value?.type !== "list" || !featureList.test(name) || /target|label|drop|id/iu.test(name))
    return [];
  const named = value.namedChildren.filter((child) => child.type === "string").map(stringValue);
  const target = task.targets.find((each) => named.includes(each));
  return target === undefined
    ? []
    : [
        findingAt(
          assignment,
          "target-in-features",
          `\`${target}\` stands among the features`,
          false,
        ),
      ];
}
