const statement =
  /^(?:import\s+[\w.]+|from\s+[\w.]+\s+import\b|(?:async\s+)?def\s+\w+\s*\(|class\s+\w+|@\w|(?:if|elif|while|for|with|except|match|case)\b.*:\s*(?:#.*)?$|(?:else|try|finally)\s*:|return\b|raise\b|pass$|break$|continue$|del\s+\w|assert\s|global\s|lambda\b|yield\b|#)/u;
const target = String.raw`[A-Za-z_]\w*(?:\.\w+|\[[^\]]*\])*`;
const assignment = new RegExp(
  String.raw`^\(?${target}(?:\s*,\s*\*?${target})*\)?\s*(?::\s*[\w.[\],|]+(?: \| \w+)*)?\s*(?:[-+*/%&|^@]|\*\*|//|<<|>>)?=(?!=)\s*\S`,
  "u",
);
const call = new RegExp(String.raw`^${target}\(`, "u");
const continuation = /^(?:[)\]}.,"']|\w+\s*=\s*|.*[,([{\\]$)/u;

/** Whether a text has a line that can only be code. */
export function looksLikeCode(text: string): boolean {
  return text.split("\n").some((line) => opensCode(line));
}

function opensCode(line: string): boolean {
  const text = line.trim().slice(0, 400);
  if (text.startsWith("#")) return false;
  return statement.test(text) || assignment.test(text) || call.test(text);
}

/** Code of a reply that has no fence, without the prose around it; null when it is prose. */
export function plainCode(text: string): string | null {
  const lines = text.split("\n");
  const isCode = (line: string) =>
    opensCode(line) || (line.trim().startsWith("#") && !/^#+ /u.test(line));
  const first = lines.findIndex(isCode);
  if (first === -1) return null;
  const last = lines.findLastIndex(
    (line) => opensCode(line) || /^\s+\S/u.test(line) || /^[)\]}]/u.test(line),
  );
  const kept = lines.slice(first, last + 1);
  if (!looksLikeCode(kept.join("\n"))) return null;
  const solid = kept.filter((line) => line.trim() !== "");
  const codelike = solid.filter(
    (line) => opensCode(line) || /^\s|^#/u.test(line) || continuation.test(line),
  );
  return codelike.length >= 0.8 * solid.length ? kept.join("\n") : null;
}
