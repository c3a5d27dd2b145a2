/** Turns texts into vectors of one length, each of length 1. */
export type Embedder = {
  /** What the vectors of a bank were made by; another name does not fit. */
  readonly name: string;
  readonly dimension: number;
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
};

/** The server of an embedding gave no answer; a run goes on without what it cannot be reminded of. */
export class EmbeddingFailed extends Error {
  override readonly name = "EmbeddingFailed";
}

/** Numbers in a vector of the embedded default. */
const DIMENSION = 256;
/** Lengths of the character n-grams, and what they count against a word. */
const CHARACTERS = [3, 4, 5];
const CHARACTER_WEIGHT = 0.3;
const PAIR_WEIGHT = 0.7;

/**
 * Hashed n-grams of words and characters (feature hashing, Weinberger et al. 2009): needs no weights and no network.
 * Word order beyond pairs and synonyms are not seen.
 */
export function hashedEmbedder(): Embedder {
  return {
    name: "hashed-1",
    dimension: DIMENSION,
    embed: async (texts) => texts.map(hashedVector),
  };
}

function hashedVector(text: string): Float32Array {
  const counts = new Map<string, number>();
  const count = (feature: string, weight: number) =>
    void counts.set(feature, (counts.get(feature) ?? 0) + weight);
  const words = wordsOf(text);
  for (const [index, word] of words.entries()) {
    count(word, 1);
    const next = words[index + 1];
    if (next !== undefined) count(`${word} ${next}`, PAIR_WEIGHT);
    for (const length of CHARACTERS)
      for (let at = 0; at + length <= word.length + 2; at++)
        count(`#${`<${word}>`.slice(at, at + length)}`, CHARACTER_WEIGHT);
  }
  const vector = new Float32Array(DIMENSION);
  for (const [feature, weight] of counts) {
    const hash = hashOf(feature);
    const at = hash % DIMENSION;
    const sign = (hash >>> 31) & 1 ? -1 : 1;
    // Repeated words add less and less.
    vector[at] = (vector[at] ?? 0) + sign * Math.log1p(weight);
  }
  return unit(vector);
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .replaceAll(/([a-z])([A-Z])/gu, "$1 $2")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** FNV-1a with a final mix, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** The vector at length 1; one of zeros stays. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
