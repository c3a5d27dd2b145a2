import { File, FingerprintIndex, Region, TokenizedFile } from "@dodona/dolos-core";
import type { Node } from "web-tree-sitter";
import type { Parse } from "./tree.ts";

/** A Python file by its name. */
export type SourceFile = { name: string; code: string };

/** How much of two files is the same structure, 0 to 1, whatever their names and comments. */
export type Similarity = { left: string; right: string; similarity: number };

/** Dolos's own defaults: tokens of a fingerprint, and fingerprints of a window. */
const KGRAM_LENGTH = 23;
const KGRAMS_IN_WINDOW = 17;

/**
 * Every file of the left against every one of the right, the most similar first, by the fingerprints of Dolos
 * (https://dolos.ugent.be) over the tree's node types. Dolos's own parsers are native and do not build everywhere.
 */
export function similarities(
  parse: Parse,
  left: readonly SourceFile[],
  right: readonly SourceFile[],
): Similarity[] {
  const tokenized = ({ name, code }: SourceFile) => parse(code, (root) => tokens(name, code, root));
  const found: Similarity[] = [];
  const others = right.map((file) => ({ file, tokens: tokenized(file) }));
  for (const file of left) {
    const own = tokenized(file);
    for (const other of others) {
      // An index of two: fingerprints that other files share as well count all the same.
      const index = new FingerprintIndex(KGRAM_LENGTH, KGRAMS_IN_WINDOW);
      index.addFiles([own, other.tokens]);
      const { similarity } = index.getPair(own, other.tokens);
      found.push({ left: file.name, right: other.file.name, similarity });
    }
  }
  return found.sort((a, b) => b.similarity - a.similarity);
}

/** Node types in the order of the text, in brackets, as Dolos's own tokenizer has them; comments do not count. */
function tokens(name: string, code: string, root: Node): TokenizedFile {
  const types: string[] = [];
  const places: Region[] = [];
  const visit = (node: Node): void => {
    if (node.type === "comment") return;
    const { startPosition: from, endPosition: to } = node;
    const place = new Region(from.row, from.column, to.row, to.column);
    types.push("(", node.type);
    places.push(place, place);
    for (const child of node.namedChildren) visit(child);
    types.push(")");
    places.push(place);
  };
  visit(root);
  return new TokenizedFile(new File(name, code), types, places);
}
