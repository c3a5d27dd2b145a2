const phrase = "final validation performance";
const number = /^[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?/iu;

/**
 * The score a script printed of itself, for self-reported runs only: the last line with the phrase decides, and
 * only a finite number counts. Sign, exponent, thousands separators, percent and decoration are fine.
 */
export function parseScoreLine(output: string): number | null {
  const announced = output
    .split(/[\r\n]+/u)
    .map(afterPhrase)
    .filter((text) => text !== null);
  const last = announced.at(-1);
  return last === undefined ? null : readNumber(last);
}

/** What follows the phrase and its colon or equals sign, or null when the line announces no value. */
function afterPhrase(line: string): string | null {
  const at = line.toLowerCase().lastIndexOf(phrase);
  if (at === -1) return null;
  const rest = line.slice(at + phrase.length);
  return /^[\s*_`"']*(?:\([^()]*\))?[\s*_`"']*[:=]+[\s*_`"']*(.*)$/u.exec(rest)?.[1] ?? null;
}

function readNumber(text: string): number | null {
  const digits = number.exec(text)?.[0];
  if (digits === undefined) return null;
  const rest = text.slice(digits.length);
  // A number goes on (`0.5.1`, `0.5abc`, `1,23`, `1 234`): then it was none.
  if (!/^(?:\s*%)?(?!\s+\d)(?:$|[\s*_`"')\]|;]|[.,!](?:\s|$)|\()/u.test(rest)) return null;
  const value = Number(digits.replaceAll(",", ""));
  const scaled = /^\s*%/u.test(rest) ? value / 100 : value;
  return Number.isFinite(scaled) ? scaled : null;
}
