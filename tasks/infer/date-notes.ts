import { dateWords } from "../date-words.ts";
import type { DateForms } from "../tables/date-forms.ts";
import type { Tables } from "../tables/sketch.ts";

/** How the date columns of train are written, a line each, and what nothing shows. */
export function dateNotes({ train }: Tables, { forms, guessed }: DateForms): string[] {
  return [...forms]
    .filter(([name]) => train.header.includes(name))
    .map(([name, form]) => {
      const [example = ""] = train.columns.get(name)?.values.keys() ?? [];
      const doubt = guessed.includes(name)
        ? "; no file has a day after the twelfth: dates: in task.yaml changes it"
        : "";
      return `dates in ${name}: ${dateWords(form)}, as ${example}${doubt}`;
    });
}
