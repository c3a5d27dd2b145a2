import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestRows } from "../../../../agent/memory/bank/nearest.ts";
import { packRows } from "../../../../agent/memory/bank/packed.ts";
import type { Rows } from "../../../../agent/memory/bank/rows.ts";

const number = fc.double({ min: -1, max: 1, noNaN: true });

/** Rows of vectors, of which some are gone and some are of a kind that is not admitted. */
const worlds = fc.integer({ min: 1, max: 12 }).chain((dimension) => {
  const vector = fc.array(number, { minLength: dimension, maxLength: dimension });
  const row = fc.record({ vector, isLive: fc.boolean(), kind: fc.integer({ min: 0, max: 1 }) });
  const rows = fc.array(row, { minLength: 1, maxLength: 60 });
  return fc.record({
    dimension: fc.constant(dimension),
    rows,
    query: vector,
    count: fc.integer({ min: 1, max: 9 }),
  });
});

test("the nearest rows are those of a search that compares all in full, in its order", () => {
  fc.assert(
    fc.property(worlds, ({ dimension, rows, query: asked, count }) => {
      const vectors = Float32Array.from(rows.flatMap(({ vector }) => vector));
      const query = Float32Array.from(asked);
      const table = {
        count: rows.length,
        kindOf: Int32Array.from(rows, ({ kind }) => kind),
        isLive: Uint8Array.from(rows, ({ isLive }) => (isLive ? 1 : 0)),
        ids: rows.map((_, row) => `l-${row}`),
        vectors,
      } as unknown as Rows;
      const similarity = (row: number) =>
        query.reduce((sum, value, at) => sum + value * (vectors[row * dimension + at] ?? 0), 0);
      const all = rows
        .flatMap(({ isLive, kind }, row) => (isLive && kind === 1 ? [row] : []))
        .sort((a, b) => similarity(b) - similarity(a) || a - b);
      const packed = packRows(vectors, dimension);
      const found = nearestRows(table, packed, query, count, Uint8Array.of(0, 1));
      expect(found.map(({ row }) => row)).toEqual(all.slice(0, count));
      for (const { id, row, similarity: its } of found) {
        expect(id).toBe(`l-${row}`);
        expect(its).toBe(similarity(row));
      }
    }),
    { numRuns: 300 },
  );
});
