/** A whole number that a script gives a seed by: `SEED = 0`, `random_state=42`, `"seed": 1`. */
const SEEDS =
  /(\b(?:SEED|RANDOM_STATE|RANDOM_SEED|seed|random_state|random_seed)\b["']?\s*[=:]\s*)(\d{1,6})(?![\w.])/gu;

/** The same script with other seeds; null where it names none. `by`: 1 or more, the same again gives the same. */
export function reseed(code: string, by: number): string | null {
  const changed = code.replace(SEEDS, (_, before: string, seed: string) => {
    return `${before}${Number(seed) + 1000 * by}`;
  });
  return changed === code ? null : changed;
}
