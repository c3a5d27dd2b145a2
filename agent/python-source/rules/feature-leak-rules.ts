import type { Node } from "web-tree-sitter";
import { escapeRegExp } from "../../regexp.ts";
import { argumentsOf, type FullName, plainAssignments } from "../names.ts";
import { calledName, stringValue } from "../protect.ts";
import { type Finding, type FindingsFor, findingAt } from "./finding.ts";

const aggregates = /\.(?:transform|mean|median|agg|aggregate|std|sum|min|max|quantile)\s*\(/u;
const encoders =
  /^category_encoders\.(?:\w+\.)*(?:TargetEncoder|LeaveOneOutEncoder|CatBoostEncoder|JamesSteinEncoder|MEstimateEncoder)$/u;
const featureList =
  /^(?:features?|feats?|cols|columns|predictors|feature_\w+|\w+_(?:features?|cols|columns))$/iu;
const targetWord = /target|label|^y|_y$|\by\b|fold/iu;

/**
 * Features that know too much: the row's own target, later rows, its position or id, predictions of its own model.
 * Refused only where a script prints a constant as its score.
 */
export function featureLeakFindings(root: Node, task: FindingsFor, full: FullName): Finding[] {
  const target = targetOf(root, task);
  return [
    ...root.descendantsOfType("call").flatMap((call) => judgeCall(call, target, full)),
    ...root
      .descendantsOfType("assignment")
      .flatMap((each) => [
        ...judgeColumn(each, root, target, task),
        ...judgeFeatureList(each, task),
      ]),
    ...metaFindings(root, task),
    ...(task.mode === "self-reported" ? [...beforeSplit(root), ...writtenScores(root)] : []),
  ];
}

/** Matches a subscript or attribute that names a target column, by its literal name or a variable that holds it. */
function targetOf(root: Node, { targets }: FindingsFor): RegExp | null {
  const names = targets.map((each) => `["']${escapeRegExp(each)}["']`);
  for (const { left, right } of plainAssignments(root))
    if (right.type === "string" && targets.includes(stringValue(right)))
      names.push(`${left.text}\\b`);
  return names.length === 0 ? null : new RegExp(`\\[\\s*(?:${names.join("|")})\\s*\\]`, "u");
}

function judgeCall(call: Node, target: RegExp | null, full: FullName): Finding[] {
  const called = call.childForFieldName("function");
  const later = laterRows(call, called);
  if (later !== null) return [findingAt(call, "future-rows", later, "hint")];
  if (target !== null && joinsTargets(call, called)) {
    const why = "joins training targets to test rows";
    return [findingAt(call, "duplicate-lookup", why, "hint")];
  }
  const isEncoding = encoders.test(full(called)) || groupsTarget(called, target);
  if (!isEncoding || isWithinFold(call)) return [];
  const why = "encodes a category by its mean target, with the row's own target included";
  return [findingAt(call, "target-encoding", why, "hint")];
}

/** Why a call lets a row see later ones, or null. */
function laterRows(call: Node, called: Node | null): string | null {
  const name = called?.childForFieldName("attribute")?.text ?? "";
  const { values, named } = argumentsOf(call);
  const periods = values[0] ?? named.get("periods") ?? null;
  if (/^(?:shift|diff)$/u.test(name) && periods !== null && /^-\s*\w/u.test(periods.text))
    return `\`${name}(${periods.text})\` lets a row see later rows`;
  if (name === "rolling" && named.get("center")?.text === "True")
    return "a centered window includes later rows";
  return null;
}

function groupsTarget(called: Node | null, target: RegExp | null): boolean {
  const grouped = called?.childForFieldName("object")?.text ?? "";
  const at = grouped.lastIndexOf(".groupby");
  const name = called?.childForFieldName("attribute")?.text ?? "";
  return at !== -1 && aggregates.test(`.${name}(`) && target?.test(grouped.slice(at)) === true;
}

function joinsTargets(call: Node, called: Node | null): boolean {
  if (called?.childForFieldName("attribute")?.text !== "merge") return false;
  const object = called.childForFieldName("object");
  const first = call.childForFieldName("arguments")?.namedChildren[0]?.text ?? "";
  const names = [object?.text ?? "", first];
  return (
    names.some((each) => /^test\w*/iu.test(each)) &&
    names.some((each) => /^train\w*(?!\[\[)/iu.test(each) && !/drop\(/u.test(each))
  );
}

function judgeFeatureList(assignment: Node, task: FindingsFor): Finding[] {
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
          `\`${target}\` is listed among the features`,
          "hint",
        ),
      ];
}

/** Inside a loop over folds, or in a function, which a loop may call. */
function isWithinFold(node: Node): boolean {
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.type === "function_definition" || at.type === "lambda") return true;
    if (
      at.type === "for_statement" &&
      /split|fold/iu.test(at.childForFieldName("right")?.text ?? "")
    )
      return true;
  }
  return false;
}

