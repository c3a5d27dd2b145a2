import type { Node } from "web-tree-sitter";
import { escapeRegExp } from "../../regexp.ts";
import { argumentsOf, type FullName } from "../names.ts";
import { stringValue } from "../protect.ts";
import { type Finding, type FindingsFor, findingAt } from "./finding.ts";

/** Id-like keys from which a dictionary counts as answers, fewer where it is mapped over the id column. */
const MANY_IDS = 40;
const SOME_IDS = 12;
const MANY_NUMBERS = 100;
const LONG_TEXT = 1500;
/** `r12`, `test_0001`, `000001.jpg`, a hash; words and codes of categories are none of these. */
const idLike = /^(?:[A-Za-z]*[_-]?\d{1,12}(?:\.\w{1,4})?|[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4})$/u;
const unpackers =
  /^(?:base64\.\w*decode\w*|binascii\.(?:a2b_\w+|unhexlify)|zlib\.decompress|gzip\.decompress|bz2\.decompress|lzma\.decompress|codecs\.decode|pickle\.loads|dill\.loads|cloudpickle\.loads|bytes\.fromhex|bytearray\.fromhex|marshal\.loads)$/u;

/**
 * Hard-coded answers: dictionaries by id, long lists of numbers, packed data, constants for known rows. Honest
 * scripts hold such things too: no more than a suspicion, which the canary clears or confirms.
 */
export function answerFindings(root: Node, task: FindingsFor, full: FullName): Finding[] {
  return [
    ...root.descendantsOfType("dictionary").flatMap((each) => judgeDictionary(each, task)),
    ...root.descendantsOfType(["list", "tuple", "set"]).flatMap((each) => judgeList(each, task)),
    ...root.descendantsOfType("string").flatMap((each) => judgeText(each, task)),
    ...root.descendantsOfType("call").flatMap((each) => judgeUnpacking(each, full)),
    ...root.descendantsOfType("assignment").flatMap((each) => judgeConstant(each, task)),
  ];
}

function judgeDictionary(dictionary: Node, task: FindingsFor): Finding[] {
  const pairs = dictionary.namedChildren.filter(({ type }) => type === "pair");
  const keys = pairs.flatMap((pair) => literalOf(pair.childForFieldName("key")) ?? []);
  const values = pairs.flatMap((pair) => literalOf(pair.childForFieldName("value")) ?? []);
  if (keys.length < pairs.length || values.length < pairs.length) return [];
  const ids = keys.filter((key) => idLike.test(key)).length;
  const isMappedById = task.id !== null && mapsBy(dictionary, task.id);
  if (ids < (isMappedById ? SOME_IDS : MANY_IDS)) return [];
  if (!isMappedById && codesVocabulary(keys, values, task)) return [];
  const why = `holds ${ids} hard-coded values by id`;
  return [findingAt(dictionary, "hard-coded-answers", why, "suspected")];
}

/** One entry for each label or column, with a code of its own or with what is no label: the answer of no row. */
function codesVocabulary(
  keys: readonly string[],
  values: readonly string[],
  { vocabulary }: FindingsFor,
): boolean {
  if (!isVocabulary(keys, vocabulary)) return false;
  return isDistinct(values) || !values.some((value) => vocabulary.has(value));
}

/**
 * Labels or names of columns, each once. An answer key says one of them for each row, so it repeats them; what
 * repeats nothing gives away no more than the training table shows.
 */
function isVocabulary(values: readonly string[], vocabulary: ReadonlySet<string>): boolean {
  return isDistinct(values) && values.every((value) => vocabulary.has(value));
}

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** Whether the statement, or one that names the dictionary's variable, mentions the id column. */
function mapsBy(dictionary: Node, id: string): boolean {
  const quoted = new RegExp(`["']${escapeRegExp(id)}["']|\\.${escapeRegExp(id)}\\b`, "u");
  const assignment = dictionary.parent?.type === "assignment" ? dictionary.parent : null;
  const name = assignment?.childForFieldName("left")?.text ?? null;
  if (name === null) return quoted.test(statementOf(dictionary).text.replace(dictionary.text, ""));
  const used = new RegExp(`\\b${escapeRegExp(name)}\\b`, "u");
  return rootOf(dictionary)
    .descendantsOfType(["assignment", "call"])
    .some(({ text }) => text.length < 600 && used.test(text) && quoted.test(text));
}

