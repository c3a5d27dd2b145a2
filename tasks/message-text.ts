import { relative } from "node:path";

/** A path as people want to read it in a message: short where it lies below the working directory. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}

/** The candidate a mistyped word most likely meant, or null when none is near. */
function closest(word: string, candidates: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(folded(word), folded(candidate));
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** A longer list would hide what is said before it. */
const MAX_LISTED = 50;
const LISTED_OF_MANY = 5;

/** The sentence part that offers a near candidate, else the whole list, or of a long one those nearest. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  if (near !== null) return `did you mean "${near}"?`;
  if (candidates.length <= MAX_LISTED) return `known: ${candidates.join(", ")}`;
  const far = new Map(candidates.map((name) => [name, farness(word, name)]));
  const sorted = candidates.toSorted((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0));
  return `nearest: ${sorted.slice(0, LISTED_OF_MANY).join(", ")}`;
}

/** How far the parts of a word are from the parts of a name, each as a share of its length; parts that only the name has are free. */
function farness(word: string, name: string): number {
  const partsOf = (text: string) => text.toLowerCase().split(/[^a-z0-9]+/u);
  return partsOf(word).reduce((sum, part) => {
    const distances = partsOf(name).map((other) => editDistance(part, other));
    return sum + Math.min(...distances) / Math.max(1, part.length);
  }, 0);
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/gu, "");
}

/** Changes, insertions, deletions and swaps of neighbors that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : change;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
