import type { AnswerForm } from "../competition.ts";

/** The number that an answer stands for, as plain text; empty for a missing one. */
export function plainAnswer(value: string, form: AnswerForm): string {
  if (form.missing.includes(value)) return "";
  const bare = withoutSign(value.trim(), form);
  let text = bare ?? value.trim();
  if (form.prefix !== "") text = text.replace(form.prefix.trim(), "");
  if (form.suffix !== "") text = text.replace(form.suffix.trim(), "");
  if (form.thousands !== "") text = text.replaceAll(form.thousands, "");
  const plain = (form.decimal === "," ? text.replace(",", ".") : text).trim();
  return bare !== null ? `-${plain}` : plain;
}

/** What says that a number is below zero, and the rest of it in groups; `answer_form.py` of the referee reads alike. */
const NEGATIVES: Record<AnswerForm["negative"], RegExp> = {
  minus: /^([^\d.]*)[-−](.*)$/su,
  parentheses: /^([^\d()]*)\(([^()]+)\)([^\d()]*)$/u,
  "minus-after": /^(.*\d[^\d]*)[-−]([^\d]*)$/su,
};

/** A number below zero without what says so, by a sign before it or in the form's own way; null for any other. */
function withoutSign(text: string, { negative }: AnswerForm): string | null {
  for (const name of ["minus", negative] as const) {
    const found = NEGATIVES[name].exec(text);
    if (found !== null) return found.slice(1).join("");
  }
  return null;
}
