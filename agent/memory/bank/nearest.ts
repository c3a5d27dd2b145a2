import { lowerOf, PAIRS_TOGETHER, type Packed, packedSums, packQuery, upperOf } from "./packed.ts";
import type { Rows } from "./rows.ts";

/** An item near a query. */
export type Near = { id: string; row: number; similarity: number };

/** The `count` nearest rows, exactly: those that the rounded products leave in question are compared in full. */
export function nearestRows(
  rows: Rows,
  packed: Packed,
  query: Float32Array,
  count: number,
  isAdmitted: Uint8Array,
): Near[] {
  const { ids, vectors } = rows;
  return inQuestion(rows, packed, query, count, isAdmitted)
    .map((row) => ({ id: ids[row] ?? "", row, similarity: product(query, vectors, row) }))
    .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
    .slice(0, count);
}

/** Rows that may be among the nearest: whose rounded product is as near to the last of the best as it can be off. */
function inQuestion(
  { count: rows, kindOf, isLive }: Rows,
  packed: Packed,
  query: Float32Array,
  count: number,
  isAdmitted: Uint8Array,
): number[] {
  const asked = packQuery(query, packed);
  const pairs = new Int32Array(PAIRS_TOGETHER);
  const sums = new Float64Array(PAIRS_TOGETHER);
  const best: number[] = [];
  const near: { row: number; about: number }[] = [];
  let least = Number.NEGATIVE_INFINITY;
  let size = 0;
  const isWanted = (row: number) =>
    row < rows && isLive[row] === 1 && isAdmitted[kindOf[row] as number] === 1;
  const look = (row: number, about: number) => {
    if (about < least - 2 * asked.slack || !isWanted(row)) return;
    near.push({ row, about });
    if (best.length === count && about <= least) return;
    const place = best.findIndex((each) => each < about);
    best.splice(place === -1 ? best.length : place, 0, about);
    if (best.length > count) best.pop();
    if (best.length === count) least = best.at(-1) ?? least;
  };
  const compare = () => {
    packedSums(asked, packed, pairs, sums);
    for (let at = 0; at < size; at++) {
      const [row, sum] = [2 * (pairs[at] as number), sums[at] as number];
      look(row, lowerOf(sum) * asked.unit);
      look(row + 1, upperOf(sum) * asked.unit);
    }
    size = 0;
  };
  for (let row = 0; row < rows; row += 2) {
    if (!isWanted(row) && !isWanted(row + 1)) continue;
    pairs[size++] = row / 2;
    if (size === PAIRS_TOGETHER) compare();
  }
  compare();
  return near.filter(({ about }) => about >= least - 2 * asked.slack).map(({ row }) => row);
}

function product(query: Float32Array, vectors: Float32Array, row: number): number {
  const from = row * query.length;
  let sum = 0;
  for (let at = 0; at < query.length; at++)
    sum += (query[at] as number) * (vectors[from + at] as number);
  return sum;
}
