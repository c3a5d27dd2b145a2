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

/** The bracketed parts of a text that could be JSON, longest first; at most 50 opening brackets are tried. */
export function bracketed(text: string): string[] {
  const parts: string[] = [];
  const brackets = /[[{]/gu;
  for (let tries = 0; tries < 50; tries++) {
    const start = brackets.exec(text)?.index;
    if (start === undefined) break;
    const end = closingBracket(text, start);
    if (end === null) continue;
    parts.push(text.slice(start, end + 1));
    brackets.lastIndex = end + 1;
  }
  return parts.sort((a, b) => b.length - a.length).slice(0, 20);
}

const pairs: Record<string, string> = { "{": "}", "[": "]" };

function closingBracket(text: string, start: number): number | null {
  const closers: string[] = [];
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? "";
    const closer = pairs[character];
    if (character === '"') at = stringEnd(text, at) - 1;
    else if (closer !== undefined) closers.push(closer);
    else if (character === "}" || character === "]") {
      if (closers.pop() !== character) return null;
      if (closers.length === 0) return at;
    }
  }
  return null;
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

function repair(text: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? "";
    if (character === '"' || (character === "'" && opensValue(parts))) {
      const end = stringEnd(text, at);
      parts.push(repairString(text.slice(at, end)));
      at = end;
      continue;
    }
    const word = /^(?:True|False|None)\b/u.exec(text.slice(at, at + 6))?.[0];
    if (word !== undefined && opensValue(parts)) {
      parts.push(literals[word] ?? word);
      at += word.length;
      continue;
    }
    if (/[}\]]/u.test(character)) dropTrailingComma(parts);
    parts.push(character);
    at += 1;
  }
  return parts.join("");
}

/** Whether a value or key may begin here. */
function opensValue(parts: readonly string[]): boolean {
  const last = parts.findLast((part) => part.trim() !== "");
  return last === undefined || /^[[{,:]$/u.test(last);
}

function dropTrailingComma(parts: string[]): void {
  const at = parts.findLastIndex((part) => part.trim() !== "");
  if (parts[at] === ",") parts[at] = "";
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
