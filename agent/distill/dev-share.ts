import type { Splits } from "../../runs/record/splits.ts";
import { sha256 } from "../../runs/sha256.ts";

/** Share of the competitions that are for dev, where no file of splits says which. */
export const DEV_SHARE = 0.2;

const BUCKETS = 10_000;

/**
 * The same splits, with a share (0..1) of the competitions to train on for dev instead: always the same ones, drawn by
 * their ids, so that a competition's rows stay together however many runs there are.
 */
export function withDevShare(splits: Splits, share: number): Splits {
  const drawn = (id: string) => Number.parseInt(sha256(id).slice(0, 8), 16) % BUCKETS;
  return {
    of(competition) {
      const split = splits.of(competition);
      return split === "train" && drawn(competition) < share * BUCKETS ? "dev" : split;
    },
  };
}