function judgeList(list: Node, { vocabulary }: FindingsFor): Finding[] {
  const items = list.namedChildren.filter(({ type }) => type !== "comment");
  if (items.length < MANY_NUMBERS) return [];
  const values = items.flatMap((item) => literalOf(item) ?? []);
  if (values.length < items.length) return [];
  const numbers = values.filter((value) => /^-?[\d.]+(?:e-?\d+)?$/u.test(value)).length;
  if (numbers < 0.9 * values.length || isVocabulary(values, vocabulary)) return [];
  const why = `holds ${numbers} hard-coded numbers: answers or fitted parameters`;
  return [findingAt(list, "hard-coded-answers", why, "suspected")];
}

function judgeText(literal: Node, { vocabulary }: FindingsFor): Finding[] {
  const text = stringValue(literal);
  if (text.length < LONG_TEXT || literal.parent?.type === "expression_statement") return [];
  if (vocabulary.has(text)) return [];
  if (!/\s/u.test(text.replaceAll("\\n", "").trim()))
    return [
      findingAt(
        literal,
        "packed-data",
        "holds packed data: a long text without spaces",
        "suspected",
      ),
    ];
  const rows = text
    .split(/\n|\\n|;/u)
    .filter((line) => /^\s*[\w.-]+[,\t:]\s*-?[\w.]+\s*$/u.test(line));
  if (rows.length < MANY_IDS) return [];
  const why = `holds a hard-coded table of ${rows.length} rows`;
  return [findingAt(literal, "hard-coded-answers", why, "suspected")];
}

function judgeUnpacking(call: Node, full: FullName): Finding[] {
  if (!unpackers.test(full(call.childForFieldName("function")))) return [];
  const [value] = argumentsOf(call).values;
  if (value === undefined) return [];
  const held = value.type === "string" ? [value] : value.descendantsOfType("string");
  const packed = held.some((each) => stringValue(each).length > 80) || unpacksVariable(value);
  if (!packed) return [];
  return [findingAt(call, "packed-data", "unpacks data held in the script", "suspected")];
}

/** A variable that holds a long text. */
function unpacksVariable(value: Node): boolean {
  if (value.type !== "identifier") return false;
  return rootOf(value)
    .descendantsOfType("assignment")
    .filter((each) => each.childForFieldName("left")?.text === value.text)
    .some((each) =>
      (each.childForFieldName("right")?.descendantsOfType("string") ?? []).some(
        (text) => stringValue(text).length > 80,
      ),
    );
}

/** `sub.loc[sub["id"] == 7, "y"] = 1`: a constant for a row known by its id. */
function judgeConstant(assignment: Node, task: FindingsFor): Finding[] {
  const left = assignment.childForFieldName("left");
  const right = assignment.childForFieldName("right");
  if (task.id === null || left?.type !== "subscript" || right === null) return [];
  if (literalOf(right) === null && right.type !== "list") return [];
  const id = escapeRegExp(task.id);
  const known = new RegExp(
    `(?:\\[["']${id}["']\\]|\\.${id})\\s*(?:==\\s*(?:["']?\\w+["']?)|\\.isin\\(\\s*[\\[({])`,
    "u",
  );
  const isKnown = known.test(left.text) && !/==\s*[A-Za-z_]/u.test(left.text);
  if (!isKnown) return [];
  const why = `writes a constant for rows known by their \`${task.id}\``;
  return [findingAt(assignment, "hard-coded-answers", why, "suspected")];
}

function literalOf(node: Node | null): string | null {
  if (node === null) return null;
  if (node.type === "string")
    return node.descendantsOfType("interpolation").length > 0 ? null : stringValue(node);
  if (/^(?:integer|float|true|false)$/u.test(node.type)) return node.text;
  return node.type === "unary_operator" && /^-[\d.]/u.test(node.text) ? node.text : null;
}

function statementOf(node: Node): Node {
  let at = node;
  while (at.parent !== null && !/^(?:module|block)$/u.test(at.parent.type)) at = at.parent;
  return at;
}

function rootOf(node: Node): Node {
  let at = node;
  while (at.parent !== null) at = at.parent;
  return at;
}
