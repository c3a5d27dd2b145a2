/** A value found in a text, or nothing. */
export type Found = { value: unknown } | null;

/** Parses JSON; common deviations are repaired: trailing commas, raw line ends, Python literals. */
export function parseJson(text: string): Found {
  for (const candidate of [text, repair(text)]) {
    try {
      return { value: JSON.parse(candidate) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return null;
}

/** An opening bracket that is never closed costs a look at all that follows: so many times that is afforded. */
const MAX_READS = 4;

/** The bracketed parts of a text that could be JSON, longest first; at most 50 opening brackets are tried. */
export function bracketed(text: string): string[] {
  const parts: string[] = [];
  const brackets = /[[{]/gu;
  let read = 0;
  for (let tries = 0; tries < 50 && read <= MAX_READS * text.length; tries++) {
    const start = brackets.exec(text)?.index;
    if (start === undefined) break;
    const { end, seen } = closingBracket(text, start);
    read += seen;
    if (end === null) continue;
    parts.push(text.slice(start, end + 1));
    brackets.lastIndex = end + 1;
  }
  return parts.sort((a, b) => b.length - a.length).slice(0, 20);
}

const pairs: Record<string, string> = { "{": "}", "[": "]" };

/** Where a bracket is closed, null where it is not; and how many characters were read to know it. */
function closingBracket(text: string, start: number): { end: number | null; seen: number } {
  const closers: string[] = [];
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    const closer = pairs[character];
    if (closer !== undefined) closers.push(closer);
    else if (character === '"') at = stringEnd(text, at) - 1;
    else if (character !== "}" && character !== "]") continue;
    else if (closers.pop() !== character) break;
    if (closers.length === 0) return { end: at, seen: at - start };
  }
  return { end: null, seen: at - start };
}

/** Index just behind the string that starts at `at`; three quotes may open it. */
function stringEnd(text: string, at: number): number {
  const quote = text[at] ?? "";
  const mark = text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  let end = at + mark.length;
  while (end < text.length && !text.startsWith(mark, end)) end += text[end] === "\\" ? 2 : 1;
  return Math.min(end + mark.length, text.length);
}

const literals: Record<string, string> = { True: "true", False: "false", None: "null" };

/** A run of characters that mean nothing to `repair`. */
const PLAIN = /[^"'[\]{},:TFN]+/uy;
const LITERAL = /(?:True|False|None)\b/uy;

function repair(text: string): string {
  const done = openRepair();
  for (let at = 0; at < text.length; ) {
    const part = matchAt(PLAIN, text, at);
    const isLiteral = part === null && done.opensValue() && matchAt(LITERAL, text, at) !== null;
    const word = isLiteral ? matchAt(LITERAL, text, at) : null;
    const character = text[at] ?? "";
    const opensString = character === '"' || (character === "'" && done.opensValue());
    const end = opensString ? stringEnd(text, at) : at + (part ?? word ?? character).length;
    const taken = text.slice(at, end);
    done.add(opensString ? repairString(taken) : (literals[taken] ?? taken));
    at = end;
  }
  return done.text();
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** A text in the making, which leaves out a comma before a closing bracket. */
function openRepair() {
  let text = "";
  /** The last comma and the space behind it, until what follows is known. */
  let comma: string | null = null;
  let last = "";
  return {
    /** Whether a value or key may begin here. */
    opensValue: () => /^(?:|[[{,:])$/u.test(last),
    add(part: string): void {
      if (part.trim() === "") {
        if (comma === null) text += part;
        else comma += part;
        return;
      }
      const isClosing = part === "}" || part === "]";
      text += (isClosing ? comma?.slice(1) : comma) ?? "";
      comma = part === "," ? part : null;
      text += comma === null ? part : "";
      last = part;
    },
    text: () => text + (comma ?? ""),
  };
}

const escapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"' };

/** A string in any quotes as JSON writes it: raw control characters escaped, unknown escapes taken as they stand. */
function repairString(literal: string): string {
  const quote = literal[0] ?? "";
  const width = literal.length >= 6 && literal.startsWith(quote.repeat(3)) ? 3 : 1;
  const inner = literal.slice(width, Math.max(width, literal.length - width));
  const body = inner.replace(/\\[\s\S]?|["\p{Cc}]/gu, (found) => {
    if (!found.startsWith("\\")) return escapes[found] ?? `\\u${codeOf(found)}`;
    if (/^\\["\\/bfnrtu]$/u.test(found)) return found;
    return found === "\\'" ? "'" : `\\${found.replace(/\n/u, "\\n")}`;
  });
  return `"${body}"`;
}

function codeOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}
