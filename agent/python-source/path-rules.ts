import type { Node } from "web-tree-sitter";
import { type Finding, findingAt } from "./finding.ts";
import { calledName, stringValue } from "./protect.ts";

const absolute =
  /^(?:\/(?!tmp(?:\/|$)|dev\/(?:null|shm))[\w.-]+\/[\w./*-]*|[A-Za-z]:[\\/][\w.-]+)/u;
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
  return [...strings, ...calls];
}

function judgeString(literal: Node): Finding[] {
  const text = stringValue(literal);
  if (literal.parent?.type === "expression_statement" || text.length > 300) return [];
  if (remote.test(text) && isArgumentOfFileCall(literal))
    return [findingAt(literal, "network", `reads ${text.slice(0, 60)}; there is no network`, true)];
  if (answers.test(text))
    return [findingAt(literal, "answers", `names a file of answers: ${text}`, true)];
  if (!isOutside(text) || !isPathUse(literal, text)) return [];
  const why = `${text.slice(0, 60)} is outside ./input and the working directory`;
  return [findingAt(literal, "outside-path", why, true)];
}

function isOutside(text: string): boolean {
  if (/\s/u.test(text)) return false;
  return (
    absolute.test(text) ||
    system.test(text) ||
    /^~(?:\/|\w*\/)/u.test(text) ||
    text === "~" ||
    /(?:^|[\\/])\.\.(?:[\\/]|$)/u.test(text)
  );
}

/** A string is a path where a call takes it as one, where it is a known place, or where it names a data file. */
function isPathUse(literal: Node, text: string): boolean {
  return (
    isArgumentOfFileCall(literal) ||
    system.test(text) ||
    /^~\/|^\.\.\/|\/\.\.\//u.test(text) ||
    /\.(?:csv|json|parquet|feather|pkl|npy|txt|zip)$/u.test(text)
  );
}

function isArgumentOfFileCall(literal: Node): boolean {
  for (let node = literal.parent; node !== null; node = node.parent) {
    if (node.type === "call") return fileCalls.test(calledName(node));
    if (
      !/^(?:argument_list|keyword_argument|binary_operator|parenthesized_expression)$/u.test(
        node.type,
      )
    )
      return false;
  }
  return false;
}

function judgeCall(call: Node): Finding[] {
  const name = call.childForFieldName("function")?.text ?? "";
  if (/^(?:os\.path\.expanduser|(?:pathlib\.)?Path\.home)$/u.test(name))
    return [findingAt(call, "outside-path", "the home directory is outside ./input", true)];
  const climbs =
    /(?:cwd\(\)|__file__\)(?:\.resolve\(\))?)\.parent(?:\.parent|s\b)|cwd\(\)\.parent/u.test(
      call.parent?.text.slice(0, 200) ?? "",
    ) ||
    (/^os\.path\.dirname$/u.test(name) &&
      /^os\.path\.dirname\(\s*os\.(?:getcwd|path\.dirname)\(/u.test(call.text));
  return climbs
    ? [findingAt(call, "outside-path", "climbs above the working directory", true)]
    : [];
}
