import { sha256 } from "../../runs/sha256.ts";
import type { Run } from "../run/run.ts";
import type { Solution } from "../solution.ts";

/**
 * Items in an order that no script can foresee, and that the same run draws again: by a hash of the script's own text
 * and of the split, of which a script knows neither rows nor answers.
 */
export function drawOrder<T extends string>(
  run: Run,
  { code }: Solution,
  items: readonly T[],
): T[] {
  const { hash } = run.referee.split;
  const place = (item: T) => sha256([hash, sha256(code), item].join("\0"));
  return [...items].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