/** A new column from the target or the position of the row; one that is named again is dropped or is the target itself. */
function judgeColumn(
  assignment: Node,
  root: Node,
  target: RegExp | null,
  task: FindingsFor,
): Finding[] {
  const left = assignment.childForFieldName("left");
  const right = assignment.childForFieldName("right")?.text ?? "";
  const key = left?.type === "subscript" ? left.childForFieldName("subscript") : null;
  if (left === null || key?.type !== "string") return [];
  const column = stringValue(key);
  if (task.targets.includes(column) || targetWord.test(column) || output.test(left.text)) return [];
  const named = root.text.match(new RegExp(`["']${escapeRegExp(column)}["']`, "gu")) ?? [];
  if (isWithinFold(assignment)) return [];
  if (named.length === 1 && target?.test(right) && !allowed.test(right)) {
    const why = `\`${column}\` is computed from the target and kept as a column`;
    return [findingAt(assignment, "target-in-features", why, "hint")];
  }
  // A column that is dropped or only sorts or joins is no feature.
  const used = `(?:drop|sort_values|set_index|merge|groupby|pop)\\([^)]*["']${escapeRegExp(column)}["']`;
  if (!(position.test(right) || isId(right, task)) || new RegExp(used, "u").test(root.text))
    return [];
  const why = `\`${column}\` is the position or id of the row`;
  return [findingAt(assignment, "row-order", why, "hint")];
}

const output = /^(?:sub|sample|out|result|pred)/iu;
/** Judged by other rules, or no more than whether a target is missing. */
const allowed =
  /\.(?:transform|mean|median|agg|aggregate|std|sum|min|max|quantile|shift|rolling|map|isna|isnull|notna)\s*\(/u;
const position = /^(?:np\.arange\(len\(|range\(len\(|\w+\.index(?:\.values|\.to_numpy\(\))?$)/u;

function isId(text: string, { id }: FindingsFor): boolean {
  if (id === null) return false;
  const column = `^\\w+\\[["']${escapeRegExp(id)}["']\\](?:\\.(?:astype|rank|values|str)\\b.*)?$`;
  return new RegExp(column, "u").test(text);
}

/**
 * `meta.fit(model.predict(X), y)` where the model was fitted on X: it learns from
 * predictions for rows with known targets. In a self-reported run a score of such predictions is in-sample.
 */
function metaFindings(root: Node, { mode }: FindingsFor): Finding[] {
  const calls = root.descendantsOfType("call").filter((call) => !isWithinFold(call));
  const fits = calls.flatMap((call) => {
    const [first] = argumentsOf(call).values;
    return attributeOf(call) === "fit" && first !== undefined ? [{ call, text: first.text }] : [];
  });
  const learned = new Set(fits.map(({ text }) => text));
  const predicts = /\.predict(?:_proba)?\(\s*([\w.[\]"']+)\s*[,)]/u;
  const isPredicted = (text: string): boolean => learned.has(predicts.exec(text)?.[1] ?? "");
  const own = plainAssignments(root)
    .filter(({ right, at }) => isPredicted(right.text.slice(0, 400)) && !isWithinFold(at))
    .map(({ left }) => left.text);
  const isOwn = (text: string): boolean =>
    isPredicted(text) || (text.match(/\b[A-Za-z_]\w*/gu) ?? []).some((name) => own.includes(name));
  const meta = "is fitted on predictions for rows the models were fitted on";
  const found = fits
    .filter(({ text }) => isOwn(text))
    .map(({ call }) => findingAt(call, "meta-on-own-rows", meta, "hint"));
  if (mode === "referee") return found;
  const scores = calls.filter((call) => metric.test(calledName(call)) && isOwn(call.text));
  const why = "scores predictions for rows the model was fitted on";
  return [...found, ...scores.map((call) => findingAt(call, "in-sample-score", why, "hint"))];
}

const metric = /(?:^|_)(?:score|loss|error|rmse|rmsle|mae|auc|accuracy|f1)(?:_|$)/u;

function attributeOf(call: Node): string {
  const called = call.childForFieldName("function");
  return called?.childForFieldName("attribute")?.text ?? "";
}

/** A score line with a literal number was not measured. */
function writtenScores(root: Node): Finding[] {
  const written = /Final Validation Performance:\s*\{?\s*[-+]?[\d.]/u;
  return root
    .descendantsOfType("string")
    .filter((literal) => written.test(literal.text))
    .map((literal) =>
      findingAt(literal, "written-score", "prints a constant as its score", "refused"),
    );
}

/** In a self-reported run: what is fitted before the split has seen the validation rows. */
function beforeSplit(root: Node): Finding[] {
  const calls = root.descendantsOfType("call");
  const split = calls.find((call) =>
    /(?:train_test_split|KFold|StratifiedKFold|GroupKFold|TimeSeriesSplit)\(/u.test(
      call.text.slice(0, 60),
    ),
  );
  if (split === undefined) return [];
  const at = split.startPosition.row;
  return calls
    .filter(
      (call) =>
        call.startPosition.row < at &&
        /\.fit_transform$/u.test(call.childForFieldName("function")?.text ?? ""),
    )
    .filter((call) => !isWithinFold(call))
    .map((call) =>
      findingAt(call, "before-split", "is fitted on all rows before the split", "hint"),
    );
}
