/** Bytes per token at the least: code, digits and foreign scripts run short. */
const FEWEST_BYTES = 2.5;
const USUAL_BYTES = 3.5;

/** Tokens of a text whose count nobody told; no tokenizer off-line is true to every model. */
export function guessTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / USUAL_BYTES);
}

/** More tokens than a text has. */
export function mostTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / FEWEST_BYTES);
}
