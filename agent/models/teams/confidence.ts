/** Asks a member to say how sure it is. */
export const STATE_CONFIDENCE =
  "\n\nEnd your reply with one line of its own, `Confidence: <0 to 100>`: the probability in percent that your answer does what was asked.\n";

const LINE = /^[ \t>*_`#-]*confidence[ \t*_`]*[:=][ \t*_`]*(-?\d+(?:\.\d+)?)[ \t]*(%?)[^\n]*$/gimu;

/** The stated confidence from 0 to 1 (the last line that states one), and the text without such lines; null: none, or none from 0 to 100. */
export function readConfidence(text: string): { confidence: number | null; rest: string } {
  const last = [...text.matchAll(LINE)].at(-1);
  if (last === undefined) return { confidence: null, rest: text };
  const value = Number(last[1]);
  const isFraction = last[2] === "" && value > 0 && value < 1;
  const confidence = isFraction ? value : value / 100;
  const rest = text.replace(LINE, "").trimEnd();
  return { confidence: confidence >= 0 && confidence <= 1 ? confidence : null, rest };
}
