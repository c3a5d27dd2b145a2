import type { Node } from "web-tree-sitter";
import { calledName, stringValue } from "../protect.ts";
import { type Finding, findingAt } from "./finding.ts";

const absolute =
  /^(?:\/(?!tmp(?:\/|$)|dev\/(?:null|shm))[\w.*-]+\/[\w./*-]*|[A-Za-z]:[\\/][\w.-]+)/u;
const system =
  /^\/(?:home|root|etc|usr|var|proc|sys|kaggle|data|mnt|opt|media|workspace|content|input|srv)(?:\/|$)/u;
const answers =
  /(?:^|[\\/])(?:answers?|private)(?:[\\/]|\.(?:csv|json|jsonl|parquet|feather|pkl|txt|npy|npz|zip)$)/iu;
const remote = /^(?:https?|ftp|s3|gs|hf):\/\//u;
const fileCalls =
  /^(?:read_\w+|scan_\w+|open|imread|load|loadtxt|genfromtxt|fromfile|memmap|listdir|scandir|walk|glob|iglob|rglob|Path|join|exists|isfile|isdir|copy|copyfile|copytree|chdir|File|urlopen|urlretrieve|ImageFolder)$/u;

/** Strings and calls that point outside `./input` and the working directory. */
export function pathFindings(root: Node): Finding[] {
  const strings = root.descendantsOfType("string").flatMap(judgeString);
  const calls = root.descendantsOfType("call").flatMap(judgeCall);
  const parents = root.descendantsOfType("attribute").flatMap(judgeAttribute);
  return [...strings, ...calls, ...parents];
}

function judgeString(literal: Node): Finding[] {
  const text = stringValue(literal);
  if (literal.parent?.type === "expression_statement" || text.length > 300) return [];
  if (remote.test(text) && isArgumentOfFileCall(literal))
    return [
      findingAt(literal, "network", `reads ${text.slice(0, 60)}; there is no network`, "hint"),
    ];
  if (answers.test(text))
    return [findingAt(literal, "answers", `names an answer file: ${text}`, "hint")];
  if (!isOutside(text) || joins(literal, text) || !isPathUse(literal, text)) return [];
  const why = `${text.slice(0, 60)} is outside ./input and the working directory`;
  return [findingAt(literal, "outside-path", why, "hint")];
}

/** The slash of `folder + "/" + name`. */
function joins(literal: Node, text: string): boolean {
  const sum = literal.parent;
  if (text !== "/" || sum?.type !== "binary_operator") return false;
  return sum.childForFieldName("right")?.id === literal.id;
}

function isOutside(text: string): boolean {
  if (/\s/u.test(text)) return false;
  return (
    absolute.test(text) ||
    system.test(text) ||
    /^~(?:\/|\w*\/)/u.test(text) ||
    text === "~" ||
    text === "/" ||
    /(?:^|[\\/])\.\.(?:[\\/]|$)/u.test(text)
  );
}

/** A string is a path where a file call takes it, where it names a data file or a known place, or stands alone. */
function isPathUse(literal: Node, text: string): boolean {
  const call = callAround(literal);
  if (call !== null && fileCalls.test(calledName(call))) return true;
  if (system.test(text) || /\.(?:csv|json|parquet|feather|pkl|npy|txt|zip)$/u.test(text))
    return true;
  return call === null && /^~\/|^\.\.\/|\/\.\.\//u.test(text);
}

function isArgumentOfFileCall(literal: Node): boolean {
  const call = callAround(literal);
  return call !== null && fileCalls.test(calledName(call));
}

const between =
  /^(?:argument_list|keyword_argument|binary_operator|parenthesized_expression|concatenated_string)$/u;

/** The call a literal is an argument of. */
function callAround(literal: Node): Node | null {
  for (let node = literal.parent; node !== null; node = node.parent) {
    if (node.type === "call") return node;
    if (!between.test(node.type)) return null;
  }
  return null;
}

/** `os.pardir` is `..`. */
function judgeAttribute(attribute: Node): Finding[] {
  if (!/^os\.(?:path\.)?pardir$/u.test(attribute.text)) return [];
  return [findingAt(attribute, "outside-path", "leaves the working directory upwards", "hint")];
}

function judgeCall(call: Node): Finding[] {
  const name = call.childForFieldName("function")?.text ?? "";
  if (/^(?:os\.path\.expanduser|(?:pathlib\.)?Path\.home)$/u.test(name))
    return [findingAt(call, "outside-path", "the home directory is outside ./input", "hint")];
  const climbs =
    /(?:cwd\(\)|__file__\)(?:\.resolve\(\))?|(?:resolve|absolute)\(\))\.parent(?:\.parent|s\b)|cwd\(\)\.parent/u.test(
      (call.parent?.parent?.text ?? call.parent?.text ?? "").slice(0, 200),
    ) ||
    (/^os\.path\.dirname$/u.test(name) &&
      /^os\.path\.dirname\(\s*os\.(?:getcwd|path\.dirname)\(/u.test(call.text));
  return climbs
    ? [findingAt(call, "outside-path", "leaves the working directory upwards", "hint")]
    : [];
}
