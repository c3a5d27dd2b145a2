import type { Node } from "web-tree-sitter";
import type { Mode } from "../roles/inputs.ts";

const readers =
  /^(?:read_(?:csv|table|parquet|json|feather|excel|pickle|hdf|fwf|stata|sas|xml|html|sql|ipc|ndjson|orc)|scan_(?:csv|parquet|ipc|ndjson)|loadtxt|genfromtxt)$/u;
const writers = /^(?:to_csv|write_csv|savetxt)$/u;
const splitters =
  /^(?:train_test_split|cross_val_score|cross_val_predict|cross_validate|\w*KFold|\w*ShuffleSplit|TimeSeriesSplit|PredefinedSplit|Leave\w+Out)$/u;
const metrics = /(?:_score|_error|_loss|_kappa|_corrcoef|_deviance)$/u;
const scorePhrase = /final validation performance/iu;

/** The last part of what a call calls: `read_csv` of `pd.read_csv(…)`. */
export function calledName(call: Node): string {
  const called = call.childForFieldName("function");
  if (called === null) return "";
  return called.type === "attribute"
    ? (called.childForFieldName("attribute")?.text ?? "")
    : called.text;
}

/** The text inside a string literal's quotes. */
export function stringValue(literal: Node): string {
  return literal.namedChildren
    .filter((child) => child.type === "string_content")
    .map((child) => child.text)
    .join("");
}

function isInputPath(text: string): boolean {
  return /(?:^|\/)input(?:\/|$)/u.test(text);
}

/**
 * Whether a statement reads the input or writes the submission, so that a change of it could break the
 * contract of a solution; in a run that scores itself, also whether it splits, scores or prints the score.
 */
export function isProtected(statement: Node, mode: Mode): boolean {
  const calls = statement.descendantsOfType("call");
  const strings = statement.descendantsOfType("string").map(stringValue);
  if (strings.some((text) => /(?:^|\/)submission\.csv$/u.test(text))) return true;
  if (calls.some((call) => touchesFiles(call)) || namesInput(statement, strings)) return true;
  return mode === "self-reported" && scoresItself(calls, strings);
}

function touchesFiles(call: Node): boolean {
  const name = calledName(call);
  if (readers.test(name) || writers.test(name)) return true;
  const opens = name === "open" && call.childForFieldName("function")?.type === "identifier";
  const loads = name === "load" && /^(?:np|numpy)\./u.test(call.text);
  if (!opens && !loads) return false;
  return call.descendantsOfType("string").some((text) => /input|submission|\.csv/u.test(text.text));
}

/** `DATA = "./input"`: everything after it reads there. */
function namesInput(statement: Node, strings: readonly string[]): boolean {
  const assignment = statement.firstNamedChild;
  if (statement.type !== "expression_statement" || assignment?.type !== "assignment") return false;
  const value = assignment.childForFieldName("right");
  const isConstant =
    value?.type === "string" || /^(?:Path|pathlib\.Path|os\.path\.join)\(/u.test(value?.text ?? "");
  return isConstant && strings.some(isInputPath);
}

function scoresItself(calls: readonly Node[], strings: readonly string[]): boolean {
  if (strings.some((text) => scorePhrase.test(text))) return true;
  return calls.map(calledName).some((name) => splitters.test(name) || metrics.test(name));
}
