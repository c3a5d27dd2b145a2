/** A number for people, to so many significant digits, without trailing zeros. */
export function showNumber(value: number, digits = 4): string {
  return Number(value.toPrecision(digits)).toString();
}

/** A score for people: six digits carry more than any validation set can tell; a missing one is a dash. */
export function showScore(score: number | null): string {
  return score === null ? "–" : showNumber(score, 6);
}

/** A gain for people, with its sign. */
export function showGain(gain: number): string {
  return gain > 0 ? `+${showScore(gain)}` : showScore(gain);
}

/**
 * A value with as many decimals as what is known of it supports: `uncertainty` (half an interval, a standard error)
 * keeps two digits. With none it is shown as a score.
 */
export function showWithin(value: number | null, uncertainty: number | null): string {
  if (value === null || uncertainty === null || !(uncertainty > 0)) return showScore(value);
  const last = Math.floor(Math.log10(uncertainty)) - 1;
  // `toFixed` knows up to 100 decimals, and beyond 15 digits there is nothing to tell.
  if (last < -15) return showScore(value);
  if (last < 0) return Number(value.toFixed(-last)).toString();
  return String(Math.round(value / 10 ** last) * 10 ** last);
}

/** A score with its interval, both rounded to what the interval supports: `0.473 [0.417, 0.552]`. */
export function showScoreWithin(
  score: number | null,
  interval: readonly [number, number] | null,
): string {
  if (score === null || interval === null) return showScore(score);
  const half = halfOf(interval);
  const [low, high] = interval.map((end) => showWithin(end, half));
  return `${showWithin(score, half)} [${low}, ${high}]`;
}

/** A score alone, rounded to what its interval supports. */
export function showScoreOf(
  score: number | null,
  interval: readonly [number, number] | null,
): string {
  return showWithin(score, interval === null ? null : halfOf(interval));
}

/** A gain with its standard error: `+0.026 ± 0.011`. */
export function showGainWithin(gain: number, standardError: number | null): string {
  const shown = showWithin(gain, standardError);
  const signed = gain > 0 ? `+${shown}` : shown;
  return standardError === null
    ? signed
    : `${signed} ± ${showWithin(standardError, standardError)}`;
}

function halfOf([low, high]: readonly [number, number]): number {
  return Math.abs(high - low) / 2;
}

/** A share for people: `95 %`, `0.25 %`; two digits count below one percent. */
export function showPercent(share: number): string {
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 0)} %`;
}

/** `1 round`, `2 rounds`. */
export function showPlural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Seconds for people: `12.3s`, `4m 05s`, `2h 03m`. */
export function showSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes}m ${twoDigits(rest)}s`;
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

/** Dollars for people; `?` when the price of some call is unknown. */
export function showUsd(usd: number | null): string {
  if (usd === null) return "$?";
  return usd === 0 || usd >= 0.01 ? `$${usd.toFixed(2)}` : `$${usd.toPrecision(1)}`;
}

/** What was done with GPUs, for people: the most memory at once, and how busy they were. */
export function showGpu({ peakMb, utilization }: { peakMb: number; utilization: number }): string {
  return `GPU ${(peakMb / 1024).toFixed(1)} GB ${Math.round(utilization)} %`;
}

/** What a script did besides reading its input, for people; nothing where there was nothing. */
export function showAudit(seen: { [what: string]: readonly string[] }): string {
  const words = { processes: "program", sockets: "socket", outside: "file of the system" };
  const parts = Object.entries(words).flatMap(([kind, word]) => {
    const count = seen[kind]?.length ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? word : word.replace(/(?= of|$)/u, "s")}`];
  });
  return parts.length === 0 ? "" : `used ${parts.join(", ")}`;
}

/** Counts for people: `950`, `12.3k`, `4.5M`. */
export function showCount(count: number): string {
  if (count < 1_000) return String(count);
  return count < 999_950 ? `${(count / 1_000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** Text of a model or a script on one line of ours: no line breaks, no control characters, not too long. */
export function showText(text: string, most = 160): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return flat.length <= most ? flat : `${flat.slice(0, most - 1).trimEnd()}…`;
}

/**
 * Text of a model, a script or a page as a block: lines and tabs stay, other characters that cannot be seen (control
 * codes, marks that turn the direction of reading) are written out, so that they can do nothing; its middle goes
 * when it is too long.
 */
export function showBlock(text: string, most = 20_000): string {
  const seen = text
    .replace(/\r\n?/gu, "\n")
    .replace(/[^\P{C}\n\t]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
  if (seen.length <= most) return seen;
  const half = Math.floor(most / 2);
  return `${seen.slice(0, half)}\n… ${seen.length - 2 * half} characters left out …\n${seen.slice(-half)}`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}
