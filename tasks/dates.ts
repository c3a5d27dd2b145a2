/**
 * A sortable number for a text that is plainly a date (and time of day), else null. Day and month of
 * `03/04/2020` cannot be told apart from one value, so `dayFirst` says what a look at the column found.
 */
export function dateKey(text: string, dayFirst: boolean): number | null {
  const iso = ISO.exec(text);
  if (iso !== null) return key(iso[1], iso[2], iso[3] ?? "1", iso.slice(4));
  const slashed = SLASHED.exec(text);
  if (slashed !== null) {
    const [, first, second, year, ...clock] = slashed;
    return dayFirst ? key(year, second, first, clock) : key(year, first, second, clock);
  }
  const packed = PACKED.exec(text);
  return packed === null ? null : key(packed[1], packed[2], packed[3], []);
}

/** Whether `13/04/2020`-like values prove that the day comes first. */
export function isDayFirst(values: readonly string[]): boolean {
  return values.some((value) => Number(SLASHED.exec(value)?.[1] ?? 0) > 12);
}

const CLOCK = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?`;
const ISO = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?${CLOCK}$`, "u");
const SLASHED = new RegExp(String.raw`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})${CLOCK}$`, "u");
const PACKED = /^((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/u;

function key(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  clock: readonly (string | undefined)[],
): number | null {
  if (Number(month) > 12 || Number(month) < 1 || Number(day) > 31 || Number(day) < 1) return null;
  const [hour, minute, second] = clock.map((part) => Number(part ?? 0));
  return Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    hour ?? 0,
    minute ?? 0,
    second ?? 0,
  );
}
