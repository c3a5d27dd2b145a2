import * as z from "zod";
import { type Reader, Unreadable } from "../role.ts";
import { type Fence, fencesOf } from "./fences.ts";
import { bracketed, parseJson } from "./json-text.ts";
import { looksLikeCode, plainCode } from "./plain-code.ts";

/** A reply as text: line ends made one, without the model's leading reasoning. */
function plain(text: string): string {
  return (text ?? "")
    .replace(/^\uFEFF/u, "")
    .replace(/\r\n?/gu, "\n")
    .replace(/^\s*<(think(?:ing)?)>[\s\S]*?(?:<\/\1>|$)/u, "");
}

/** Takes blank lines off both ends and nothing else; a last line end stays. */
function withoutBlankEnds(code: string): string {
  return `${code.replace(/^(?:[ \t]*\n)+/u, "").trimEnd()}\n`;
}

const pythonLabels = new Set(["python", "py", "python3", "py3", "ipython", "ipython3", "sage"]);
const openLabels = new Set(["", "text", "txt", "plaintext", "code", "tool_code", "output"]);
const wrapperLabels = new Set(["markdown", "md", "mdx"]);

/** Reads the one Python block of a reply: of several the longest, without a fence the plain code. */
export const oneCodeBlock: Reader<string> = {
  schema: null,
  read(text) {
    const reply = plain(text);
    if (reply.trim() === "") return new Unreadable("the reply was empty");
    const fences = fencesOf(reply);
    const python = longest(pythonFences(fences));
    if (python !== null) return withoutBlankEnds(python);
    if (fences.length > 0)
      return new Unreadable(
        "no fenced block of the reply holds Python; answer with one ```python block",
      );
    const code = plainCode(reply);
    return code === null
      ? new Unreadable("the reply holds no code; answer with one ```python block")
      : withoutBlankEnds(code);
  },
};

/** Fences in fences are read so deep. */
const MAX_DEPTH = 4;

function pythonFences(fences: readonly Fence[], depth = 1): string[] {
  const solid = fences.filter((fence) => fence.text.trim() !== "");
  const labeled = solid.filter((fence) => pythonLabels.has(fence.label));
  if (labeled.length > 0) return labeled.map((fence) => fence.text);
  const wrapped =
    depth === MAX_DEPTH ? [] : solid.filter((fence) => wrapperLabels.has(fence.label));
  const inner = wrapped.flatMap((fence) => pythonFences(fencesOf(fence.text), depth + 1));
  if (inner.length > 0) return inner;
  return solid
    .filter((fence) => openLabels.has(fence.label) && looksLikeCode(fence.text))
    .map((fence) => fence.text);
}

function longest(texts: readonly string[]): string | null {
  return texts.reduce<string | null>(
    (best, text) => (best === null || text.length > best.length ? text : best),
    null,
  );
}

/** A change of a script: what is to be changed and why, and the new text of each place that it names. */
export type PlannedChange = { plan: string; parts: { place: string | null; code: string }[] };

/** Lines above a fence that may say which block it is. */
const NAMING_LINES = 3;

/**
 * Reads a plan and the code for it: prose first, then fenced Python, each block named (`block-4`, or `script` for all
 * of it) behind the opening marks or in the lines above; one that is not named has the place null.
 */
export const plannedChange: Reader<PlannedChange> = {
  schema: null,
  read(text) {
    const reply = plain(text);
    if (reply.trim() === "") return new Unreadable("the reply was empty");
    const fences = fencesOf(reply).filter(
      ({ label, text: code }) =>
        code.trim() !== "" &&
        (pythonLabels.has(label) || placeIn(label) !== null || openLabels.has(label)),
    );
    const [first] = fences;
    if (first === undefined)
      return new Unreadable("the reply holds no code; answer with a plan and ```python blocks");
    const plan = planIn(first.before);
    if (plan === "") return new Unreadable("there is no plan before the code");
    const parts = fences.map(({ info, before, text: code }) => ({
      place: placeIn(info) ?? placeAbove(before),
      code: withoutBlankEnds(code),
    }));
    return { plan, parts };
  },
};

/** The last place that a text names; null where it names none. */
function placeIn(text: string): string | null {
  return (
    text
      .match(/\bblock-\d+\b|\bscript\b/giu)
      ?.at(-1)
      ?.toLowerCase() ?? null
  );
}

