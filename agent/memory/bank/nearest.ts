import type { Rows } from "./rows.ts";

/** An item near a query. */
export type Near = { id: string; row: number; similarity: number };

/** Rows that are compared with a query together: each of its numbers is read once for all of them. */
const SIDE_BY_SIDE = 8;

/** One pass over all vectors; the nearest so far are kept in order, so that most rows cost one product. */
export function nearestRows(
  { count: rows, kindOf, isLive, ids, vectors }: Rows,
  query: Float32Array,
  count: number,
  isAdmitted: Uint8Array,
): Near[] {
  const best: Near[] = [];
  // Products of doubles: a number of the query is then converted once, not once a row.
  const asked = Float64Array.from(query);
  const batch = new Int32Array(SIDE_BY_SIDE);
  const similarities = new Float64Array(SIDE_BY_SIDE);
  let least = Number.NEGATIVE_INFINITY;
  let size = 0;
  const compare = () => {
    products(asked, vectors, batch, similarities);
    for (let at = 0; at < size; at++) {
      const similarity = similarities[at] as number;
      if (best.length === count && similarity <= least) continue;
      const row = batch[at] as number;
      const place = best.findIndex((each) => each.similarity < similarity);
      best.splice(place === -1 ? best.length : place, 0, { id: ids[row] ?? "", row, similarity });
      if (best.length > count) best.pop();
      least = best.at(-1)?.similarity ?? Number.POSITIVE_INFINITY;
    }
    size = 0;
  };
  for (let row = 0; row < rows; row++) {
    if (isLive[row] !== 1 || isAdmitted[kindOf[row] as number] !== 1) continue;
    batch[size++] = row;
    if (size === SIDE_BY_SIDE) compare();
  }
  compare();
  return best;
}

/**
 * The products of a query with the rows of a batch. Plain variables and no array for the sums: taking an array apart
 * costs as much here as the products themselves.
 */
function products(
  query: Float64Array,
  vectors: Float32Array,
  batch: Int32Array,
  found: Float64Array,
): void {
  const { length } = query;
  const aAt = (batch[0] as number) * length;
  const bAt = (batch[1] as number) * length;
  const cAt = (batch[2] as number) * length;
  const dAt = (batch[3] as number) * length;
  const eAt = (batch[4] as number) * length;
  const fAt = (batch[5] as number) * length;
  const gAt = (batch[6] as number) * length;
  const hAt = (batch[7] as number) * length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let at = 0; at < length; at++) {
    const value = query[at] as number;
    a += value * (vectors[aAt + at] as number);
    b += value * (vectors[bAt + at] as number);
    c += value * (vectors[cAt + at] as number);
    d += value * (vectors[dAt + at] as number);
    e += value * (vectors[eAt + at] as number);
    f += value * (vectors[fAt + at] as number);
    g += value * (vectors[gAt + at] as number);
    h += value * (vectors[hAt + at] as number);
  }
  found[0] = a;
  found[1] = b;
  found[2] = c;
  found[3] = d;
  found[4] = e;
  found[5] = f;
  found[6] = g;
  found[7] = h;
}
