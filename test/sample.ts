import { createHash } from "node:crypto";

/** How much of a matrix runs in `npm test` and CI; all of it in `npm run test:full`. */
export type Sample = { size: number; seed: number };

/** Whether matrices run whole. */
export const isFull = process.env.FULL === "1";

/** All cases in a full run, else a sample of them, in their order; its seed is printed. SAMPLE_SEED=n draws another. */
export function sampled<T>(cases: readonly T[], sample: Sample): readonly T[] {
  const { size } = sample;
  if (isFull || cases.length <= size) return cases;
  const seed = seedOf(sample);
  print(size, cases.length, seed);
  // A number that a place always gets with a seed, whatever the other cases are.
  const drawn = (place: number): string =>
    createHash("sha256").update(`${seed} ${place}`).digest("hex");
  const chosen = new Set(
    cases
      .map((_, place) => place)
      .sort((a, b) => (drawn(a) < drawn(b) ? -1 : 1))
      .slice(0, size),
  );
  return cases.filter((_, place) => chosen.has(place));
}

/** Options of a property: in a full run so many random cases, else the fewer ones of a sample, the same for a seed. */
export function sampledRuns(full: number, sample: Sample): { numRuns: number; seed: number } {
  const { size } = sample;
  const seed = seedOf(sample);
  if (isFull || full <= size) return { numRuns: full, seed };
  print(size, full, seed);
  return { numRuns: size, seed };
}

function seedOf({ seed }: Sample): number {
  const { SAMPLE_SEED } = process.env;
  return SAMPLE_SEED === undefined ? seed : Number(SAMPLE_SEED);
}

function print(size: number, of: number, seed: number): void {
  console.log(`a sample of ${size} of ${of}, seed ${seed}; npm run test:full runs all`);
}
