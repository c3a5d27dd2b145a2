import type { Split } from "../../runs/events/scoring.ts";

/** A split of 1000 rows as a referee freezes it: three folds, the first of which judges. */
export function madeSplit(some: Partial<Split> = {}): Split {
  return {
    kind: "holdout",
    strategy: "random",
    why: "scripted",
    hash: "0",
    folds: [0, 1, 2].map((fold) => ({
      view: `fold-${fold}` as const,
      trainRows: 800,
      validRows: 100,
    })),
    searchFolds: 1,
    sealedRows: 100,
    trainRows: 1000,
    testRows: 100,
    notes: [],
    heldBack: [],
    subsample: null,
    ...some,
  };
}
