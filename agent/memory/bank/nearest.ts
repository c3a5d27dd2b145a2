import type { Rows } from "./rows.ts";

/** An item near a query. */
export type Near = { id: string; row: number; similarity: number };

/** One pass over all vectors; the nearest so far are kept in order, so that most rows cost one product. */
export function nearestRows(
  { count: rows, kindOf, isLive, ids, vectors }: Rows,
  query: Float32Array,
  count: number,
  isAdmitted: Uint8Array,
): Near[] {
  const best: Near[] = [];
  const { length } = query;
  for (let row = 0; row < rows; row++) {
    if (isLive[row] !== 1 || isAdmitted[kindOf[row] as number] !== 1) continue;
    const similarity = product(query, vectors, row * length);
    if (best.length === count && similarity <= (best.at(-1)?.similarity ?? 0)) continue;
    const place = best.findIndex((each) => each.similarity < similarity);
    best.splice(place === -1 ? best.length : place, 0, { id: ids[row] ?? "", row, similarity });
    if (best.length > count) best.pop();
  }
  return best;
}

/** Four sums side by side, which the processor adds at once. */
function product(query: Float32Array, vectors: Float32Array, start: number): number {
  const { length } = query;
  let [a, b, c, d] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 3 < length; at += 4) {
    a += (query[at] as number) * (vectors[start + at] as number);
    b += (query[at + 1] as number) * (vectors[start + at + 1] as number);
    c += (query[at + 2] as number) * (vectors[start + at + 2] as number);
    d += (query[at + 3] as number) * (vectors[start + at + 3] as number);
  }
  for (; at < length; at++) a += (query[at] as number) * (vectors[start + at] as number);
  return a + b + c + d;
}
