/** Names of variables that hold what nobody else may see. */
const SECRET_NAME = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/iu;
/** Variables that hold headers, `name=value` or `name: value`, separated by commas or lines. */
const HEADERS_NAME = /HEADERS$/iu;
/** User and password in an address. */
const USER_INFO = /\b[a-z][a-z0-9+.-]*:\/\/([^\s/@"'`]+)@/giu;
/** What is shorter would be found in innocent words. */
const SHORTEST = 8;
/** What stands in the place of a secret, and of one that is found with the signs around it. */
const HIDDEN = "(secret)";
const USER_FORM = /^:\/\/.+@$/su;
const HIDDEN_USER = `://${HIDDEN}@`;

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** The secrets that an environment and other settings hold: keys, tokens, headers, users of addresses. */
export function secretsOf(
  env: Readonly<Record<string, string | undefined>>,
  settings: unknown = null,
): string[] {
  const found = new Set<string>();
  const add = (value: string) => {
    if (value.trim().length >= SHORTEST) found.add(value.trim());
  };
  const addUsers = (text: string) => {
    for (const each of usersOf(text)) add(each);
    // Short ones are hidden where they stand in an address.
    for (const [, user = ""] of text.matchAll(USER_INFO)) found.add(`://${user}@`);
  };
  for (const [name, value = ""] of Object.entries(env)) {
    if (SECRET_NAME.test(name)) add(value);
    if (HEADERS_NAME.test(name)) for (const each of headerValues(value)) add(each);
    addUsers(value);
  }
  addUsers(JSON.stringify(settings) ?? "");
  return [...found];
}

function headerValues(text: string): string[] {
  return text.split(/[,\n]/u).flatMap((line) => {
    const value = /^[^=:]+[=:](.+)$/u.exec(line.trim())?.[1]?.trim() ?? "";
    // `Bearer abc` and `Basic abc` are quoted without their first word, too.
    const forms = [value, decoded(value)];
    return [...forms, ...forms.map((form) => form.replace(/^\w+\s+/u, ""))];
  });
}

function usersOf(text: string): string[] {
  return [...text.matchAll(USER_INFO)].flatMap(([, user = ""]) => {
    const password = user.slice(user.indexOf(":") + 1);
    return [user, decoded(user), password, decoded(password)];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A lone percent sign: it was not encoded.
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** Hides these secrets, however they are written: as they are, in an address, in a header, in JSON. */
export function redactorOf(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.flatMap(formsOf));
  // The longest first: one may be a part of another.
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const form of sorted)
      if (clean.includes(form))
        clean = clean.replaceAll(form, USER_FORM.test(form) ? HIDDEN_USER : HIDDEN);
    return clean;
  };
}

function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64");
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/u, ""),
    Buffer.from(secret).toString("base64url"),
  ];
}

/** The same value with every text in it redacted; the names of its fields stay. */
export function redactDeep(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((each) => redactDeep(each, redact));
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, redactDeep(each, redact)]),
  );
}

/** Shapes of keys that are well known, for texts whose secrets nobody can name any more. */
const SHAPES: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/gu,
  /\b(?:hf|ghp|gho|ghs|glpat|xox[abp]|pk|rk)[_-][A-Za-z0-9_-]{16,}/gu,
  /\bAIza[A-Za-z0-9_-]{30,}/gu,
  /\bAKIA[A-Z0-9]{16}\b/gu,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/gu,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/gu,
  /(?<=\b(?:Bearer|Basic)\s+)[A-Za-z0-9+/_.=-]{12,}/gu,
  /(?<=\b[a-z][a-z0-9+.-]{1,12}:\/\/)[^\s/@"'`]+:[^\s/@"'`]+(?=@)/giu,
];

/** Hides what looks like a key, a token or the user of an address. */
export const redactShapes: Redact = (text) =>
  SHAPES.reduce((clean, shape) => clean.replace(shape, HIDDEN), text);
