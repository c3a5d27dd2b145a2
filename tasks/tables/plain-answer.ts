import type { AnswerForm } from "../competition.ts";

/** The number that an answer stands for, as plain text; empty for a missing one. */
export function plainAnswer(value: string, form: AnswerForm): string {
  if (form.missing.includes(value)) return "";
  let text = value.trim();
  if (form.prefix !== "") text = text.replace(form.prefix.trim(), "");
  if (form.suffix !== "") text = text.replace(form.suffix.trim(), "");
  if (form.thousands !== "") text = text.replaceAll(form.thousands, "");
  return (form.decimal === "," ? text.replace(",", ".") : text).trim();
}