/** The place that the lines above a fence name: a block wherever they name it, all of the script in a line of its own. */
function placeAbove(text: string): string | null {
  const lines = text.trim().split("\n").slice(-NAMING_LINES);
  const named = lines.flatMap((line) => line.match(/\bblock-\d+\b/giu) ?? []).at(-1);
  if (named !== undefined) return named.toLowerCase();
  return lines.some((line) => /^[\s#*`]*script[\s*`:.]*$/iu.test(line)) ? "script" : null;
}

/** Prose before the first code, without headings and without the line that names the block. */
function planIn(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/^\s*(?:#+\s*)?(?:\*\*)?plan(?:\*\*)?\s*:?\s*(?:\*\*)?\s*$/iu, ""))
    .filter((line) => !/^[\s#*`]*(?:block-\d+|script)[\s*`:.]*$/iu.test(line))
    .join("\n")
    .trim();
}

/** Reads a code block, or null where the reply says the agreed sentence instead. */
export function codeUnless(sentence: string): Reader<string | null> {
  const expected = normalizedWords(sentence);
  return {
    schema: null,
    read(text) {
      const code = oneCodeBlock.read(text);
      if (!(code instanceof Unreadable) && !normalizedWords(code).startsWith(expected)) return code;
      if (normalizedWords(plain(text)).includes(expected)) return null;
      return new Unreadable(
        `neither a \`\`\`python block nor the sentence "${sentence}" was found in the reply`,
      );
    },
  };
}

function normalizedWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, " ")
    .trim();
}

/** Reads text for people: without a fence or reasoning around it. */
export const prose: Reader<string> = {
  schema: null,
  read(text) {
    const reply = plain(text).trim();
    const [only] = fencesOf(reply);
    const lastLine = reply.slice(reply.lastIndexOf("\n") + 1);
    const isWrapped =
      only?.closed === true &&
      /^(?:```|~~~)/u.test(reply) &&
      lastLine !== reply &&
      /^(?:`{3,}|~{3,})$/u.test(lastLine);
    const answer = isWrapped && fencesOf(reply).length === 1 ? only.text.trim() : reply;
    return answer === "" ? new Unreadable("the reply was empty") : answer;
  },
};

/** Text that is more than white space; taken as it stands. */
export const filled = z.string().refine((text) => text.trim() !== "", "must not be empty");

/** Text that may be missing or null, then empty. */
export const optionalText = z.preprocess((value) => value ?? "", z.string());

/** Reads an answer that is data: bare, fenced or with prose around it; checked against `type`. */
export function data<Out>(type: z.ZodType<Out>): Reader<Out> {
  return {
    schema: z.toJSONSchema(type),
    read(text) {
      return readValue(text, (value) => {
        const parsed = type.safeParse(value);
        return parsed.success ? parsed.data : new Unreadable(explain(parsed.error));
      });
    },
  };
}

/**
 * Reads a list that is asked for as `{ [name]: [...] }`: also a bare list or a single item. Items that do not
 * fit are left out; a list without one item that fits is unreadable.
 */
export function list<Out>(name: string, item: z.ZodType<Out>): Reader<Out[]> {
  return {
    schema: z.toJSONSchema(z.object({ [name]: z.array(item) })),
    read(text) {
      return readValue(text, (value) => {
        if (!Array.isArray(value)) return new Unreadable(`expected a list of ${name}`);
        const parsed = value.map((each) => item.safeParse(each));
        const good = parsed.flatMap((each) => (each.success ? [each.data] : []));
        const bad = parsed.find((each) => !each.success);
        if (good.length > 0) return good;
        return new Unreadable(
          bad?.error === undefined ? `the list of ${name} is empty` : explain(bad.error),
        );
      });
    },
  };
}

function readValue<Out>(
  text: string,
  accept: (value: unknown) => Out | Unreadable,
): Out | Unreadable {
  const reply = plain(text);
  if (reply.trim() === "") return new Unreadable("the reply was empty");
  let why: Unreadable | null = null;
  for (const candidate of candidates(reply)) {
    const found = parseJson(candidate);
    if (found === null) continue;
    for (const value of readings(found.value)) {
      const output = accept(value);
      if (!(output instanceof Unreadable)) return output;
      why ??= output;
    }
  }
  return why ?? new Unreadable("the reply holds no JSON; answer with JSON only");
}

/** No honest reply holds its JSON behind more fences. */
const MAX_FENCES = 100;

function candidates(reply: string): string[] {
  const fences = fencesOf(reply)
    .filter((fence) => /^(?:json[5cl]?|)$/u.test(fence.label))
    .slice(0, MAX_FENCES);
  const fenced = fences.map((fence) => fence.text);
  return [reply.trim(), ...fenced, ...fenced.flatMap(bracketed), ...bracketed(reply)];
}

/** A value as it is; the first of a list; what a wrapper holds; the only item of a list. */
function readings(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.length > 0 ? [value, value[0]] : [value];
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value);
  const lists = inner.filter((each) => Array.isArray(each));
  const wrapped = lists.length === 1 ? lists : inner.length === 1 ? inner : [];
  return [value, ...wrapped, [value]];
}

function explain(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join(".") || "the answer"}: ${issue.message}`)
    .join("; ");
}
