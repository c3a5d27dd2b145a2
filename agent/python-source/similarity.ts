/** How alike two lines are, 0 to 1: shared pairs of neighboring characters (Dice). */
export function lineSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  if (a.length < 2 || b.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let at = 0; at + 1 < a.length; at++) {
    const pair = a.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let shared = 0;
  for (let at = 0; at + 1 < b.length; at++) {
    const pair = b.slice(at, at + 2);
    const left = pairs.get(pair) ?? 0;
    if (left === 0) continue;
    pairs.set(pair, left - 1);
    shared += 1;
  }
  return (2 * shared) / (a.length - 1 + (b.length - 1));
}

/** How alike two runs of lines are, 0 to 1: the best order-keeping matching, lines weighted by length. */
export function runSimilarity(a: readonly string[], b: readonly string[]): number {
  const total = weight(a) + weight(b);
  if (total === 0) return 0;
  let above = new Array<number>(b.length + 1).fill(0);
  for (const line of a) {
    const row = [0];
    b.forEach((other, j) => {
      const similarity = lineSimilarity(line, other);
      const matched = similarity < 0.5 ? 0 : similarity * (line.length + other.length);
      row.push(Math.max((above[j] ?? 0) + matched, above[j + 1] ?? 0, row[j] ?? 0));
    });
    above = row;
  }
  return (above[b.length] ?? 0) / total;
}

function weight(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
