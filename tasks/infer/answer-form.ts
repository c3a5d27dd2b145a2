import type { AnswerForm, TaskFile } from "../competition.ts";
import { plainAnswer } from "../tables/plain-answer.ts";
import type { Sketch, Tables } from "../tables/sketch.ts";
import type { TargetGuess } from "./target.ts";

/** What people write where an answer is missing. */
const MISSING =
  /^(?:\s*|n\/?a|nan|null|none|nil|missing|unknown|undefined|no data|tbd|not (?:available|applicable|known|measured)|[+-]?inf(?:inity)?|<na>|#(?:n\/a|div\/0!|value!|ref!|name\?|num!|null!)|-+|\?|\.)$/iu;
/** Words that can hardly be a class of their own. */
const PLAINLY_MISSING = /^(?:\s*|n\/?a|nan|null|<na>|#n\/a|\?)$/iu;
const CURRENCY = String.raw`[$€£¥₹₽₩]|(?:USD|EUR|GBP|CHF|JPY|INR|Rs\.?|kr)`;
const AMOUNT = new RegExp(
  String.raw`^(?<sign>[-−]?)(?<prefix>(?:${CURRENCY})\s?)?(?<number>[-−]?[\d.,'’ \u00a0\u202f]*\d)(?<suffix>\s?(?:%|${CURRENCY}))?$`,
  "u",
);

type Negative = AnswerForm["negative"];
/** What stands around an amount below zero, whose signs may stand within or without. */
const NEGATIVES: Record<Exclude<Negative, "minus">, RegExp> = {
  parentheses: /^(?<before>[^\d()]*)\((?<within>[^()]*)\)(?<after>[^\d()]*)$/u,
  "minus-after": /^(?<before>[^\d()]*)(?<within>\d[^()]*?)[-−](?<after>[^\d()]*)$/u,
};

/** A number as it is written, apart from what stands around it. */
type Amount = { prefix: string; number: string; suffix: string; negative: Negative | null };

/**
 * How the answers are written where they are no plain numbers, from the values of a target; null where they are, or
 * where they are texts. Words for a missing answer count where the rest are numbers, or leave two classes.
 */
export function answerForm(sketch: Sketch): AnswerForm | null {
  const values = [...sketch.values.keys()];
  const missing = values.filter((value) => MISSING.test(value));
  const said = values.filter((value) => !MISSING.test(value));
  if (said.length === 0) return null;
  if (said.every(isPlain)) return missing.length === 0 ? null : { ...PLAIN, missing };
  const written = writtenForm(said);
  if (written !== null) return { ...written, missing };
  const plainly = values.filter((value) => PLAINLY_MISSING.test(value));
  const isTwo = plainly.length > 0 && values.length - plainly.length === 2;
  return isTwo ? { ...PLAIN, missing: plainly } : null;
}

const PLAIN = {
  missing: [],
  prefix: "",
  suffix: "",
  thousands: "",
  decimal: ".",
  negative: "minus",
} satisfies AnswerForm;

function isPlain(value: string): boolean {
  return value.trim() !== "" && Number.isFinite(Number(value));
}

/** Signs, separators and decimal point that make every value a number, or null. */
function writtenForm(values: readonly string[]): AnswerForm | null {
  const amounts = values.map(amountOf);
  const known = amounts.filter((amount) => amount !== null);
  if (known.length < values.length) return null;
  const prefix = mostTelling(known.map((amount) => amount.prefix));
  const suffix = mostTelling(known.map((amount) => amount.suffix));
  const numbers = known.map(({ number }) => number);
  const [negative = "minus", other] = new Set(known.flatMap((amount) => amount.negative ?? []));
  if (other !== undefined) return null;
  for (const [thousands, decimal] of SEPARATORS) {
    const shape = shapeOf(thousands, decimal);
    if (numbers.every((number) => shape.test(number)))
      return { missing: [], prefix, suffix, thousands, decimal, negative };
  }
  return null;
}

/** Commas between thousands are the commoner reading: `1,234` is not 1.234. Blanks may be those that do not break. */
const SEPARATORS = [
  ["", "."],
  [",", "."],
  ["", ","],
  [".", ","],
  [" ", "."],
  [" ", ","],
  ["\u00a0", ","],
  ["\u00a0", "."],
  ["\u202f", ","],
  ["\u202f", "."],
  ["'", "."],
  ["’", "."],
] as const;

function shapeOf(thousands: string, decimal: string): RegExp {
  const between = thousands === "" ? "" : `|\\d{1,3}(?:[${thousands}]\\d{3})+`;
  return new RegExp(`^-?(?:\\d+${between})?(?:[${decimal}]\\d+)?$`, "u");
}

function amountOf(value: string): Amount | null {
  const text = value.trim();
  for (const negative of ["parentheses", "minus-after"] as const) {
    const parts = NEGATIVES[negative].exec(text)?.groups;
    if (parts === undefined) continue;
    const { before = "", within = "", after = "" } = parts;
    const amount = plainAmount(`${before}${within}${after}`);
    if (amount?.negative === null) return { ...amount, negative };
  }
  return plainAmount(text);
}

function plainAmount(text: string): Amount | null {
  const groups = AMOUNT.exec(text)?.groups;
  if (groups === undefined) return null;
  const { sign = "", prefix = "", number = "", suffix = "" } = groups;
  const signed = `${sign}${number}`.replaceAll("−", "-");
  return { prefix, number: signed, suffix, negative: signed.startsWith("-") ? "minus" : null };
}

function mostTelling(parts: readonly string[]): string {
  return parts.find((part) => part !== "") ?? "";
}

/** The tables as solutions see them: answers in plain form. */
export function withPlainAnswers(
  tables: Tables,
  { target_columns }: Pick<TargetGuess, "target_columns">,
): { tables: Tables; form: TaskFile["answer_form"]; missing: number } {
  const [column = ""] = target_columns;
  const sketch = tables.train.columns.get(column);
  const form = sketch === undefined || target_columns.length > 1 ? null : answerForm(sketch);
  const none = sketch?.missing ?? 0;
  if (sketch === undefined || form === null) return { tables, form: null, missing: none };
  const columns = new Map(tables.train.columns);
  const plain = plainSketch(sketch, form);
  columns.set(column, plain);
  return {
    tables: { ...tables, train: { ...tables.train, columns } },
    form,
    missing: plain.missing,
  };
}

function plainSketch(sketch: Sketch, form: AnswerForm): Sketch {
  const values = new Map<string, number>();
  let missing = sketch.missing;
  for (const [value, count] of sketch.values) {
    const plain = plainAnswer(value, form);
    if (plain === "") missing += count;
    else values.set(plain, (values.get(plain) ?? 0) + count);
  }
  const numbers = [...values.keys()].map(Number);
  const numeric = numbers.length > 0 && numbers.every(Number.isFinite);
  const bounds = numeric
    ? {
        low: numbers.reduce((a, b) => Math.min(a, b)),
        high: numbers.reduce((a, b) => Math.max(a, b)),
      }
    : {};
  const integer = numeric && numbers.every(Number.isInteger);
  return { ...sketch, ...bounds, values, missing, numeric, integer };
}
