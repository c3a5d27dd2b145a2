/**
 * One text for all that a library reads alike: `1.0` and `01`, `TRUE` and `True`, blanks around or none. The referee's
 * `judging/exact_text.py` reads texts so.
 */
export function sameReading(text: string): string {
  const plain = text.trim();
  const number = plain === "" ? Number.NaN : Number(plain);
  if (Number.isFinite(number)) return `number ${number}`;
  return /^(?:true|false)$/iu.test(plain) ? plain.toLowerCase() : `text ${plain}`;
}
