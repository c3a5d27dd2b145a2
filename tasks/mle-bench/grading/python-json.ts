/** A number that Python writes as a float, with `.0` where it is whole. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** How `json.dump` is called: upstream's reports indent by 2, its metadata by 4, its JSON lines are on one line. */
type Indent = number | null;

/** JSON as Python's `json.dumps` writes it: floats, `NaN`, separators, letters beyond ASCII as escapes. */
export function pythonJson(value: unknown, indent: Indent, depth = 0): string {
  if (value instanceof Float) return pythonFloat(value.value);
  if (Array.isArray(value)) {
    return joined(
      value.map((each) => pythonJson(each, indent, depth + 1)),
      "[]",
      indent,
      depth,
    );
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, each]) => `${text(key)}: ${pythonJson(each, indent, depth + 1)}`,
    );
    return joined(entries, "{}", indent, depth);
  }
  return typeof value === "string" ? text(value) : String(value);
}

function joined(parts: readonly string[], [open, close]: string, indent: Indent, depth: number) {
  if (parts.length === 0) return `${open}${close}`;
  if (indent === null) return `${open}${parts.join(", ")}${close}`;
  const [inner, outer] = [depth + 1, depth].map((level) => `\n${" ".repeat(indent * level)}`);
  return `${open}${inner}${parts.join(`,${inner}`)}${outer}${close}`;
}

function text(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `repr` of a float: the shortest digits, an exponent below 1e-4 and from 1e16 on. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits = "", exponent = ""] = value.toExponential().split("e");
    const sign = exponent.startsWith("-") ? "-" : "+";
    return `${digits}e${sign}${exponent.replace(/^[+-]/u, "").padStart(2, "0")}`;
  }
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) ? `${BigInt(value)}.0` : String(value);
}

/** Reads JSON in which Python may have written `NaN` or `Infinity`. Throws `SyntaxError`. */
export function readPythonJson(content: string): unknown {
  // Tokens between quotes are text; the first part of the pattern passes over them.
  const plain = content.replaceAll(/"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b/gu, (token) =>
    token.startsWith('"') ? token : `"\\u0000${token}"`,
  );
  return JSON.parse(plain, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith("\u0000") ? Number(value.slice(1)) : value,
  );
}
