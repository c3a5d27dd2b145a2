import { bon } from "./bon.ts";
import { hybrid } from "./hybrid.ts";
import { iad } from "./iad.ts";
import type { Archive, Move } from "./policy.ts";

/**
 * Noise over spread up to which feedback is built on, and up to which a leader that is run again is: simulated with
 * `npm run measure -- policies`, and after the table of the slot world in docs/figures.md.
 */
const CLEAR = 0.3;
const USABLE = 0.65;
/** Feedback needs rounds to pay: with fewer attempts than this, independent ones did better. */
const MIN_ATTEMPTS = 12;
/** Scores that a spread can be told from. */
const MIN_SCORES = 3;

/**
 * Chooses among the others by measured figures: the noise of a score over the spread of the scores so far, and the
 * attempts that the step has. A small model gets independent attempts (arXiv 2607.28576: at equal tokens no
 * reflection beat repeated sampling for models of 1.5 to 7 billion parameters).
 */
export function auto(archive: Archive): Move {
  const { attempts, tried, isSmallModel } = archive;
  const noise = noiseOf(archive);
  const spread = spreadOf(archive);
  const ratio = noise === null || spread === null || spread === 0 ? null : noise / spread;
  const facts = { attempts: attempts.most, noise: noise ?? -1, spread: spread ?? -1 };
  const say = (move: Move, name: string, because: string): Move => ({
    ...move,
    by: `auto: ${name}`,
    why: `${because}; ${move.why}`,
    facts: { ...move.facts, ...facts },
  });
  if (isSmallModel) return say(bon(archive), "bon", "a small model answers");
  if (attempts.most < MIN_ATTEMPTS)
    return say(bon(archive), "bon", `fewer than ${MIN_ATTEMPTS} attempts`);
  if (tried.length < MIN_SCORES)
    return say(bon(archive), "bon", "noise and spread are not known yet");
  if (ratio === null) return say(bon(archive), "bon", "noise over spread cannot be told");
  const figure = `noise over spread ${ratio.toPrecision(2)}`;
  if (ratio <= CLEAR) return say(iad(archive), "iad", figure);
  return ratio <= USABLE
    ? say(hybrid(archive), "hybrid", figure)
    : say(bon(archive), "bon", figure);
}

/** Standard error of one score, by the middle one of those of the differences; null where none was measured. */
function noiseOf({ tried }: Archive): number | null {
  const errors = tried
    .flatMap(({ standardError }) => (standardError === null ? [] : [standardError]))
    .sort((a, b) => a - b);
  const middle = errors[Math.floor((errors.length - 1) / 2)];
  return middle === undefined ? null : middle / Math.SQRT2;
}

/** Standard deviation of the scores of the attempts. */
function spreadOf({ tried }: Archive): number | null {
  const values = tried.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length < MIN_SCORES) return null;
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Billions of parameters up to which a model counts as small. */
const SMALL_BILLIONS = 9;

/** Whether the name of a model says that it is small: `qwen2.5-coder:7b`, `gemma-270m`, `…-nano`. */
export function isSmallModel(name: string): boolean {
  const [, number, unit] = /(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)(b|m)(?![a-z0-9])/iu.exec(name) ?? [];
  if (number !== undefined) return unit?.toLowerCase() === "m" || Number(number) <= SMALL_BILLIONS;
  return /(?:^|[^a-z])(?:nano|tiny)(?:$|[^a-z])/iu.test(name);
}
