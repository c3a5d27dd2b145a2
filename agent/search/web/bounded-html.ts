/** Elements in elements beyond this are read as if their tags were not there: whoever closes one looks through all open ones. */
const MAX_DEPTH = 256;
/** From this one on tags are no longer read, only what stands between them: a page has a few thousand. */
const MAX_TAGS = 50_000;
const VOID = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" "),
);
/** Whose content is no HTML, up to their end. */
const RAW = new Set("script style textarea title xmp iframe noembed noframes".split(" "));
/** Which open elements the start of another one ends, where nobody has ended them. */
const ENDED_BY: Readonly<Record<string, readonly string[]>> = {
  p: ["p"],
  li: ["li", "p"],
  dt: ["dt", "dd", "p"],
  dd: ["dt", "dd", "p"],
  td: ["td", "th", "p"],
  th: ["td", "th", "p"],
  tr: ["td", "th", "tr", "p"],
  option: ["option"],
};

/** A part of a page: up to where it goes, and what is to be read in its place; null: it as it stands. */
type Part = { end: number; text: string | null };

/** Where a part of a page ends that began; the page's end where it never does. */
function endOf(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from);
  return at === -1 ? html.length : at + mark.length;
}

/**
 * A page whose elements are all ended where they are, at no great depth, and not too many: what reads it then needs
 * to repair nothing. Its text stays as it was.
 */
export function boundedHtml(html: string): string {
  // Of ASCII only: others may have more characters in lower case, and places would no longer agree.
  const lower = html.replaceAll(/[A-Z]+/gu, (part) => part.toLowerCase());
  const open: string[] = [];
  const out: string[] = [];
  let from = 0;
  let tags = 0;
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", from)) {
    out.push(html.slice(from, at));
    const { end, text } = readPart(html, lower, at, tags < MAX_TAGS ? open : null);
    out.push(text ?? html.slice(at, end));
    from = end;
    tags += 1;
  }
  out.push(html.slice(from));
  return out.join("");
}

/** The tag, comment or lone bracket at a place. `open`: names of the elements around it, which it changes; null: no further tags are read. */
function readPart(html: string, lower: string, at: number, open: string[] | null): Part {
  if (html.startsWith("<!--", at)) return { end: endOf(html, "-->", at + 4), text: " " };
  const name = /^<\/?([a-z][a-z0-9:-]*)/u.exec(lower.slice(at, at + 40))?.[1];
  if (name === undefined) return { end: at + 1, text: null };
  const end = endOf(html, ">", at);
  if (html[at + 1] === "/") return { end, text: open === null ? " " : closing(name, open) };
  if (RAW.has(name)) {
    const close = endOf(lower, `</${name}`, end);
    // A page that was cut in the middle of a script has nothing more to say.
    return { end: endOf(html, ">", close), text: open === null ? " " : null };
  }
  if (open === null) return { end, text: " " };
  if (VOID.has(name)) return { end, text: null };
  return { end, text: opening(name, html.slice(at, end), open) };
}

/** The tag that ends an element and those in it; nothing where none is open by that name. */
function closing(name: string, open: string[]): string {
  const place = open.lastIndexOf(name);
  if (place === -1) return " ";
  return endsOf(open.splice(place));
}

/** A tag that begins an element, after those that it ends. */
function opening(name: string, tag: string, open: string[]): string {
  const ended: string[] = [];
  while (ENDED_BY[name]?.includes(open.at(-1) ?? "") === true) ended.push(...open.splice(-1));
  const before = endsOf(ended.reverse());
  if (open.length >= MAX_DEPTH) return `${before} `;
  if (!tag.endsWith("/>")) open.push(name);
  return before + tag;
}

function endsOf(names: readonly string[]): string {
  return names
    .map((name) => `</${name}>`)
    .reverse()
    .join("");
}
