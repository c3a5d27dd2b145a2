import type { Parameter } from "./graph.ts";
import type { Source } from "./task.ts";

/** An answer of an earlier call. */
export type Answered = { id: number; value: unknown; text: string };

/** What a call may take its values from. */
export type Around = { question: string; given: string; answers: readonly Answered[] };

const PLACEHOLDER = /^\$(\d+)\.([\w.]+)$/u;

/** An argument whose placeholder cannot be filled, and why. */
export class Unresolved {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** Ids of the calls whose answers fill placeholders of these arguments. */
export function placeholdersIn(given: Readonly<Record<string, unknown>>): number[] {
  return Object.values(given).flatMap((value) => {
    const [, id] = PLACEHOLDER.exec(typeof value === "string" ? value : "") ?? [];
    return id === undefined ? [] : [Number(id)];
  });
}

/** The arguments with `$3.solution` replaced by that part of the answer of call 3. */
export function resolve(
  given: Readonly<Record<string, unknown>>,
  answers: readonly Answered[],
): Record<string, unknown> | Unresolved {
  const resolved: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const [, id, path = ""] = PLACEHOLDER.exec(typeof value === "string" ? value : "") ?? [];
    if (id === undefined) {
      resolved[name] = value;
      continue;
    }
    const answer = answers.find((each) => each.id === Number(id));
    const found = answer === undefined ? undefined : at(answer.value, path.split("."));
    if (found === undefined || found === null)
      return new Unresolved(`no answer gives ${name} (${path})`);
    resolved[name] = found;
  }
  return resolved;
}

/** Where each argument comes from (provenance tags, after SAP, arXiv 2609.06124). */
export function sourcesOf(
  planned: Readonly<Record<string, unknown>>,
  resolved: Readonly<Record<string, unknown>>,
  around: Around,
): Source[] {
  return Object.entries(resolved).map(([argument, value]) => {
    const [filled] = placeholdersIn({ argument: planned[argument] });
    if (filled !== undefined) return { argument, from: "answer", call: filled };
    if (isIn(value, around.question)) return { argument, from: "question", call: null };
    const answer = around.answers.findLast(({ text }) => isIn(value, text));
    if (answer !== undefined) return { argument, from: "answer", call: answer.id };
    return { argument, from: isIn(value, around.given) ? "given" : "own", call: null };
  });
}

/** A value that tools hand on, or one that must be there, and that comes from nowhere; null: there is none. */
export function groundless(sources: readonly Source[], takes: readonly Parameter[]): string | null {
  const found = sources.find(({ argument, from }) => {
    const parameter = takes.find(({ name }) => name === argument);
    return from === "own" && (parameter?.isRequired === true || parameter?.title !== null);
  });
  return found?.argument ?? null;
}

/** Whether a text holds all texts of a value; numbers and switches are small enough to be anywhere. */
function isIn(value: unknown, text: string): boolean {
  if (typeof value === "string") return value === "" || text.includes(value.trim());
  if (Array.isArray(value)) return value.every((each) => isIn(each, text));
  if (typeof value === "object" && value !== null)
    return Object.values(value).every((each) => isIn(each, text));
  return typeof value !== "number" || new RegExp(`(?<![\\d.])${value}(?![\\d.])`, "u").test(text);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === "object" && inside !== null
        ? (inside as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
