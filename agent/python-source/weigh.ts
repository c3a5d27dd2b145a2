import type { Node } from "web-tree-sitter";
import { stringValue } from "./protect.ts";

/** A plain word of a language is one of a few thousand that come to mind. */
const WORD_BITS = 12;
const plainWord = /^[A-Za-z]{1,14}$/u;
/** Bits of a character of anything else, by what it is written with. */
const ALPHABETS: readonly [RegExp, number][] = [
  [/^\d+$/u, Math.log2(10)],
  [/^[0-9a-f]+$/iu, 4],
  [/^[\w+/=-]+$/u, 6],
];
const OTHER_BITS = 7;
const SIGN_BITS = 1;

/**
 * Bits that the literals of a script carry, as a program that lists them would have to spend: words cost what it takes
 * to name a word, numbers their digits, anything else its characters. What the task itself names costs nothing;
 * each literal counts once however often it stands there, but for those of a list and the words of a text, whose order
 * tells.
 */
export function bitsCarried(root: Node, vocabulary: ReadonlySet<string>): number {
  const seen = new Set<string>();
  const literals = root
    .descendantsOfType(["string", "integer", "float", "true", "false"])
    .filter(({ parent }) => parent?.type !== "expression_statement");
  return Math.round(literals.reduce((sum, literal) => sum + bitsOf(literal, seen, vocabulary), 0));
}

/** Bits of one literal after those that were `seen`, to which it is added. */
function bitsOf(literal: Node, seen: Set<string>, vocabulary: ReadonlySet<string>): number {
  const isText = literal.type === "string";
  const text = isText ? stringValue(literal) : literal.text;
  const isKnown = vocabulary.has(text) || seen.has(text);
  seen.add(text);
  if (!isText)
    return vocabulary.has(text) || (isKnown && !isListed(literal)) ? 0 : bitsOfNumber(text);
  if (!isKnown) return bitsOfText(text, vocabulary);
  return isListed(literal) ? bitsOfRepeated(literal, text) : 0;
}

/** Bits of a text that stands before in its list: which one of those it is. */
function bitsOfRepeated(literal: Node, text: string): number {
  const texts = (literal.parent?.namedChildren ?? []).filter(({ type }) => type === "string");
  const before = texts.filter(({ startIndex }) => startIndex < literal.startIndex);
  if (!before.some((each) => stringValue(each) === text)) return 0;
  return Math.log2(Math.max(2, new Set(texts.map(stringValue)).size));
}

function isListed(literal: Node): boolean {
  const holder = literal.parent?.type === "unary_operator" ? literal.parent.parent : literal.parent;
  return /^(?:list|tuple|set|pair|dictionary)$/u.test(holder?.type ?? "");
}

function bitsOfText(text: string, vocabulary: ReadonlySet<string>): number {
  const words = text.split(/[\s,.;:!?"'()[\]{}|<>%]+/u).filter((word) => word !== "");
  const distinct = new Set(words);
  const own = [...distinct].filter((word) => !vocabulary.has(word));
  const repeated = (words.length - distinct.size) * Math.log2(Math.max(2, distinct.size));
  return own.reduce((sum, word) => sum + bitsOfWord(word), repeated);
}

function bitsOfWord(word: string): number {
  if (plainWord.test(word)) return WORD_BITS;
  const perCharacter = ALPHABETS.find(([of]) => of.test(word))?.[1] ?? OTHER_BITS;
  return word.length * perCharacter;
}

/** Digits up to leading zeros; a number written in another base by its digits there. */
function bitsOfNumber(text: string): number {
  if (/^(?:True|False)$/u.test(text)) return SIGN_BITS;
  const [, base = "", digits = ""] = /^0([xob])([\da-f_]+)$/iu.exec(text) ?? [];
  const each = { x: 4, o: 3, b: 1 }[base.toLowerCase()];
  if (each !== undefined) return SIGN_BITS + each * digits.replaceAll("_", "").length;
  const mantissa = text.replace(/e.*$/iu, "").replace(/[._]/gu, "").replace(/^0+/u, "");
  return SIGN_BITS + mantissa.length * Math.log2(10);
}
